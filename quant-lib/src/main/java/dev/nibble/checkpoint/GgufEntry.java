package dev.nibble.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * One key of a GGUF file with its value as the file holds it, type first, little-endian: what is copied this way keeps
 * its type, and its text even where that is not UTF-8.
 */
public final class GgufEntry {
    private static final int UINT32 = 4;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final String key;
    private final MemorySegment bytes;

    /** @param bytes type and value; of a mapped file, readable while that is open */
    GgufEntry(String key, MemorySegment bytes) {
        this.key = Objects.requireNonNull(key, "key");
        this.bytes = bytes.asReadOnly();
    }

    /**
     * The keys of a GGUF file in its order, readable while it is open; of one that is cut into parts those of the first;
     * none of any other file.
     */
    public static List<GgufEntry> of(Checkpoint checkpoint) {
        return switch (checkpoint) {
            case MappedCheckpoint mapped -> mapped.entries();
            case FolderCheckpoint folder -> folder.first().entries();
            default -> List.of();
        };
    }

    /** An unsigned 32-bit number. */
    public static GgufEntry u32(String key, long value) {
        if (value < 0 || value > 0xffffffffL) {
            throw new IllegalArgumentException(key + ": " + value + " does not fit 32 bits without a sign");
        }
        return of(key, value(UINT32, 4).putInt((int) value));
    }

    /** A float32 number. */
    public static GgufEntry f32(String key, float value) {
        return of(key, value(FLOAT32, 4).putFloat(value));
    }

    /** Yes or no. */
    public static GgufEntry bool(String key, boolean value) {
        return of(key, value(BOOL, 1).put((byte) (value ? 1 : 0)));
    }

    /** A text. */
    public static GgufEntry text(String key, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return of(key, value(STRING, 8 + utf8.length).putLong(utf8.length).put(utf8));
    }

    /** A list of texts. */
    public static GgufEntry texts(String key, List<String> values) {
        List<byte[]> utf8 =
                values.stream().map(v -> v.getBytes(StandardCharsets.UTF_8)).toList();
        int size = utf8.stream().mapToInt(b -> 8 + b.length).reduce(12, Math::addExact);
        ByteBuffer out = value(ARRAY, size).putInt(STRING).putLong(utf8.size());
        utf8.forEach(b -> out.putLong(b.length).put(b));
        return of(key, out);
    }

    /** Its name, such as {@code general.architecture}. */
    public String key() {
        return key;
    }

    /** Type and value, as they stand in a file. */
    byte[] bytes() {
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }

    /** The value if it is an unsigned 32-bit number, else the fallback. */
    long u32(long fallback) {
        ByteBuffer value = bytes.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return value.remaining() == 8 && value.getInt(0) == UINT32 ? value.getInt(4) & 0xffffffffL : fallback;
    }

    private static ByteBuffer value(int type, int size) {
        return ByteBuffer.allocate(Math.addExact(4, size))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type);
    }

    private static GgufEntry of(String key, ByteBuffer filled) {
        return new GgufEntry(key, MemorySegment.ofBuffer(filled.flip()));
    }

    @Override
    public String toString() {
        return key;
    }
}
