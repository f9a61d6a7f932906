package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.codebook.BitsandbytesTensors;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A weight of a bitsandbytes checkpoint. Its shape is in a tensor of JSON; its blocks run across rows, so the whole
 * weight is decoded at once, and kept as long as there is memory.
 */
final class BitsandbytesWeight implements Weight {
    private final Checkpoint checkpoint;
    private final String name;
    private final List<TensorInfo> tensors;
    private final long[] shape;
    private final String stored;
    private SoftReference<Quantized> quantized;
    private SoftReference<Matrix> decoded = new SoftReference<>(null);

    private BitsandbytesWeight(Checkpoint checkpoint, String name, List<TensorInfo> tensors) {
        this.checkpoint = checkpoint;
        this.name = name;
        this.tensors = tensors;
        Quantized first = read();
        this.shape = new long[] {first.rows(), first.cols()};
        this.stored = "bitsandbytes " + first.format().recipe();
        this.quantized = new SoftReference<>(first);
    }

    /** @throws CheckpointException if its tensors do not fit each other */
    static BitsandbytesWeight of(Checkpoint checkpoint, String name, Map<String, TensorInfo> all) {
        List<TensorInfo> tensors = all.values().stream()
                .filter(t -> t.name().equals(name)
                        || List.of("absmax", "quant_map", "nested_absmax", "nested_quant_map").stream()
                                .anyMatch(suffix -> t.name().equals(name + "." + suffix))
                        || t.name().startsWith(name + "." + BitsandbytesTensors.STATE))
                .toList();
        return new BitsandbytesWeight(checkpoint, name, tensors);
    }

    private Quantized read() {
        Map<String, ByteBuffer> bytes = new HashMap<>();
        for (TensorInfo t : tensors) {
            if (t.bytes() > Integer.MAX_VALUE - 8) {
                throw LaidOutWeight.damaged(checkpoint, name, t + " is larger than any matrix");
            }
            String suffix = t.name().equals(name) ? "" : t.name().substring(name.length() + 1);
            byte[] content = checkpoint.stored(t.name(), 0, (int) t.bytes());
            bytes.put(suffix, ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
        }
        try {
            return BitsandbytesTensors.read(name, bytes);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(checkpoint.path().getFileName() + ": " + e.getMessage(), e);
        }
    }

    private synchronized Quantized quantized() {
        Quantized known = quantized.get();
        if (known == null) {
            known = read();
            quantized = new SoftReference<>(known);
        }
        return known;
    }

    private synchronized Matrix decoded() {
        Matrix known = decoded.get();
        if (known == null) {
            known = quantized().dequantize();
            decoded = new SoftReference<>(known);
        }
        return known;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public String stored() {
        return stored;
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public Optional<Format> format() {
        return Optional.empty(); // its pieces can not be had: the offset and the table are those of the whole
    }

    @Override
    public Optional<Quantized> quantized(long from, int count) {
        return from == 0 && count == shape[0] ? Optional.of(quantized()) : Optional.empty();
    }

    @Override
    public Matrix rows(long from, int count, Progress progress) {
        if (from < 0 || count < 0 || from > shape[0] - count) {
            throw new IllegalArgumentException(
                    "rows " + from + " to " + (from + count) + " of \"" + name + "\", which has " + shape[0]);
        }
        int cols = (int) shape[1];
        int first = (int) from * cols;
        return Matrix.of(name, count, cols, Arrays.copyOfRange(decoded().values(), first, first + count * cols));
    }
}
