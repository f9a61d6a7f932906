package dev.nibble.format.gguf;

/** fp16 numbers in a byte array, little-endian. */
final class Halves {
    private Halves() {}

    static float get(byte[] in, int at) {
        return Float.float16ToFloat((short) ((in[at] & 0xff) | in[at + 1] << 8));
    }
}
