package dev.nibble.format.packing;

import dev.nibble.compute.Provider;

/**
 * Two four-bit codes in a byte. Stateless; arguments are trusted.
 *
 * <pre>
 *   low first    byte k = code 2k+1 &lt;&lt; 4 | code 2k      (compressed-tensors, NVFP4)
 *   high first   byte k = code 2k &lt;&lt; 4 | code 2k+1      (bitsandbytes)
 * </pre>
 * An odd count leaves the other nibble of the last byte zero.
 */
public interface Nibbles {
    /** What runs in this process. */
    Nibbles BEST = Provider.choose(Nibbles.class, new NibblesScalar(), "dev.nibble.format.packing.NibblesVector");

    /** Packs {@code codes[from .. from + count)}, each 0..15, to the bytes from {@code at} on. */
    void pack(byte[] codes, int from, int count, boolean highFirst, byte[] packed, int at);

    /** Unpacks {@code count} codes from the bytes from {@code at} on to {@code codes[to ..)}. */
    void unpack(byte[] packed, int at, int count, boolean highFirst, byte[] codes, int to);
}
