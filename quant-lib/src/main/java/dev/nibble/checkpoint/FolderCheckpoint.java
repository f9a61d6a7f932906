package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model in a folder, in one file or in several that are read as one. */
final class FolderCheckpoint implements Checkpoint {
    private final Path path;
    private final List<MappedCheckpoint> parts;
    private final Map<String, MappedCheckpoint> owners;
    private final List<TensorInfo> tensors;
    private final Map<String, Object> metadata;
    private final List<String> warnings;
    private final ConfigFile config;

    /**
     * @param path what messages call it: the folder, or the first file
     * @param folder where config.json is
     * @param parts of one kind, at least one, in their order; closed with this
     * @param metadata of all of them
     * @param notes what is odd, besides what is odd in the parts
     * @throws CheckpointException if a tensor is in two parts
     */
    FolderCheckpoint(
            Path path, Path folder, List<MappedCheckpoint> parts, Map<String, Object> metadata, List<String> notes) {
        this.path = path;
        this.parts = List.copyOf(parts);
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        this.config = new ConfigFile(folder);
        this.owners = new LinkedHashMap<>();
        List<TensorInfo> all = new ArrayList<>();
        List<String> odd = new ArrayList<>(notes);
        for (MappedCheckpoint part : parts) {
            for (TensorInfo tensor : part.tensors()) {
                MappedCheckpoint other = owners.put(tensor.name(), part);
                if (other != null) {
                    throw new CheckpointException(path + ": tensor \"" + tensor.name() + "\" is in two files, in "
                            + other.path().getFileName() + " and in "
                            + part.path().getFileName() + ": files of different models lie in one folder");
                }
                all.add(tensor);
            }
            for (String warning : part.warnings()) {
                odd.add(parts.size() == 1 ? warning : part.path().getFileName() + ": " + warning);
            }
        }
        this.tensors = List.copyOf(all);
        this.warnings = List.copyOf(odd);
    }

    /** The first part, which carries the keys of a GGUF model. */
    MappedCheckpoint first() {
        return parts.getFirst();
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public List<Path> files() {
        return parts.stream().map(MappedCheckpoint::path).toList();
    }

    @Override
    public Path fileOf(String tensor) {
        return owner(tensor).path();
    }

    @Override
    public String kind() {
        return parts.getFirst().kind();
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    @Override
    public Optional<Map<String, Object>> config() {
        return kind().equals(Safetensors.KIND) ? config.content() : Optional.empty();
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public TensorInfo tensor(String name) {
        return owner(name).tensor(name);
    }

    @Override
    public Matrix matrix(String name, Progress progress) {
        return owner(name).matrix(name, progress);
    }

    @Override
    public Matrix rows(String name, long from, int count, Progress progress) {
        return owner(name).rows(name, from, count, progress);
    }

    @Override
    public byte[] stored(String name, long from, int count) {
        return owner(name).stored(name, from, count);
    }

    private MappedCheckpoint owner(String name) {
        MappedCheckpoint owner = owners.get(name);
        if (owner == null) {
            String nearest = Recipe.nearest(name, owners.keySet());
            throw new CheckpointException(path.getFileName() + ": there is no tensor \"" + name + "\" among its "
                    + tensors.size() + (nearest.isEmpty() ? "" : "; did you mean \"" + nearest + "\"?"));
        }
        return owner;
    }

    @Override
    public void close() {
        parts.forEach(MappedCheckpoint::close);
    }

    @Override
    public String toString() {
        return path.getFileName() + " (" + kind() + ", " + tensors.size() + " tensors"
                + (parts.size() == 1 ? "" : " in " + parts.size() + " files") + ")";
    }
}
