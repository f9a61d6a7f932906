package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF IQ1_M: 256 weights in 56 bytes (1.75 bits per weight), 16 sub-blocks of 16 weights; each 8 weights are one of 2048
 * points of -1, 0 and 1.
 *
 * <pre>
 *   byte 0..31   low eight bits of the index of the point of each 8 weights
 *   byte 32..47  a nibble for each 8 weights: the other three bits of the index; 1 if their values are moved down by 1/8
 *   byte 48..55  four words of 16 bits: in word k the scales (3 bits each) of sub-blocks 4k to 4k + 3, then bits 4k to 4k + 3
 *                of d, fp16
 * </pre>
 * value = d · (2 · scale + 1) · (point ± 1/8). Source: ggml, quantize_row_iq1_m_impl, dequantize_row_iq1_m.
 */
final class IQ1_M extends ChoosingCodec {
    private static final int SUBS = 16;

    @Override
    public DType type() {
        return DType.IQ1_M;
    }

    @Override
    public boolean takesImportance() {
        return true;
    }

    @Override
    public boolean overflows(byte[] block, int at) {
        return (block[at + 55] & 0x70) == 0x70 && (block[at + 53] & 0xc0) == 0xc0;
    }

    @Override
    public float largest() {
        return Importances.LARGEST;
    }

    @Override
    public String description() {
        return "points of a grid of 2048 for each 8 weights, -1, 0 or 1 each and all 8 moved by 1/8 up or down, a three-bit"
                + " scale per 16 and a float16 per 256; of all splits of the sorted weights into three levels the best,"
                + " weighted with x² or the importance";
    }

    @Override
    public String specials() {
        return GridSpecials.text("16", "1e-7");
    }

    @Override
    Choice newChoice() {
        return new Choice(SUBS, true, 32);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        TernarySearch search = new TernarySearch(16);
        float[] weights = new float[16];
        float[] scales = new float[SUBS];
        float sigma2 = 2 * Importances.sumOfSquares(x, from, 256) / 256;
        for (int s = 0; s < SUBS; s++) {
            int first = from + 16 * s;
            Importances.of(x, first, 16, sigma2, row.importance(), column + 16 * s, weights, 0);
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, 16 * s, 16);
            scales[s] = search(search, x, first, weights, log);
            choice.mins[s] = search.found() ? search.shift : 0;
            choice.codes[2 * s] = search.found() ? search.index[0] : 0;
            choice.codes[2 * s + 1] = search.found() ? search.index[1] : 0;
        }
        choice.wanted = 0;
        float max = Importances.largest(scales);
        float inverse = 1 / (max / 15);
        for (int s = 0; s < SUBS; s++) {
            choice.scales[s] = max == 0 ? 0 : Math.clamp(C.nearest(0.5f * (inverse * scales[s] - 1)), 0, 7);
            choice.mins[s] = max == 0 ? 0 : choice.mins[s];
        }
        if (max != 0) {
            float d = fit(x, from, row, column, sigma2, choice, max / 15);
            choice.wanted = max > 0 ? d * 1.1125f : max; // as ggml has it
        }
        choice.d = Halves.round(choice.wanted);
    }

    /** The d that fits the points and scales best. */
    private static float fit(
            float[] x, int from, RowContext row, int column, float sigma2, Choice choice, float otherwise) {
        float[] weights = new float[16];
        byte[] levels = Grid.IQ1.GRID.levels();
        float sumqx = 0;
        float sumq2 = 0;
        for (int s = 0; s < SUBS; s++) {
            int first = from + 16 * s;
            Importances.of(x, first, 16, sigma2, row.importance(), column + 16 * s, weights, 0);
            for (int i = 0; i < 16; i++) {
                float[] values = values(choice.mins[s], i / 8);
                float w = weights[i];
                float q = values[levels[choice.codes[2 * s + i / 8] * 8 + i % 8]] * (2 * choice.scales[s] + 1);
                sumqx += w * q * x[first + i];
                sumq2 += w * q * q;
            }
        }
        return sumq2 > 0 ? sumqx / sumq2 : otherwise;
    }

    /** The levels of half a sub-block: shift 0 moves both halves up, 1 the first, 2 the second, 3 none. */
    private static float[] values(int shift, int half) {
        boolean up = half == 0 ? shift < 2 : shift % 2 == 0;
        return up ? TernarySearch.UP : TernarySearch.DOWN;
    }

    private static float search(TernarySearch search, float[] x, int from, float[] weights, SearchLog log) {
        float max = TQ1_0.absmax(x, from, 16);
        search.begin(x, from, max);
        if (max < 1e-7f) {
            return 0;
        }
        split(search, x, from, weights, log);
        if (!search.found()) {
            return 0;
        }
        if (search.settle()) {
            search.shift = 3 - search.shift;
        }
        boolean on = search.choose(0, x, from, weights, values(search.shift, 0));
        on &= search.choose(1, x, from, weights, values(search.shift, 1));
        if (on) {
            return search.scale;
        }
        float sumqx = 0;
        float sumq2 = 0;
        byte[] levels = Grid.IQ1.GRID.levels();
        for (int i = 0; i < 16; i++) {
            float w = weights[i];
            float q = values(search.shift, i / 8)[levels[search.index[i / 8] * 8 + i % 8]];
            sumqx += w * q * x[from + i];
            sumq2 += w * q * q;
        }
        return sumqx > 0 && sumq2 > 0 ? sumqx / sumq2 : search.scale;
    }

    /**
     * Tries all splits with the four shifts. Sums are kept for each half of the sub-block: they have shifts of their own.
     * As the levels lie 1 apart, Σ w q x is the top level's times the total, less the sums below both boundaries.
     */
    private static void split(TernarySearch search, float[] x, int from, float[] weights, SearchLog log) {
        float[][] sumX = new float[2][17];
        float[][] sumW = new float[2][17];
        for (int j = 0; j < 16; j++) {
            int i = search.order[j];
            int half = i / 8;
            sumX[half][j + 1] = sumX[half][j] + weights[i] * x[from + i];
            sumX[1 - half][j + 1] = sumX[1 - half][j];
            sumW[half][j + 1] = sumW[half][j] + weights[i];
            sumW[1 - half][j + 1] = sumW[1 - half][j];
        }
        float[][] qx = new float[2][2];
        float[][] q2 = new float[2][2];
        for (int zero = 0; zero <= 16; zero++) {
            for (int plus = zero; plus <= 16; plus++) {
                for (int half = 0; half < 2; half++) {
                    float below = sumX[half][zero] + sumX[half][plus];
                    for (int way = 0; way < 2; way++) {
                        float[] v = way == 0 ? TernarySearch.UP : TernarySearch.DOWN;
                        qx[half][way] = sumX[half][16] * v[2] - below;
                        q2[half][way] = sumW[half][16] * v[2] * v[2]
                                + sumW[half][zero] * (v[0] * v[0] - v[1] * v[1])
                                + sumW[half][plus] * (v[1] * v[1] - v[2] * v[2]);
                    }
                }
                for (int shift = 0; shift < 4; shift++) {
                    float sumqx = qx[0][shift >> 1] + qx[1][shift & 1];
                    float sumq2 = q2[0][shift >> 1] + q2[1][shift & 1];
                    if (search.offer(sumqx, sumq2, zero, plus, shift) && log != null) {
                        log.tried(
                                (zero * 17 + plus) * 4 + shift,
                                search.scale,
                                0,
                                Importances.error(x, from, weights, 0, 16, sumqx, sumq2),
                                true);
                    }
                }
            }
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.scales(SUBS, 0, 7);
        chosen.mins(SUBS, 0, 3);
        chosen.codes(32, 0, 2047);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        int d = Float.floatToFloat16(choice.d);
        for (int s = 0; s < SUBS; s++) {
            int first = choice.codes[2 * s];
            int second = choice.codes[2 * s + 1];
            out[at + 2 * s] = (byte) first;
            out[at + 2 * s + 1] = (byte) second;
            out[at + 32 + s] =
                    (byte) ((first >> 8) | (choice.mins[s] & 2) << 2 | (second >> 8) << 4 | (choice.mins[s] & 1) << 7);
        }
        for (int k = 0; k < 4; k++) {
            int word = (d >> (4 * k) & 15) << 12;
            for (int s = 0; s < 4; s++) {
                word |= choice.scales[4 * k + s] << (3 * s);
            }
            GridCodec.put16(word, out, at + 48 + 2 * k);
        }
    }

    @Override
    void name(BlockFields fields) {
        fields.add(
                Role.SCALE,
                "d",
                BlockFields.weights(0, 256),
                BlockFields.run(49, 4, 4, 0),
                BlockFields.run(51, 4, 4, 4),
                BlockFields.run(53, 4, 4, 8),
                BlockFields.run(55, 4, 4, 12));
        for (int g = 0; g < 32; g++) {
            int[] weights = BlockFields.weights(8 * g, 8);
            int high = 32 + g / 2;
            fields.add(
                    Role.CODES,
                    "point of " + GridCodec.range(8 * g, 8),
                    weights,
                    BlockFields.run(g, 0, 8, 0),
                    BlockFields.run(high, g % 2 * 4, 3, 8));
            fields.add(Role.MIN, "shift of " + GridCodec.range(8 * g, 8), weights, high, g % 2 * 4 + 3, 1);
        }
        for (int s = 0; s < SUBS; s++) {
            fields.add(
                    Role.SCALE,
                    "scale of " + GridCodec.range(16 * s, 16),
                    BlockFields.weights(16 * s, 16),
                    48 + s / 4 * 2,
                    s % 4 * 3,
                    3);
        }
    }

    /** d, from the top nibbles of the four words. */
    static float scale(byte[] in, int at) {
        int d = 0;
        for (int k = 0; k < 4; k++) {
            d |= (in[at + 49 + 2 * k] >>> 4 & 15) << (4 * k);
        }
        return Float.float16ToFloat((short) d);
    }

    private static int point(byte[] in, int at, int group) {
        return (in[at + group] & 0xff) | (in[at + 32 + group / 2] >>> (group % 2 * 4) & 7) << 8;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        byte[] values = Grid.IQ1.GRID.values();
        for (int b = 0; b < blocks; b++, at += 56) {
            float d = scale(in, at);
            for (int g = 0; g < 32; g++, to += 8) {
                int s = g / 2;
                float scale = d * (2 * (GridCodec.get16(in, at + 48 + s / 4 * 2) >> (s % 4 * 3) & 7) + 1);
                boolean down = (in[at + 32 + s] >>> (g % 2 * 4 + 3) & 1) != 0;
                float delta = down ? -TernarySearch.DELTA : TernarySearch.DELTA;
                int point = point(in, at, g) * 8;
                for (int i = 0; i < 8; i++) {
                    out[to + i] = scale * (values[point + i] + delta);
                }
            }
        }
    }

    /** -1, 0 or 1, before the shift. */
    @Override
    public int code(byte[] in, int at, int i) {
        return Grid.IQ1.GRID.values()[point(in, at, i / 8) * 8 + i % 8];
    }

    @Override
    public double errorBound(byte[] in, int at, int i) {
        return Double.POSITIVE_INFINITY;
    }
}
