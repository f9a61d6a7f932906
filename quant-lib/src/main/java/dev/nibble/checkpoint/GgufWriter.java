package dev.nibble.checkpoint;

import dev.nibble.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Makes the head of a GGUF file, version 3, little-endian: keys and tensors in the order given, every tensor padded to
 * the alignment that {@code general.alignment} says (32 if it says nothing), the last one too. What ggml's reader would
 * refuse is refused here.
 */
public final class GgufWriter {
    private static final int VERSION = 3;
    private static final int LONGEST_NAME = 63;
    private static final int LONGEST_KEY = 65_535;
    private static final int MOST_DIMENSIONS = 4;
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final String ALIGNMENT = "general.alignment";

    private GgufWriter() {}

    /**
     * The head of a file with these keys and tensors.
     *
     * @throws IllegalArgumentException if a key or a name is empty, occurs twice or is too long, a tensor has more than
     *     four dimensions, or GGUF has no such type
     */
    public static CheckpointWriter.Head head(List<GgufEntry> entries, List<NewTensor> tensors) {
        var keys = new Bytes();
        Set<String> seen = new HashSet<>();
        long alignment = DEFAULT_ALIGNMENT;
        for (GgufEntry entry : entries) {
            requireName("key", entry.key(), LONGEST_KEY, seen);
            keys.text(entry.key());
            keys.writeBytes(entry.bytes());
            if (entry.key().equals(ALIGNMENT)) {
                alignment = entry.u32(0);
                if (Long.bitCount(alignment) != 1) {
                    throw new IllegalArgumentException(ALIGNMENT + " is not a power of two stored as UINT32");
                }
            }
        }
        seen.clear();
        var heads = new Bytes();
        List<TensorInfo> relative = new ArrayList<>();
        long at = 0;
        for (NewTensor t : tensors) {
            requireName("tensor", t.name(), LONGEST_NAME, seen);
            relative.add(new TensorInfo(t.name(), t.type(), t.shape(), t.bytes(), at));
            heads.tensor(t, at);
            at = pad(at, t.bytes(), alignment);
        }
        var all = new Bytes();
        all.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        all.i32(VERSION);
        all.i64(tensors.size());
        all.i64(entries.size());
        all.writeBytes(keys.toByteArray());
        all.writeBytes(heads.toByteArray());
        long data = pad(0, all.size(), alignment);
        List<TensorInfo> placed = relative.stream()
                .map(t -> new TensorInfo(t.name(), t.type(), t.shape(), t.bytes(), data + t.offset()))
                .toList();
        return new CheckpointWriter.Head(all.toByteArray(), placed, pad(data, at, alignment));
    }

    private static void requireName(String what, String name, int longest, Set<String> seen) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the name of a " + what + " is empty or contains a NUL character");
        }
        if (length > longest) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "%s \"%s\": the name has %d bytes; GGUF allows %d", what, name, length, longest));
        }
        if (!seen.add(name)) {
            throw new IllegalArgumentException("two of them: " + what + " \"" + name + "\"");
        }
    }

    /** End of {@code size} bytes from {@code at} on, padded. */
    private static long pad(long at, long size, long alignment) {
        try {
            return Math.addExact(Math.addExact(at, size), alignment - 1) & -alignment;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("the tensors together are larger than any file", e);
        }
    }

    /** Little-endian numbers and texts one after the other. */
    private static final class Bytes extends ByteArrayOutputStream {
        void i32(int value) {
            writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void i64(long value) {
            writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        void text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            i64(utf8.length);
            writeBytes(utf8);
        }

        void tensor(NewTensor t, long offset) {
            long[] shape = t.shape().length == 0 ? new long[] {1} : t.shape(); // ggml has no tensor without dimensions
            if (shape.length > MOST_DIMENSIONS) {
                throw new IllegalArgumentException("tensor \"" + t.name() + "\" has " + shape.length
                        + " dimensions; GGUF allows " + MOST_DIMENSIONS);
            }
            int type = GgufTypes.id(t.type());
            if (type < 0) {
                throw new IllegalArgumentException(
                        "tensor \"" + t.name() + "\": GGUF has no type " + t.type() + "; safetensors has");
            }
            text(t.name());
            i32(shape.length);
            for (int d = shape.length - 1; d >= 0; d--) { // innermost first
                i64(shape[d]);
            }
            i32(type);
            i64(offset);
        }
    }
}
