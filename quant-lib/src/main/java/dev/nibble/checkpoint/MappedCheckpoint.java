package dev.nibble.checkpoint;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.format.gguf.BlockDecoder;
import dev.nibble.tensor.MappedFile;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A checkpoint whose tensors lie in one mapped file, at offsets that its reader has checked. */
final class MappedCheckpoint implements Checkpoint {
    /** Values decoded between two looks at the stop request: some milliseconds. */
    private static final int GRAIN = 1 << 18;

    private final MappedFile file;
    private final String kind;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, Object> metadata;
    private final List<GgufEntry> entries;
    private final List<String> warnings;
    private final ConfigFile config;

    MappedCheckpoint(
            MappedFile file,
            String kind,
            List<TensorInfo> tensors,
            Map<String, Object> metadata,
            List<GgufEntry> entries,
            List<String> warnings) {
        this.file = file;
        this.kind = kind;
        Map<String, TensorInfo> byName = new LinkedHashMap<>();
        tensors.forEach(t -> byName.put(t.name(), t));
        this.tensors = Collections.unmodifiableMap(byName);
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        this.entries = List.copyOf(entries);
        this.warnings = List.copyOf(warnings);
        this.config = new ConfigFile(file.path().toAbsolutePath().getParent());
    }

    /** The metadata of a GGUF file as it stands there; none of another. */
    List<GgufEntry> entries() {
        return entries;
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.copyOf(tensors.values());
    }

    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    @Override
    public Optional<Map<String, Object>> config() {
        return kind.equals(Safetensors.KIND) ? config.content() : Optional.empty();
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public TensorInfo tensor(String name) {
        TensorInfo info = tensors.get(name);
        if (info == null) {
            String nearest = Recipe.nearest(name, tensors.keySet());
            throw new CheckpointException(fileName() + ": there is no tensor \"" + name + "\" among its "
                    + tensors.size() + (nearest.isEmpty() ? "" : "; did you mean \"" + nearest + "\"?"));
        }
        return info;
    }

    @Override
    public Matrix matrix(String name, Progress progress) {
        TensorInfo info = tensor(name);
        long rows = rows(info);
        if (info.count() == 0 && (rows > Integer.MAX_VALUE || cols(info) > Integer.MAX_VALUE)) {
            return Matrix.of(name, 0, 0, new float[0]); // no numbers, and a shape that no matrix has
        }
        if (rows > Integer.MAX_VALUE) {
            throw tooLarge(info);
        }
        return rows(name, 0, (int) rows, progress);
    }

    @Override
    public Matrix rows(String name, long from, int count, Progress progress) {
        TensorInfo info = tensor(name);
        if (from < 0 || count < 0 || from > rows(info) - count) {
            throw new IllegalArgumentException(
                    "rows " + from + " to " + (from + count) + " of \"" + name + "\", which has " + rows(info));
        }
        BlockDecoder decoder = Decoders.of(info.type());
        if (decoder == null) {
            throw new CheckpointException(fileName() + ": tensor \"" + name + "\" is stored as " + info.type()
                    + ", which can not be read as numbers; these can: " + Decoders.known());
        }
        long cols = cols(info);
        float[] values = allocate(info, count, cols);
        try {
            decode(info, decoder, from * cols, values, progress);
        } catch (InternalError e) {
            throw cutShort(info, e);
        }
        return Matrix.of(name, count, (int) cols, values);
    }

    /** Decodes values.length values, beginning with value {@code first} of the tensor; both fill whole blocks. */
    private void decode(TensorInfo info, BlockDecoder decoder, long first, float[] values, Progress progress) {
        int block = info.type().blockSize();
        int blockBytes = info.type().blockBytes();
        int grain = Math.max(1, GRAIN / block);
        long start = info.offset() + first / block * blockBytes;
        String unit = block == 1 ? "values" : "blocks";
        Parallel.ranges(values.length / block, grain, progress, "read " + info.name(), unit, (from, to) -> {
            byte[] bytes = new byte[(to - from) * blockBytes];
            read(info, start + (long) from * blockBytes, bytes);
            decoder.decode(bytes, 0, to - from, values, from * block);
        });
    }

    @Override
    public byte[] stored(String name, long from, int count) {
        TensorInfo info = tensor(name);
        if (from < 0 || count < 0 || from > info.bytes() - count) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "bytes %,d to %,d of \"%s\", which has %,d", from, from + count, name, info.bytes()));
        }
        byte[] bytes = new byte[count];
        try {
            read(info, info.offset() + from, bytes);
        } catch (InternalError e) {
            throw cutShort(info, e);
        }
        return bytes;
    }

    /** The JVM may report a page that the file does not have any more only some instructions after the read. */
    private CheckpointException cutShort(TensorInfo info, InternalError e) {
        return new CheckpointException(
                fileName() + ": tensor \"" + info.name()
                        + "\" can not be read: the file has become shorter since it was" + " opened",
                e);
    }

    private void read(TensorInfo info, long offset, byte[] bytes) {
        if (!file.isOpen()) {
            throw new IllegalStateException(
                    fileName() + " is closed: \"" + info.name() + "\" can not be read any more");
        }
        try {
            file.read(offset, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new CheckpointException(
                    String.format(
                            Locale.ROOT,
                            "%s: tensor \"%s\", at byte %,d: %s",
                            fileName(),
                            info.name(),
                            offset,
                            e.getMessage()),
                    e);
        }
    }

    private float[] allocate(TensorInfo info, int rows, long cols) {
        long count = cols == 0 ? 0 : rows > Integer.MAX_VALUE / cols ? Long.MAX_VALUE : rows * cols;
        if (cols > Integer.MAX_VALUE - 8 || count > Integer.MAX_VALUE - 8) {
            throw tooLarge(info);
        }
        if (count * 4 > Runtime.getRuntime().maxMemory()) {
            throw outOfMemory(info, count);
        }
        try {
            return new float[(int) count];
        } catch (OutOfMemoryError e) { // one allocation of a known size failed: nothing else is harmed
            throw outOfMemory(info, count);
        }
    }

    private CheckpointException tooLarge(TensorInfo info) {
        return new CheckpointException(String.format(
                Locale.ROOT,
                "%s: tensor \"%s\" %s has %,d values, more than one matrix holds; read some of its rows",
                fileName(),
                info.name(),
                info.shapeText(),
                info.count()));
    }

    private CheckpointException outOfMemory(TensorInfo info, long count) {
        return new CheckpointException(String.format(
                Locale.ROOT,
                "%s: tensor \"%s\" %s takes %,d MB as float32, but this JVM has %,d MB in all; start it with a larger"
                        + " -Xmx (NIBBLE_JAVA_OPTS), or read some of its rows",
                fileName(),
                info.name(),
                info.shapeText(),
                count * 4 / 1_000_000,
                Runtime.getRuntime().maxMemory() / 1_000_000));
    }

    private static long cols(TensorInfo info) {
        long[] shape = info.shape();
        return shape.length == 0 ? 1 : shape[shape.length - 1];
    }

    private static long rows(TensorInfo info) {
        long[] shape = info.shape();
        long rows = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            rows *= shape[i]; // cannot overflow: the reader has multiplied all of them, in this order
        }
        return rows;
    }

    private String fileName() {
        return file.path().getFileName().toString();
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return fileName() + " (" + kind + ", " + tensors.size() + " tensors)";
    }
}
