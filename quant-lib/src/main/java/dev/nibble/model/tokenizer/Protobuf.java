package dev.nibble.model.tokenizer;

import dev.nibble.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads the fields of one message of Protocol Buffers, one after the other, in place. Every length is checked against the
 * message before anything is made of it.
 */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final String origin;
    private final ByteBuffer in;
    private int field;
    private int type;
    private long number;
    private ByteBuffer content;

    /** @param origin the file, for messages */
    Protobuf(String origin, ByteBuffer message) {
        this.origin = origin;
        this.in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Goes on to the next field.
     *
     * @return false after the last
     * @throws CheckpointException if the message is damaged
     */
    boolean next() {
        if (!in.hasRemaining()) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (tag < 0 || tag >>> 3 > Integer.MAX_VALUE || field == 0) {
            throw damaged("field " + (tag >>> 3) + " does not exist");
        }
        switch (type) {
            case VARINT -> number = varint();
            case FIXED_64 -> number = need(Long.BYTES).getLong();
            case FIXED_32 -> number = need(Integer.BYTES).getInt();
            case BYTES -> {
                long length = varint();
                if (length < 0 || length > in.remaining()) {
                    throw damaged(String.format(
                            Locale.ROOT, "a field of %,d bytes where %,d are left", length, in.remaining()));
                }
                content = in.slice(in.position(), (int) length);
                in.position(in.position() + (int) length);
            }
            default -> throw damaged("a field of type " + type + " does not exist");
        }
        return true;
    }

    /** The number of the field that was read last. */
    int field() {
        return field;
    }

    /** Its value, an integer. */
    long number() {
        expect(VARINT);
        return number;
    }

    /** Its value, yes or no. */
    boolean flag() {
        return number() != 0;
    }

    /** Its value, a float. */
    float real() {
        expect(FIXED_32);
        return Float.intBitsToFloat((int) number);
    }

    /** Its value, a message. */
    Protobuf message() {
        expect(BYTES);
        return new Protobuf(origin, content);
    }

    /** Its value, bytes, copied. */
    byte[] bytes() {
        expect(BYTES);
        byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        return bytes;
    }

    /** Its value, text; bytes that are no UTF-8 become U+FFFD. */
    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    private void expect(int expected) {
        if (type != expected) {
            throw damaged("field " + field + " has type " + type + ", expected " + expected);
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = need(1).get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("a number of more than ten bytes");
    }

    private ByteBuffer need(int count) {
        if (in.remaining() < count) {
            throw damaged("it ends inside a field");
        }
        return in;
    }

    private CheckpointException damaged(String what) {
        return new CheckpointException(origin + " is not a SentencePiece model, or is damaged: " + what);
    }
}
