package dev.nibble.format.codebook;

/**
 * Nearest value of a table, as defined: the rank of a number is how many of the boundaries lie strictly below it, so a
 * number on a boundary gets the lower rank.
 */
final class CodebookScalar implements CodebookKernels {
    @Override
    public void encode(float[] x, int from, int count, float inverse, Codebook book, byte[] ranks, int at) {
        float[] boundaries = book.boundaries();
        int half = book.size() / 2;
        for (int i = 0; i < count; i++) {
            float v = x[from + i] * inverse;
            int rank = 0;
            for (int step = half; step > 0; step >>= 1) { // the boundaries never fall: a binary search counts them
                rank += v > boundaries[rank + step] ? step : 0;
            }
            ranks[at + i] = (byte) rank;
        }
    }

    @Override
    public void encode(
            float[] x,
            int from,
            int count,
            int block,
            float[] inverses,
            int first,
            Codebook book,
            byte[] ranks,
            int at) {
        for (int k = 0; k < count; k++) {
            encode(x, from + k * block, block, inverses[first + k], book, ranks, at + k * block);
        }
    }

    @Override
    public void translate(byte[] codes, int from, int count, byte[] table) {
        for (int i = from; i < from + count; i++) {
            codes[i] = table[codes[i]];
        }
    }

    @Override
    public void decode(byte[] codes, int from, int count, float scale, float[] table, int bits, float[] y, int at) {
        for (int i = 0; i < count; i++) {
            y[at + i] = table[codes[from + i] & 0xff] * scale;
        }
    }
}
