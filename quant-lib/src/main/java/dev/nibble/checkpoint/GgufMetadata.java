package dev.nibble.checkpoint;

import java.math.BigInteger;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.IntFunction;

/**
 * The keys and values at the head of a GGUF file. Text in them (chat templates too) is text: nothing evaluates it.
 */
final class GgufMetadata {
    private static final int LONGEST_KEY = 65_535;
    private static final int LONGEST_STRING = 32 << 20;
    /** Bytes of the file that metadata may take: real vocabularies take some 10 MB. */
    private static final long LARGEST = 64L << 20;
    /** A key's length, a type and one byte of value. */
    private static final int LEAST_ENTRY = 8 + 4 + 1;

    private static final int MOST_WARNINGS = 20;

    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int UINT32 = 4;

    private final Cursor in;
    /** Where the metadata begins in the file. */
    private final long start;

    private final List<String> warnings;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final List<GgufEntry> entries = new ArrayList<>();
    private long alignment = 32;

    private GgufMetadata(Cursor in, List<String> warnings) {
        this.in = in;
        this.start = in.position();
        this.warnings = warnings;
    }

    /** Reads {@code count} entries. */
    static GgufMetadata read(Cursor in, int count, List<String> warnings) {
        GgufMetadata metadata = new GgufMetadata(in, warnings);
        for (int i = 0; i < count; i++) {
            in.at("key " + (i + 1) + " of " + count);
            metadata.entry();
            metadata.checkSize();
        }
        return metadata;
    }

    static int leastEntry() {
        return LEAST_ENTRY;
    }

    Map<String, Object> values() {
        return values;
    }

    /** The same as the file holds them. */
    List<GgufEntry> entries() {
        return entries;
    }

    /** What tensors are aligned to, in bytes: a power of two. */
    long alignment() {
        return alignment;
    }

    private void entry() {
        long begin = in.position();
        String key = in.string("the key", LONGEST_KEY, true);
        if (key.isEmpty() || key.indexOf('\0') >= 0) {
            throw in.fail(
                    in.position() - begin, key.isEmpty() ? "the key is empty" : "the key contains a NUL character");
        }
        in.at("key \"" + key + "\"");
        if (!key.matches("[a-z0-9_.]+") && warnings.size() < MOST_WARNINGS) {
            warnings.add("the key \"" + key + "\" is not in lower_snake.case");
        }
        long typed = in.position();
        long type = in.u32();
        long at = in.position();
        Object value = type == ARRAY ? array() : scalar(type);
        if (values.putIfAbsent(key, value) != null) {
            throw in.fail(in.position() - begin, "the key occurs twice");
        }
        entries.add(new GgufEntry(key, in.slice(typed)));
        if (key.equals("general.alignment")) {
            if (type != UINT32 || Long.bitCount((Long) value) != 1) {
                throw in.fail(
                        in.position() - at, "the alignment must be a power of two stored as UINT32, but is " + value);
            }
            alignment = (Long) value;
            if (alignment < 8) {
                warnings.add("the alignment is " + alignment + "; the specification asks for a multiple of 8");
            }
        }
    }

    /** One value: Long, BigInteger, Float, Double, Boolean or String. */
    private Object scalar(long type) {
        return switch ((int) type) {
            case 0 -> (long) in.u8();
            case 1 -> (long) (byte) in.u8();
            case 2 -> in.i16() & 0xffffL;
            case 3 -> (long) in.i16();
            case UINT32 -> in.u32();
            case 5 -> (long) in.i32();
            case 6 -> Float.intBitsToFloat(in.i32());
            case 7 -> bool();
            case STRING -> string();
            case 10 -> unsigned(in.i64());
            case 11 -> in.i64();
            case 12 -> Double.longBitsToDouble(in.i64());
            default -> throw in.fail(4, "value type " + type + " does not exist");
        };
    }

    private Boolean bool() {
        int value = in.u8();
        if (value > 1) {
            throw in.fail(1, "a boolean is 0 or 1, not " + value);
        }
        return value == 1;
    }

    private String string() {
        String text = in.string("the text", LONGEST_STRING, false);
        checkSize(); // an array has millions of them
        return text;
    }

    private void checkSize() {
        if (in.position() - start > LARGEST) {
            throw in.fail(0, "the metadata takes more than " + (LARGEST >> 20) + " MiB");
        }
    }

    private static Object unsigned(long bits) {
        return bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
    }

    private List<Object> array() {
        long type = in.u32();
        if (type == ARRAY) {
            throw in.fail(4, "arrays of arrays are not read");
        }
        if (type < 0 || type > 12) {
            throw in.fail(4, "value type " + type + " does not exist");
        }
        int count = in.count("the number of elements", leastBytes((int) type), Integer.MAX_VALUE - 8);
        if ((long) count * leastBytes((int) type) > LARGEST) {
            throw in.fail(8, "an array of " + count + " elements is more than " + (LARGEST >> 20) + " MiB");
        }
        return switch ((int) type) {
            case STRING -> {
                List<Object> elements = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    elements.add(string());
                }
                yield Collections.unmodifiableList(elements);
            }
            case 0, 1, 7 -> bytes(count, (int) type);
            case 2, 3, UINT32, 5, 6 -> ints(count, (int) type);
            default -> longs(count, (int) type);
        };
    }

    // Numbers stay primitive in memory and are boxed when they are asked for: an array takes no more than in the file,
    // 16-bit ones twice as much.

    private List<Object> bytes(int count, int type) {
        byte[] elements = new byte[count];
        for (int i = 0; i < count; i++) {
            elements[i] = type == 7 ? (byte) (bool() ? 1 : 0) : (byte) in.u8();
        }
        return new Numbers(count, i -> switch (type) {
            case 0 -> (Object) (long) (elements[i] & 0xff);
            case 1 -> (long) elements[i];
            default -> elements[i] == 1;
        });
    }

    private List<Object> ints(int count, int type) {
        int[] elements = new int[count];
        for (int i = 0; i < count; i++) {
            elements[i] = type == 2 ? in.i16() & 0xffff : type == 3 ? in.i16() : in.i32();
        }
        return new Numbers(count, i -> switch (type) {
            case UINT32 -> (Object) (elements[i] & 0xffffffffL);
            case 6 -> Float.intBitsToFloat(elements[i]);
            default -> (long) elements[i];
        });
    }

    private List<Object> longs(int count, int type) {
        long[] elements = new long[count];
        for (int i = 0; i < count; i++) {
            elements[i] = in.i64();
        }
        return new Numbers(count, i -> switch (type) {
            case 10 -> unsigned(elements[i]);
            case 12 -> (Object) Double.longBitsToDouble(elements[i]);
            default -> elements[i];
        });
    }

    private static int leastBytes(int type) {
        return switch (type) {
            case 0, 1, 7 -> 1;
            case 2, 3 -> 2;
            case UINT32, 5, 6 -> 4;
            default -> 8;
        };
    }

    /** A list over a primitive array. */
    private static final class Numbers extends AbstractList<Object> implements RandomAccess {
        private final int size;
        private final IntFunction<Object> element;

        Numbers(int size, IntFunction<Object> element) {
            this.size = size;
            this.element = element;
        }

        @Override
        public Object get(int index) {
            return element.apply(Objects.checkIndex(index, size));
        }

        @Override
        public int size() {
            return size;
        }
    }
}
