package dev.nibble.checkpoint;

import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small model files for tests: float32 matrices and vectors by name. */
public final class ModelFile {
    private final Map<String, NewTensor> tensors = new LinkedHashMap<>();
    private final Map<String, byte[]> content = new LinkedHashMap<>();
    private final List<GgufEntry> entries = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt"));

    public ModelFile matrix(String name, Matrix w) {
        return tensor(new NewTensor(name, DType.F32, w.rows(), w.cols()), bytes(w.values()));
    }

    public ModelFile vector(String name, float... values) {
        return tensor(new NewTensor(name, DType.F32, values.length), bytes(values));
    }

    ModelFile tensor(NewTensor tensor, byte[] bytes) {
        tensors.put(tensor.name(), tensor);
        content.put(tensor.name(), bytes);
        return this;
    }

    ModelFile key(GgufEntry entry) {
        entries.add(entry);
        return this;
    }

    ModelFile metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    public Path gguf(Path file) {
        return write(file, GgufWriter.head(entries, List.copyOf(tensors.values())));
    }

    public Path safetensors(Path file) {
        return write(file, SafetensorsWriter.head(metadata, List.copyOf(tensors.values())));
    }

    private Path write(Path file, CheckpointWriter.Head head) {
        try (var out = CheckpointWriter.create(file, head, true, List.of())) {
            content.forEach((name, bytes) -> out.tensor(name).append(bytes));
            out.finish();
        }
        return file;
    }

    static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
