package dev.nibble.kernel.maven;

import eu.maveniverse.maven.mima.context.Context;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.DependencyCollectionException;
import org.eclipse.aether.collection.UnsolvableVersionConflictException;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactDescriptorException;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.resolution.VersionRangeRequest;
import org.eclipse.aether.resolution.VersionRangeResolutionException;
import org.eclipse.aether.transfer.ArtifactNotFoundException;
import org.eclipse.aether.transfer.ArtifactTransferException;
import org.eclipse.aether.transfer.ChecksumFailureException;
import org.eclipse.aether.transfer.RepositoryOfflineException;
import org.eclipse.aether.version.Version;

/** Why artifacts were not found, in words that say what to do. */
final class Reasons {
    private static final int NEWEST = 5;
    private static final String FORBIDDEN = "--offline (or settings.xml) forbids to ask ";

    private final Context context;
    private final List<RemoteRepository> repositories;

    /** @param repositories that were asked */
    Reasons(Context context, List<RemoteRepository> repositories) {
        this.context = context;
        this.repositories = repositories;
    }

    String of(DependencyResolutionException failure) {
        Set<String> reasons = new LinkedHashSet<>();
        if (failure.getCause() instanceof DependencyCollectionException collection) {
            Throwable cause = collection.getCause();
            List<Exception> all = new ArrayList<>(collection.getResult().getExceptions());
            if (cause instanceof UnsolvableVersionConflictException conflict) {
                reasons.add("two of them need different versions of one artifact, and no version suits both: "
                        + conflict.getMessage());
            } else if (all.isEmpty() && cause instanceof Exception one) {
                all.add(one);
            }
            all.forEach(one -> reasons.add(of(one)));
        } else if (failure.getCause() instanceof ArtifactResolutionException resolution) {
            reasons.addAll(of(resolution));
        }
        reasons.remove("");
        return reasons.isEmpty() ? failure.getMessage() : String.join("\n", reasons);
    }

    private String of(Exception one) {
        return switch (one) {
            case ArtifactDescriptorException descriptor
            when descriptor.getCause() instanceof ArtifactResolutionException resolution ->
                String.join("\n", of(resolution));
            case ArtifactDescriptorException descriptor ->
                "the description of an artifact can not be read: " + descriptor.getMessage();
            case VersionRangeResolutionException range -> range(range);
            default -> one.getMessage() == null ? one.toString() : one.getMessage();
        };
    }

    private String range(VersionRangeResolutionException range) {
        Artifact artifact = range.getResult().getRequest().getArtifact();
        return none(artifact, "has no version in " + artifact.getVersion());
    }

    private Set<String> of(ArtifactResolutionException resolution) {
        Set<String> reasons = new LinkedHashSet<>();
        for (ArtifactResult result : resolution.getResults()) {
            if (!result.isResolved()) {
                reasons.add(of(result));
            }
        }
        return reasons;
    }

    private String of(ArtifactResult result) {
        Artifact artifact = result.getRequest().getArtifact();
        String name = name(artifact);
        for (Exception one : result.getExceptions()) {
            String where = one instanceof ArtifactTransferException transfer ? where(transfer.getRepository()) : "";
            for (Throwable cause = one; cause != null; cause = cause.getCause()) {
                switch (cause) {
                    case RepositoryOfflineException offline -> {
                        return name + " is not in the local repository, and " + FORBIDDEN + where;
                    }
                    case ChecksumFailureException damaged -> {
                        return damaged.getExpected() == null
                                        || damaged.getExpected().isEmpty()
                                ? name + ": " + where + " gives no checksum for it; if you trust it: --unchecked"
                                : name + ": what came from " + where + " has another checksum than it should ("
                                        + damaged.getActual() + " instead of " + damaged.getExpected()
                                        + "): it was damaged or changed on its way; try again, or ask another"
                                        + " repository with --repo";
                    }
                    case UnknownHostException nobody -> {
                        return name + ": " + where + " can not be reached, because no host of that name is found. Is"
                                + " there a network? --offline uses what was fetched before";
                    }
                    case ConnectException refused -> {
                        return name + ": " + where + " can not be reached (" + refused.getMessage()
                                + "). Is there a network, or a proxy that settings.xml should name? --offline uses what"
                                + " was fetched before";
                    }
                    case SocketTimeoutException slow -> {
                        return name + ": " + where + " does not answer in time; try again, or --offline";
                    }
                    case SSLException untrusted -> {
                        return name + ": " + where + " is not trusted by this Java (" + untrusted.getMessage() + ")";
                    }
                    default -> {}
                }
            }
            if (one instanceof ArtifactTransferException && !(one instanceof ArtifactNotFoundException)) {
                return name + ": " + one.getMessage();
            }
        }
        return none(artifact, "is not there in version " + artifact.getVersion());
    }

    /** Nobody has it: which versions are there, or that there is nothing of that name. */
    private String none(Artifact artifact, String what) {
        List<String> versions = versions(artifact);
        String name = artifact.getGroupId() + ":" + artifact.getArtifactId();
        if (!versions.isEmpty()) {
            int from = Math.max(0, versions.size() - NEWEST);
            var newest = new ArrayList<>(versions.subList(from, versions.size()));
            Collections.reverse(newest);
            String file = artifact.getClassifier().isEmpty()
                            && artifact.getExtension().matches("jar|pom")
                    ? ""
                    : " as " + artifact.getExtension() + ":" + artifact.getClassifier();
            return name + " " + what + file + "; there is " + String.join(", ", newest)
                    + (from > 0 ? " and " + from + " older" : "")
                    + (isOffline() ? " (" + FORBIDDEN + asked() + ")" : " (asked " + asked() + ")");
        }
        if (isOffline()) {
            return name + ":" + artifact.getVersion() + " is not in the local repository, and " + FORBIDDEN + asked();
        }
        return name + ":" + artifact.getVersion() + " was not found in " + asked()
                + ". Are group and name spelled right? Another repository: --repo https://…";
    }

    private List<String> versions(Artifact artifact) {
        var every = new DefaultArtifact(artifact.getGroupId(), artifact.getArtifactId(), "jar", "[0,)");
        try {
            return context
                    .repositorySystem()
                    .resolveVersionRange(
                            context.repositorySystemSession(), new VersionRangeRequest(every, repositories, ""))
                    .getVersions()
                    .stream()
                    .map(Version::toString)
                    .toList();
        } catch (VersionRangeResolutionException e) {
            return List.of();
        }
    }

    private boolean isOffline() {
        return context.repositorySystemSession().isOffline();
    }

    private String asked() {
        return repositories.stream().map(Reasons::where).collect(Collectors.joining(", "));
    }

    private static String where(RemoteRepository repository) {
        // An address may carry a password.
        return repository == null
                ? "the repository"
                : repository.getId() + " (" + repository.getUrl().replaceFirst("//[^/@]*@", "//") + ")";
    }

    private static String name(Artifact artifact) {
        return artifact.getGroupId() + ":" + artifact.getArtifactId() + ":" + artifact.getVersion();
    }
}
