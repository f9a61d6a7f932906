package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF IQ1_S: 256 weights in 50 bytes (1.5625 bits per weight), 8 sub-blocks of 32 weights; each 8 weights are one of 2048
 * points of -1, 0 and 1.
 *
 * <pre>
 *   byte 0..1    d, fp16
 *   byte 2..33   low eight bits of the index of the point of each 8 weights
 *   byte 34..49  for each sub-block 16 bits: 4 times the other three bits of the index; scale (3 bits); 1 if the values of
 *                the sub-block are moved down by 1/8, else up
 * </pre>
 * value = d · (2 · scale + 1) · (point ± 1/8). Needs an importance matrix. Source: ggml, quantize_row_iq1_s_impl,
 * dequantize_row_iq1_s.
 */
final class IQ1_S extends TernaryGridCodec {
    private static final float LEAST = 1e-12f;
    /** As ggml has it. */
    private static final float FACTOR = 1.125f;

    IQ1_S() {
        super(8, 2, LEAST);
    }

    @Override
    public DType type() {
        return DType.IQ1_S;
    }

    @Override
    public boolean needsImportance() {
        return true;
    }

    @Override
    public int[] halves() {
        return new int[] {0};
    }

    @Override
    public String description() {
        return "points of a grid of 2048 for each 8 weights, -1, 0 or 1 each and all moved by 1/8 up or down, a three-bit"
                + " scale per 32 and a float16 per 256; of all splits of the sorted weights into three levels the best,"
                + " weighted with the importance";
    }

    @Override
    public String specials() {
        return GridSpecials.text("32", "1e-12");
    }

    @Override
    void weigh(float[] x, int from, float sigma2, float[] importance, int column, float[] weights) {
        Importances.given(x, from, 32, sigma2, importance, column, weights, 0);
    }

    /** Way 0 moves all points up, 1 down. */
    @Override
    float[] levels(int way, int point) {
        return way == 0 ? TernarySearch.UP : TernarySearch.DOWN;
    }

    @Override
    float wanted(float[] x, int from, RowContext row, int column, float sigma2, Choice choice, float largest) {
        return largest / 15 * FACTOR;
    }

    /** Each sub-block's scale is fitted to its points, and rounded to an odd multiple 2 · scale + 1 of d. */
    @Override
    void promise(FittedBound bound, float[] weights, int sub, int scale, float d) {
        double ratio = FittedBound.rounded(d) * 2 * scale / (2 * scale + 1) / FACTOR;
        bound.add(32 * sub, 32, weights, ratio, LEAST);
    }

    /** All points of a sub-block are moved the same way. */
    @Override
    float[][] books(float[] up, float[] down) {
        return new float[][] {up, down};
    }

    @Override
    void split(TernarySearch search, float[] x, int from, float[] weights, SearchLog log) {
        float[] sumX = new float[33];
        float[] sumW = new float[33];
        for (int j = 0; j < 32; j++) {
            int i = search.order[j];
            sumX[j + 1] = sumX[j] + weights[i] * x[from + i];
            sumW[j + 1] = sumW[j] + weights[i];
        }
        for (int zero = 0; zero <= 32; zero++) {
            for (int plus = zero; plus <= 32; plus++) {
                for (int way = 0; way < 2; way++) {
                    float[] v = levels(way, 0);
                    float sumqx = (sumX[zero] - sumX[0]) * v[0]
                            + (sumX[plus] - sumX[zero]) * v[1]
                            + (sumX[32] - sumX[plus]) * v[2];
                    float sumq2 = (sumW[zero] - sumW[0]) * v[0] * v[0]
                            + (sumW[plus] - sumW[zero]) * v[1] * v[1]
                            + (sumW[32] - sumW[plus]) * v[2] * v[2];
                    if (search.offer(sumqx, sumq2, zero, plus, way) && log != null) {
                        log.tried(
                                (zero * 33 + plus) * 2 + way,
                                search.scale,
                                0,
                                Importances.error(x, from, weights, 0, 32, sumqx, sumq2),
                                true);
                    }
                }
            }
        }
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int s = 0; s < subs; s++) {
            int word = choice.mins[s] << 15 | choice.scales[s] << 12;
            for (int k = 0; k < 4; k++) {
                int index = choice.codes[4 * s + k];
                out[at + 2 + 4 * s + k] = (byte) index;
                word |= index >> 8 << (3 * k);
            }
            GridCodec.put16(word, out, at + 34 + 2 * s);
        }
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, 256), 0);
        for (int s = 0; s < subs; s++) {
            int word = 34 + 2 * s;
            for (int k = 0; k < 4; k++) {
                int first = 32 * s + 8 * k;
                fields.add(
                        Role.CODES,
                        "point of " + GridCodec.range(first, 8),
                        BlockFields.weights(first, 8),
                        BlockFields.run(2 + 4 * s + k, 0, 8, 0),
                        BlockFields.run(word, 3 * k, 3, 8));
            }
            int[] all = BlockFields.weights(32 * s, 32);
            fields.add(Role.SCALE, "scale of " + GridCodec.range(32 * s, 32), all, word + 1, 4, 3);
            fields.add(Role.MIN, "shift of " + GridCodec.range(32 * s, 32), all, word + 1, 7, 1);
        }
    }

    private static int word(byte[] in, int at, int sub) {
        return GridCodec.get16(in, at + 34 + 2 * sub);
    }

    @Override
    float d(byte[] in, int at) {
        return Halves.get(in, at);
    }

    @Override
    int scale(byte[] in, int at, int sub) {
        return word(in, at, sub) >> 12 & 7;
    }

    @Override
    int point(byte[] in, int at, int octet) {
        return (in[at + 2 + octet] & 0xff) | (word(in, at, octet / 4) >> (octet % 4 * 3) & 7) << 8;
    }

    @Override
    boolean down(byte[] in, int at, int octet) {
        return word(in, at, octet / 4) >= 0x8000;
    }
}
