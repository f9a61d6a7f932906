package dev.nibble.kernel.jshell;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the sources of jars and folders lie that were added to a session's class path. Safe to use from any thread; a
 * source jar may come a while after its jar, since nobody waits for it.
 */
public final class SourceJars {
    private final Map<Path, Path> sources = new ConcurrentHashMap<>();

    /**
     * Notes the sources of an entry of the class path.
     *
     * @param entry the jar or folder with the classes
     * @param source a jar, zip or folder with {@code .java} files in the folders of their packages
     */
    public void put(Path entry, Path source) {
        sources.put(entry, source);
    }

    /** The sources of an entry of the class path, if they are there. */
    public Optional<Path> of(Path entry) {
        return Optional.ofNullable(sources.get(entry));
    }

    /** All source jars. */
    public List<Path> all() {
        return List.copyOf(sources.values());
    }
}
