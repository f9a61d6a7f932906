package dev.nibble.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * One run of stored bytes.
 *
 * @param name what it holds: "codes", "scales", "zeros"
 * @param encoding how to read it, in words: "4 bits, low nibble first", "float16 little-endian"
 * @param data the bytes; shared, read only
 */
public record StoredPart(String name, String encoding, ByteBuffer data) {
    public StoredPart {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(encoding, "encoding");
        data = data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A part over all of {@code bytes}, which are not copied. */
    public StoredPart(String name, String encoding, byte[] bytes) {
        this(name, encoding, ByteBuffer.wrap(bytes));
    }

    /** A view with its own position, little-endian, that can not be written to. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Number of bytes. */
    public long size() {
        return data.remaining();
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        byte[] copy = new byte[data.remaining()];
        data.duplicate().get(copy);
        return copy;
    }
}
