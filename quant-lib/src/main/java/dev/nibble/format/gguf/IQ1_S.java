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
final class IQ1_S extends ChoosingCodec {
    private static final int SUBS = 8;

    @Override
    public DType type() {
        return DType.IQ1_S;
    }

    @Override
    public boolean takesImportance() {
        return true;
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
    public float largest() {
        return Importances.LARGEST;
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
    Choice newChoice() {
        return new Choice(SUBS, true, 32);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        TernarySearch search = new TernarySearch(32);
        float[] weights = new float[32];
        float[] scales = new float[SUBS];
        float sigma2 = 2 * Importances.sumOfSquares(x, from, 256) / 256;
        for (int s = 0; s < SUBS; s++) {
            int first = from + 32 * s;
            Importances.given(x, first, 32, sigma2, row.importance(), column + 32 * s, weights, 0);
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, 32 * s, 32);
            scales[s] = search(search, x, first, weights, log);
            choice.mins[s] = search.found() ? search.shift : 0;
            for (int k = 0; k < 4; k++) {
                choice.codes[4 * s + k] = search.found() ? search.index[k] : 0;
            }
        }
        float max = Importances.largest(scales);
        float d = max / 15;
        choice.wanted = d * 1.125f; // as ggml has it
        choice.d = Halves.round(choice.wanted);
        float inverse = 1 / d;
        for (int s = 0; s < SUBS; s++) {
            choice.scales[s] = max == 0 ? 0 : Math.clamp(C.nearest(0.5f * (inverse * scales[s] - 1)), 0, 7);
            choice.mins[s] = max == 0 ? 0 : choice.mins[s];
        }
    }

    /** The scale of one sub-block, its shift 0 for up and 1 for down. */
    private static float search(TernarySearch search, float[] x, int from, float[] weights, SearchLog log) {
        float max = TQ1_0.absmax(x, from, 32);
        search.begin(x, from, max);
        if (max < 1e-12f) {
            return 0;
        }
        split(search, x, from, weights, log);
        if (!search.found()) {
            return 0;
        }
        if (search.settle()) {
            search.shift = 1 - search.shift;
        }
        float[] values = search.shift == 0 ? TernarySearch.UP : TernarySearch.DOWN;
        boolean on = true;
        for (int k = 0; k < 4; k++) {
            on &= search.choose(k, x, from, weights, values);
        }
        if (on) {
            return search.scale;
        }
        float sumqx = 0;
        float sumq2 = 0;
        byte[] levels = Grid.IQ1.GRID.levels();
        for (int i = 0; i < 32; i++) {
            float w = weights[i];
            float q = values[levels[search.index[i / 8] * 8 + i % 8]];
            sumqx += w * q * x[from + i];
            sumq2 += w * q * q;
        }
        return sumqx > 0 && sumq2 > 0 ? sumqx / sumq2 : search.scale;
    }

    private static void split(TernarySearch search, float[] x, int from, float[] weights, SearchLog log) {
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
                    float[] v = way == 0 ? TernarySearch.UP : TernarySearch.DOWN;
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
    void check(BlockChosen chosen) {
        chosen.scales(SUBS, 0, 7);
        chosen.mins(SUBS, 0, 1);
        chosen.codes(32, 0, 2047);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int s = 0; s < SUBS; s++) {
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
        for (int s = 0; s < SUBS; s++) {
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

    private static int point(byte[] in, int at, int group) {
        int word = GridCodec.get16(in, at + 34 + group / 4 * 2);
        return (in[at + 2 + group] & 0xff) | (word >> (group % 4 * 3) & 7) << 8;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        byte[] values = Grid.IQ1.GRID.values();
        for (int b = 0; b < blocks; b++, at += 50) {
            float d = Halves.get(in, at);
            for (int s = 0; s < SUBS; s++) {
                int word = GridCodec.get16(in, at + 34 + 2 * s);
                float scale = d * (2 * (word >> 12 & 7) + 1);
                float delta = (word & 0x8000) != 0 ? -TernarySearch.DELTA : TernarySearch.DELTA;
                for (int k = 0; k < 4; k++, to += 8) {
                    int point = point(in, at, 4 * s + k) * 8;
                    for (int i = 0; i < 8; i++) {
                        out[to + i] = scale * (values[point + i] + delta);
                    }
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
