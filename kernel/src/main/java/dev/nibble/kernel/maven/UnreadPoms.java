package dev.nibble.kernel.maven;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.eclipse.aether.AbstractRepositoryListener;
import org.eclipse.aether.RepositoryEvent;
import org.eclipse.aether.artifact.Artifact;

/** Artifacts that came without what they need, because their POM is missing or invalid: the resolver goes on then. */
final class UnreadPoms extends AbstractRepositoryListener {
    private final Set<String> notes = new ConcurrentSkipListSet<>();

    /** A sentence on each of them. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public void artifactDescriptorInvalid(RepositoryEvent event) {
        notes.add(without(event)
                + "its POM can not be read" + reason(event.getException())
                + ". If that file is damaged, delete it and run %maven again; else name what it needs beside it");
    }

    @Override
    public void artifactDescriptorMissing(RepositoryEvent event) {
        notes.add(without(event) + "there is no POM of it"
                + (event.getSession().isOffline() ? " here: run %maven without --offline, or" : ":")
                + " name what it needs beside it");
    }

    private static String without(RepositoryEvent event) {
        Artifact artifact = event.getArtifact();
        return "note: what " + artifact.getGroupId() + ":" + artifact.getArtifactId() + ":" + artifact.getVersion()
                + " needs does not come along, because ";
    }

    /** The first problem that Maven found, which it lists below a line that counts them. */
    private static String reason(Exception failure) {
        return failure == null || failure.getMessage() == null
                ? ""
                : failure.getMessage()
                        .lines()
                        .filter(line -> line.startsWith("["))
                        .findFirst()
                        .map(line -> ": " + line.replaceFirst("^\\[\\w+] ", "").replaceFirst("[@\\s]+$", ""))
                        .orElse("");
    }
}
