package dev.nibble.format.packing;

/** The specification of {@link Nibbles}. */
public final class NibblesScalar implements Nibbles {
    @Override
    public void pack(byte[] codes, int from, int count, boolean highFirst, byte[] packed, int at) {
        int pairs = count / 2;
        for (int k = 0; k < pairs; k++) {
            int first = codes[from + 2 * k];
            int second = codes[from + 2 * k + 1];
            packed[at + k] = (byte) (highFirst ? first << 4 | second : second << 4 | first);
        }
        if (count % 2 == 1) {
            int last = codes[from + count - 1];
            packed[at + pairs] = (byte) (highFirst ? last << 4 : last);
        }
    }

    @Override
    public void unpack(byte[] packed, int at, int count, boolean highFirst, byte[] codes, int to) {
        for (int i = 0; i < count; i++) {
            boolean high = (i % 2 == 0) == highFirst;
            codes[to + i] = (byte) (packed[at + i / 2] >>> (high ? 4 : 0) & 15);
        }
    }
}
