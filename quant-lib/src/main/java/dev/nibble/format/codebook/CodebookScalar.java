package dev.nibble.format.codebook;

/**
 * Nearest value of a table, as defined: the code of a number is how many of the fifteen boundaries lie strictly
 * below it, so a number on a boundary gets the lower code.
 */
final class CodebookScalar implements CodebookKernels {
    @Override
    public void encode(float[] x, int from, int count, float inverse, float[] boundaries, byte[] codes, int at) {
        for (int i = 0; i < count; i++) {
            float v = x[from + i] * inverse;
            int code = 0;
            for (int k = 1; k < Codebook.SIZE; k++) {
                code += v > boundaries[k] ? 1 : 0;
            }
            codes[at + i] = (byte) code;
        }
    }

    @Override
    public void decode(byte[] codes, int from, int count, float scale, float[] table, float[] y, int at) {
        for (int i = 0; i < count; i++) {
            y[at + i] = table[codes[from + i]] * scale;
        }
    }
}
