package dev.nibble.kernel.maven;

import java.nio.file.Path;

/**
 * An artifact that is there.
 *
 * @param group its group
 * @param name its name in the group
 * @param classifier what kind of file, such as {@code natives-linux}; empty for the ordinary one
 * @param version exactly which
 * @param file in the local repository
 * @param asked whether it was asked for itself, and is not only needed by another
 */
public record Found(String group, String name, String classifier, String version, Path file, boolean asked) {
    /** Group, name and classifier: what can be there in one version only. */
    public String key() {
        return group + ":" + name + (classifier.isEmpty() ? "" : ":" + classifier);
    }

    /** The key with the version, as a person would ask for it. */
    public String coordinates() {
        return group + ":" + name + (classifier.isEmpty() ? "" : ":jar:" + classifier) + ":" + version;
    }
}
