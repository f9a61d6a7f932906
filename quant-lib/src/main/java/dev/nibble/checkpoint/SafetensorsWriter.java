package dev.nibble.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Makes the head of a safetensors file, as the reference library reads it: 8 bytes of length, JSON filled up with
 * spaces to a multiple of 8, then the tensors without gaps. Types of more bytes come first, so that every tensor begins
 * at a multiple of its element's size; within one size the order is the one given.
 */
public final class SafetensorsWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private SafetensorsWriter() {}

    /**
     * The head of a file with these tensors.
     *
     * @param metadata texts about the file, in this order
     * @throws IllegalArgumentException if a name occurs twice or is reserved, the format has no such type, or the header
     *     would be larger than readers allow
     */
    public static CheckpointWriter.Head head(Map<String, String> metadata, List<NewTensor> tensors) {
        List<NewTensor> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparingInt((NewTensor t) -> -alignment(t.type())));
        List<TensorInfo> relative = place(sorted);
        byte[] json = json(metadata, relative);
        int length = (json.length + 7) / 8 * 8;
        if (length > Safetensors.LONGEST_HEADER) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the header of %,d tensors takes %,d bytes; readers of safetensors allow %,d",
                    tensors.size(),
                    length,
                    Safetensors.LONGEST_HEADER));
        }
        ByteBuffer bytes = ByteBuffer.allocate(8 + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(json);
        while (bytes.hasRemaining()) {
            bytes.put((byte) ' ');
        }
        List<TensorInfo> placed = new ArrayList<>();
        long end = 8L + length;
        for (TensorInfo t : relative) {
            placed.add(new TensorInfo(t.name(), t.type(), t.shape(), t.bytes(), 8L + length + t.offset()));
            end = 8L + length + t.offset() + t.bytes();
        }
        return new CheckpointWriter.Head(bytes.array(), placed, end);
    }

    /** Whether safetensors has such a type. */
    static boolean has(DType type) {
        return type.compareTo(DType.F4) <= 0;
    }

    private static int alignment(DType type) {
        return type.blockSize() > 1 ? 1 : type.blockBytes();
    }

    private static List<TensorInfo> place(List<NewTensor> tensors) {
        Set<String> names = new HashSet<>();
        List<TensorInfo> placed = new ArrayList<>();
        long at = 0;
        for (NewTensor t : tensors) {
            if (!names.add(t.name())) {
                throw new IllegalArgumentException("two tensors would be named \"" + t.name() + "\"");
            }
            if (t.name().equals("__metadata__")) {
                throw new IllegalArgumentException("a tensor of a safetensors file can not be named \"__metadata__\"");
            }
            if (!has(t.type())) {
                throw new IllegalArgumentException(
                        "tensor \"" + t.name() + "\": safetensors has no type " + t.type() + "; GGUF has");
            }
            placed.add(new TensorInfo(t.name(), t.type(), t.shape(), t.bytes(), at));
            try {
                at = Math.addExact(at, t.bytes());
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("the tensors together are larger than any file", e);
            }
        }
        return placed;
    }

    private static byte[] json(Map<String, String> metadata, List<TensorInfo> tensors) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart("__metadata__");
                for (var entry : metadata.entrySet()) {
                    out.writeStringField(entry.getKey(), entry.getValue());
                }
                out.writeEndObject();
            }
            for (TensorInfo t : tensors) {
                out.writeObjectFieldStart(t.name());
                out.writeStringField("dtype", t.type().name());
                out.writeFieldName("shape");
                out.writeArray(t.shape(), 0, t.shape().length);
                out.writeFieldName("data_offsets");
                out.writeArray(new long[] {t.offset(), t.offset() + t.bytes()}, 0, 2);
                out.writeEndObject();
            }
            out.writeEndObject();
        } catch (IOException e) { // into memory
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
