package dev.nibble.kernel.maven;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.graph.Exclusion;
import org.eclipse.aether.repository.RemoteRepository;

/** Artifacts, exclusions and repositories as people write them. */
final class Coordinates {
    private static final String EXAMPLE = "org.apache.commons:commons-csv:1.14.1";
    private static final String WORD = "[\\w.\\-]+";
    private static final Pattern ARTIFACT =
            Pattern.compile("(" + WORD + "):(" + WORD + ")(?::(" + WORD + "))?(?::(" + WORD + "))?:([^:\\s]+)");
    private static final Pattern WITHOUT_VERSION = Pattern.compile(WORD + ":" + WORD);
    private static final Pattern EXCLUSION = Pattern.compile("(" + WORD + "|\\*):(" + WORD + "|\\*)");
    private static final Pattern REPOSITORY = Pattern.compile("(?:(" + WORD + ")=)?((?:https?|file):.+)");

    private Coordinates() {}

    static Artifact artifact(String typed) {
        Matcher parts = ARTIFACT.matcher(typed);
        if (parts.matches()) {
            String extension = parts.group(3) == null ? "jar" : parts.group(3);
            String classifier = parts.group(4) == null ? "" : parts.group(4);
            return new DefaultArtifact(parts.group(1), parts.group(2), classifier, extension, parts.group(5));
        }
        if (WITHOUT_VERSION.matcher(typed).matches()) {
            throw new ArtifactsException(typed + " has no version: write " + typed + ":1.2.3, or " + typed
                    + ":[1,) for the newest from 1 on");
        }
        throw new ArtifactsException(typed + " are no coordinates: they are group:name:version, as in " + EXAMPLE
                + ", or group:name:type:classifier:version");
    }

    static Exclusion exclusion(String typed) {
        Matcher parts = EXCLUSION.matcher(typed);
        if (!parts.matches()) {
            throw new ArtifactsException(
                    typed + " can not be left out: write group:name, group:* for all of a group, or"
                            + " *:name for all of that name");
        }
        return new Exclusion(parts.group(1), parts.group(2), "*", "*");
    }

    /** {@code URL} or {@code id=URL}. An id is what the servers and mirrors of settings.xml go by. */
    static RemoteRepository repository(String typed) {
        Matcher parts = REPOSITORY.matcher(typed);
        if (!parts.matches()) {
            throw new ArtifactsException(
                    typed + " is no repository: write its address, https://… or file:///…, or name=address");
        }
        // The resolver keeps what it knows of a repository by its id, and errors name it: without a password.
        String id = parts.group(1) == null
                ? parts.group(2)
                        .replaceFirst("^\\w+:/*([^/@]*@)?", "")
                        .replaceAll("[^\\w.]+", "-")
                        .replaceFirst("-$", "")
                : parts.group(1);
        return new RemoteRepository.Builder(id, "default", parts.group(2)).build();
    }
}
