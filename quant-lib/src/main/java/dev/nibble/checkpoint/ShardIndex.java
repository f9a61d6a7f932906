package dev.nibble.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The index of a model whose safetensors file was cut into shards: {@code {"metadata": …, "weight_map": {"tensor":
 * "model-00001-of-00002.safetensors", …}}}, as transformers writes it.
 */
public final class ShardIndex {
    /** How it is named for a model without variants. */
    public static final String FILE = "model.safetensors.index.json";

    /** How the name of any such file ends. */
    static final String SUFFIX = ".safetensors.index.json";

    /** Bytes: that of a model of 700 billion parameters has 9 million. */
    private static final long LONGEST = 1 << 26;

    private static final int MOST_SHARDS = 1 << 12;

    private final Path path;
    private final Map<String, String> files;

    private ShardIndex(Path path, Map<String, String> files) {
        this.path = path;
        this.files = Collections.unmodifiableMap(files);
    }

    /**
     * Reads an index.
     *
     * @throws CheckpointException if it can not be read, is no index, or names a file that is no safetensors file beside
     *     it
     */
    public static ShardIndex read(Path path) {
        if (!(JsonFile.read(path, LONGEST).get("weight_map") instanceof Map<?, ?> map) || map.isEmpty()) {
            throw new CheckpointException(
                    path + " is no index of shards: it has no \"weight_map\" that names a file for every tensor");
        }
        Map<String, String> files = new LinkedHashMap<>();
        map.forEach((tensor, file) -> {
            if (!(file instanceof String name)) {
                throw new CheckpointException(path + ": the file of tensor \"" + tensor + "\" is no text");
            }
            requireBeside(path, name);
            files.put(String.valueOf(tensor), name);
        });
        long shards = files.values().stream().distinct().count();
        if (shards > MOST_SHARDS) {
            throw new CheckpointException(
                    String.format(Locale.ROOT, "%s names %,d files; at most %,d are read", path, shards, MOST_SHARDS));
        }
        return new ShardIndex(path, files);
    }

    private static void requireBeside(Path path, String name) {
        boolean plain = !name.isBlank()
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c));
        if (!plain) {
            throw new CheckpointException(path + " names the file \"" + name.replaceAll("\\p{Cntrl}", "?")
                    + "\", which is not in the folder of the index: it is damaged or was made to mislead");
        }
        if (!name.toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
            throw new CheckpointException(path + " names \"" + name + "\", which is no safetensors file");
        }
    }

    /** Where the index lies. */
    Path path() {
        return path;
    }

    /** The name of its shard for every tensor. */
    Map<String, String> files() {
        return files;
    }

    /** The names of the shards, sorted. */
    public List<String> shards() {
        return files.values().stream().distinct().sorted().toList();
    }
}
