package dev.nibble.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The config.json of a model, read when it is asked for first. Thread-safe. */
final class ConfigFile {
    static final String NAME = "config.json";

    /** Bytes: the longest of any model have some ten thousand. */
    private static final long LONGEST = 1 << 24;

    private final Path path;
    private Optional<Map<String, Object>> content;

    /** @param folder of the model */
    ConfigFile(Path folder) {
        this.path = folder.resolve(NAME);
    }

    /**
     * What it says; empty if it is not there.
     *
     * @throws CheckpointException if it is damaged
     */
    synchronized Optional<Map<String, Object>> content() {
        if (content == null) {
            content = Files.exists(path) ? Optional.of(JsonFile.read(path, LONGEST)) : Optional.empty();
        }
        return content;
    }
}
