package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;
import java.util.Arrays;

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
final class IQ1_M extends TernaryGridCodec {
    private static final float LEAST = 1e-7f;
    /** As ggml has it. */
    private static final float FACTOR = 1.1125f;

    IQ1_M() {
        super(16, 4, LEAST);
    }

    @Override
    public DType type() {
        return DType.IQ1_M;
    }

    @Override
    public boolean overflows(byte[] block, int at) {
        return (block[at + 55] & 0x70) == 0x70 && (block[at + 53] & 0xc0) == 0xc0;
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
    void weigh(float[] x, int from, float sigma2, float[] importance, int column, float[] weights) {
        Importances.of(x, from, 16, sigma2, importance, column, weights, 0);
    }

    /** Way 0 moves both points up, 1 the first, 2 the second, 3 none. */
    @Override
    float[] levels(int way, int point) {
        boolean up = point == 0 ? way < 2 : way % 2 == 0;
        return up ? TernarySearch.UP : TernarySearch.DOWN;
    }

    /** One d is fitted to the points and scales of all sub-blocks. */
    @Override
    void promise(FittedBound bound, float[] weights, int sub, int scale, float d) {
        bound.add(16 * sub, 16, weights, FittedBound.rounded(d) / FACTOR, LEAST);
    }

    /** Each point is moved its own way. */
    @Override
    float[][] books(float[] up, float[] down) {
        float[] both = Arrays.copyOf(up, up.length + down.length);
        System.arraycopy(down, 0, both, up.length, down.length);
        return new float[][] {both};
    }

    /** The d that fits the points and scales best. */
    @Override
    float wanted(float[] x, int from, RowContext row, int column, float sigma2, Choice choice, float largest) {
        if (!(largest > 0)) {
            return largest; // the sums of the search overflowed: the block is refused
        }
        float[] weights = new float[16];
        byte[] level = Grid.IQ1.GRID.levels();
        float sumqx = 0;
        float sumq2 = 0;
        for (int s = 0; s < subs; s++) {
            int first = from + 16 * s;
            weigh(x, first, sigma2, row.importance(), column + 16 * s, weights);
            for (int i = 0; i < 16; i++) {
                float w = weights[i];
                float q = levels(choice.mins[s], i / 8)[level[choice.codes[2 * s + i / 8] * 8 + i % 8]]
                        * (2 * choice.scales[s] + 1);
                sumqx += w * q * x[first + i];
                sumq2 += w * q * q;
            }
        }
        float d = sumq2 > 0 ? sumqx / sumq2 : largest / 15;
        return d * FACTOR;
    }

    /**
     * Tries all splits with the four shifts. Sums are kept for each half of the sub-block: they have shifts of their own.
     * As the levels lie 1 apart, Σ w q x is the top level's times the total, less the sums below both boundaries.
     */
    @Override
    void split(TernarySearch search, float[] x, int from, float[] weights, SearchLog log) {
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
    void pack(Choice choice, byte[] out, int at) {
        int d = Float.floatToFloat16(choice.d);
        for (int s = 0; s < subs; s++) {
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
        for (int s = 0; s < subs; s++) {
            fields.add(
                    Role.SCALE,
                    "scale of " + GridCodec.range(16 * s, 16),
                    BlockFields.weights(16 * s, 16),
                    48 + s / 4 * 2,
                    s % 4 * 3,
                    3);
        }
    }

    /** From the top nibbles of the four words. */
    @Override
    float d(byte[] in, int at) {
        int d = 0;
        for (int k = 0; k < 4; k++) {
            d |= (in[at + 49 + 2 * k] >>> 4 & 15) << (4 * k);
        }
        return Float.float16ToFloat((short) d);
    }

    @Override
    int scale(byte[] in, int at, int sub) {
        return GridCodec.get16(in, at + 48 + sub / 4 * 2) >> (sub % 4 * 3) & 7;
    }

    @Override
    int point(byte[] in, int at, int octet) {
        return (in[at + octet] & 0xff) | (in[at + 32 + octet / 2] >>> (octet % 2 * 4) & 7) << 8;
    }

    @Override
    boolean down(byte[] in, int at, int octet) {
        return (in[at + 32 + octet / 2] >>> (octet % 2 * 4 + 3) & 1) != 0;
    }
}
