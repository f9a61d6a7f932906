package dev.nibble.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads numbers and strings of a file one after the other, little-endian. Every read is checked against the end of the
 * file, and every length before anything of that length is made; what fails says file, place and offset.
 */
final class Cursor {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String file;
    private final MemorySegment bytes;
    private long position;
    private String place = "header";

    /** @param file name for messages */
    Cursor(String file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** Says what is being read, for messages: {@code tensor "blk.0.ffn_down.weight"}. */
    void at(String newPlace) {
        place = newPlace;
    }

    long position() {
        return position;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    int u8() {
        need(1, "a number");
        return bytes.get(ValueLayout.JAVA_BYTE, position++) & 0xff;
    }

    short i16() {
        need(2, "a number");
        position += 2;
        return bytes.get(SHORT, position - 2);
    }

    int i32() {
        need(4, "a number");
        position += 4;
        return bytes.get(INT, position - 4);
    }

    long i64() {
        need(8, "a number");
        position += 8;
        return bytes.get(LONG, position - 8);
    }

    /** An unsigned 32-bit number. */
    long u32() {
        return i32() & 0xffffffffL;
    }

    /** An unsigned 64-bit number that must fit a long. */
    long u64(String what) {
        long value = i64();
        if (value < 0) {
            throw fail(8, what + " is " + Long.toUnsignedString(value) + ", more than any file holds");
        }
        return value;
    }

    /**
     * How many things follow, each taking at least {@code least} bytes, so that what they would take is known to be
     * there before room is made for them.
     *
     * @param most how many are read at all
     */
    int count(String what, int least, int most) {
        long count = u64(what);
        if (count > remaining() / least) {
            throw fail(
                    8,
                    String.format(
                            Locale.ROOT,
                            "%s is %,d, but only %,d bytes are left: the file is truncated or damaged",
                            what,
                            count,
                            remaining()));
        }
        if (count > most) {
            throw fail(8, String.format(Locale.ROOT, "%s is %,d; at most %,d are read", what, count, most));
        }
        return (int) count;
    }

    /**
     * A string with its length before it.
     *
     * @param longest most bytes it may have
     * @param strict whether bytes that are not UTF-8 are an error, or are replaced
     */
    String string(String what, int longest, boolean strict) {
        return string(what, u64("the length of " + what), 8, longest, strict);
    }

    /** A string of UTF-8 whose length, stored in 4 bytes, was just read. */
    String text(String what, int length, int longest) {
        return string(what, Integer.toUnsignedLong(length), 4, longest, true);
    }

    private String string(String what, long length, int lengthBytes, int longest, boolean strict) {
        long start = position - lengthBytes;
        if (length > remaining()) {
            throw fail(
                    lengthBytes,
                    String.format(
                            Locale.ROOT,
                            "%s has %,d bytes, but only %,d are left: the file is truncated or damaged",
                            what,
                            length,
                            remaining()));
        }
        if (length > longest) {
            throw fail(
                    lengthBytes,
                    String.format(Locale.ROOT, "%s has %,d bytes; at most %,d are read", what, length, longest));
        }
        if (length == 0) {
            return "";
        }
        byte[] text = bytes.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
        position += length;
        if (!strict) {
            return new String(text, StandardCharsets.UTF_8);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw fail(position - start, what + " is not UTF-8");
        }
    }

    /** The bytes from {@code from} to here. */
    MemorySegment slice(long from) {
        return bytes.asSlice(from, position - from);
    }

    /** Passes over {@code count} bytes, which were checked to be there, and returns where they begin. */
    long skip(long count) {
        need(count, "its data");
        position += count;
        return position - count;
    }

    /**
     * The error for what was just read.
     *
     * @param back how many bytes ago it began
     */
    CheckpointException fail(long back, String problem) {
        return new CheckpointException(
                String.format(Locale.ROOT, "%s: %s, at byte %,d: %s", file, place, position - back, problem));
    }

    private void need(long count, String what) {
        if (count > remaining()) {
            throw fail(
                    0,
                    String.format(
                            Locale.ROOT,
                            "%s needs %,d bytes, but the file ends after %,d more: it is truncated; download it again",
                            what,
                            count,
                            remaining()));
        }
    }
}
