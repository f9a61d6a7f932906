package dev.nibble.kernel.maven;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.ContextOverrides.AddRepositoriesOp;
import eu.maveniverse.maven.mima.context.ContextOverrides.ChecksumPolicy;
import eu.maveniverse.maven.mima.context.ContextOverrides.SnapshotUpdatePolicy;
import eu.maveniverse.maven.mima.context.Runtimes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.graph.Exclusion;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.util.artifact.JavaScopes;
import org.eclipse.aether.util.artifact.SubArtifact;
import org.eclipse.aether.util.filter.DependencyFilterUtils;

/**
 * Finds artifacts with all that they need at run time, as Maven does: the nearest version wins, ranges take the highest,
 * {@code settings.xml} says which mirrors, servers, proxies and profiles there are. Files come into the local repository,
 * {@code ~/.m2/repository} unless the settings or the system property {@code maven.repo.local} name another.
 */
public final class Artifacts {
    /** How often a wait looks whether a stop was asked for. */
    private static final long POLL_MILLIS = 20;

    /**
     * What is asked for.
     *
     * @param coordinates each group:name:version, where a version may be a range
     * @param repositories addresses, or id=address, asked before those of the settings and Maven Central
     * @param exclusions group:name of what shall not come with them
     * @param offline take only what is in the local repository
     * @param update ask for newer snapshots now
     * @param unchecked take files whose checksums are missing or wrong
     * @param settings another settings.xml; null for the user's
     */
    public record Request(
            List<String> coordinates,
            List<String> repositories,
            List<String> exclusions,
            boolean offline,
            boolean update,
            boolean unchecked,
            Path settings) {
        public Request {
            coordinates = List.copyOf(coordinates);
            repositories = List.copyOf(repositories);
            exclusions = List.copyOf(exclusions);
        }
    }

    private Artifacts() {}

    /**
     * Finds them, and fetches what is not there yet.
     *
     * @param progress shows downloads; a stop request ends the wait at once and the downloads soon
     * @param note told, of each artifact whose POM is missing or can not be read, that what it needs is not among them
     * @return what was asked for and what it needs, in the order of a class path
     * @throws ArtifactsException if any of it can not be had
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static List<Found> resolve(Request request, Progress progress, Consumer<String> note) {
        List<Dependency> wanted = dependencies(request);
        List<RemoteRepository> first =
                request.repositories().stream().map(Coordinates::repository).toList();
        if (request.settings() != null && !Files.isReadable(request.settings())) {
            throw new ArtifactsException("there is no settings file " + request.settings());
        }
        var unread = new UnreadPoms();
        List<Found> found = apart("nibble-maven", progress.cancelToken(), () -> {
            try (Context context = context(request, new Downloads(progress), unread)) {
                return resolve(context, repositories(context, first), wanted);
            }
        });
        unread.notes().forEach(note);
        return found;
    }

    private static List<Dependency> dependencies(Request request) {
        List<Exclusion> exclusions =
                request.exclusions().stream().map(Coordinates::exclusion).toList();
        return request.coordinates().stream()
                .map(typed -> new Dependency(Coordinates.artifact(typed), JavaScopes.RUNTIME, false, exclusions))
                .toList();
    }

    /**
     * Fetches source jars in the background, as far as there are any; failures are nobody's business.
     *
     * @param request how the artifacts were found
     * @param take told each artifact and its source jar
     * @return done when nothing more comes
     */
    public static CompletableFuture<Void> sources(
            Request request, List<Found> artifacts, BiConsumer<Found, Path> take) {
        var done = new CompletableFuture<Void>();
        Thread.ofPlatform()
                .name("nibble-sources")
                .daemon()
                .inheritInheritableThreadLocals(false)
                .start(() -> {
                    try {
                        fetchSources(request, artifacts, take);
                    } finally {
                        done.complete(null);
                    }
                });
        return done;
    }

    private static void fetchSources(Request request, List<Found> artifacts, BiConsumer<Found, Path> take) {
        try (Context context = context(request, new Downloads(Progress.NONE), new UnreadPoms())) {
            List<RemoteRepository> repositories = repositories(
                    context,
                    request.repositories().stream().map(Coordinates::repository).toList());
            for (Found one : artifacts) {
                if (!one.classifier().isEmpty()) {
                    continue;
                }
                Artifact artifact = new SubArtifact(
                        new org.eclipse.aether.artifact.DefaultArtifact(one.group(), one.name(), "jar", one.version()),
                        "sources",
                        "jar");
                try {
                    ArtifactResult found = context.repositorySystem()
                            .resolveArtifact(
                                    context.repositorySystemSession(), new ArtifactRequest(artifact, repositories, ""));
                    take.accept(one, found.getArtifact().getFile().toPath());
                } catch (ArtifactResolutionException none) {
                    // many artifacts have none
                }
            }
        } catch (RuntimeException quiet) {
            // the artifacts themselves are there, and who needs sources sees that they are not
        }
    }

    private static Context context(Request request, Downloads downloads, UnreadPoms unread) {
        String local = System.getProperty("maven.repo.local");
        var overrides = ContextOverrides.create()
                .withUserSettings(true)
                .repositories(List.of(ContextOverrides.CENTRAL))
                .addRepositoriesOp(AddRepositoriesOp.APPEND)
                // A folder is no network.
                .configProperties(Map.of("aether.offline.protocols", "file"))
                .checksumPolicy(request.unchecked() ? ChecksumPolicy.WARN : ChecksumPolicy.FAIL)
                .transferListener(downloads)
                .repositoryListener(unread);
        if (request.offline()) {
            overrides.offline(true);
        }
        if (request.update()) {
            overrides.snapshotUpdatePolicy(SnapshotUpdatePolicy.ALWAYS);
        }
        if (request.settings() != null) {
            overrides.withUserSettingsXmlOverride(request.settings().toAbsolutePath());
        }
        if (local != null && !local.isBlank()) {
            overrides.withLocalRepositoryOverride(Path.of(local));
        }
        try {
            return Runtimes.INSTANCE.getRuntime().create(overrides.build());
        } catch (RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ArtifactsException("the settings of Maven can not be read: " + cause.getMessage());
        }
    }

    /** All of them, with what the settings say of each: mirrors, passwords, proxies. */
    private static List<RemoteRepository> repositories(Context context, List<RemoteRepository> first) {
        var all = new ArrayList<>(
                context.repositorySystem().newResolutionRepositories(context.repositorySystemSession(), first));
        Set<String> ids = all.stream().map(RemoteRepository::getId).collect(Collectors.toCollection(HashSet::new));
        context.remoteRepositories().stream()
                .filter(one -> ids.add(one.getId()))
                .forEach(all::add);
        return all;
    }

    private static List<Found> resolve(Context context, List<RemoteRepository> repositories, List<Dependency> wanted) {
        var collect = new CollectRequest();
        collect.setDependencies(wanted);
        collect.setRepositories(repositories);
        var filter = DependencyFilterUtils.classpathFilter(JavaScopes.RUNTIME);
        try {
            var result = context.repositorySystem()
                    .resolveDependencies(context.repositorySystemSession(), new DependencyRequest(collect, filter));
            Set<String> asked = new HashSet<>();
            wanted.forEach(one -> asked.add(
                    one.getArtifact().getGroupId() + ":" + one.getArtifact().getArtifactId()));
            var found = new ArrayList<Found>();
            for (ArtifactResult one : result.getArtifactResults()) {
                Artifact artifact = one.getArtifact();
                if (artifact.getExtension().equals("jar") && artifact.getFile() != null) {
                    found.add(new Found(
                            artifact.getGroupId(),
                            artifact.getArtifactId(),
                            artifact.getClassifier(),
                            artifact.getVersion(),
                            artifact.getFile().toPath(),
                            asked.contains(artifact.getGroupId() + ":" + artifact.getArtifactId())));
                }
            }
            return found;
        } catch (DependencyResolutionException e) {
            throw new ArtifactsException(new Reasons(context, repositories).of(e));
        }
    }

    private interface Work<T> {
        T run();
    }

    /** Works on a thread of its own, since the resolver does not stop while it waits for an answer. */
    private static <T> T apart(String name, CancelToken token, Work<T> work) {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                result.complete(work.run());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        while (true) {
            try {
                return result.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                token.check(name);
            } catch (InterruptedException e) {
                token.check(name);
                Thread.currentThread().interrupt();
                throw new ArtifactsException("the wait for the artifacts was interrupted");
            } catch (ExecutionException e) {
                token.check(name);
                if (e.getCause() instanceof ArtifactsException told) {
                    throw told;
                }
                throw new ArtifactsException("the artifacts could not be resolved: " + e.getCause());
            }
        }
    }
}
