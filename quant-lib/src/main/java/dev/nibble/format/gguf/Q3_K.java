package dev.nibble.format.gguf;

import dev.nibble.format.BitRun;
import dev.nibble.tensor.DType;
import java.util.Arrays;

/**
 * GGUF Q3_K: 256 weights in 110 bytes (3.4375 bits per weight), 16 sub-blocks of 16 weights.
 *
 * <pre>
 *   byte   0..31   bit j of byte l: the third bit of weight 32 j + l
 *   byte  32..95   the low two bits, as in Q2_K
 *   byte  96..103  low nibble: the lower four bits of scale 0..7; high nibble: of scale 8..15
 *   byte 104..107  bits 2k, 2k + 1 of byte i: the upper two bits of scale 4 k + i
 *   byte 108..109  d, fp16
 * </pre>
 * value = (d · (scale − 32)) · (q − 4). Source: ggml, quantize_row_q3_K_ref, quantize_row_q3_K_impl,
 * dequantize_row_q3_K.
 */
final class Q3_K extends SuperSymmetric {
    private static final int QS = 32;
    private static final int SCALES = 96;
    private static final int D = 108;
    private static final int HALF_SCALE = 32;

    Q3_K(Searches searches) {
        super(4, searches);
    }

    @Override
    public DType type() {
        return DType.Q3_K;
    }

    @Override
    public String description() {
        return "three bits, an integer scale of 6 bits per 16 weights, one float16 scale for these per 256; each sub-block's"
                + " codes are moved one by one to lower the w²-weighted squared error, up to five rounds; with an importance"
                + " matrix the scale of least weighted error of 19";
    }

    @Override
    public String specials() {
        return "All zeros: every number of the block is 0. Sub-blocks much smaller than the largest of their block get scale 0"
                + " and decode to zeros. Blocks below about 4e-6 leave d at 0 and decode to zeros. A scale beyond float16's"
                + " 65,504 is refused, where ggml stores infinity.";
    }

    @Override
    public int[] halves() {
        return new int[] {D};
    }

    @Override
    void search(Searches with, float[] x, int from, int blocks, RowContext row, int column, Work work) {
        if (row.hasImportance()) {
            importanceWeights(x, from, blocks, 2, row.importance(), column, work.weights);
            with.symmetric(sub, half, blocks * subs, x, from, work.weights, 0, work.scales, work.inverses);
        } else {
            with.descent(sub, half, blocks * subs, x, from, work.scales);
        }
    }

    @Override
    void finish(Searches with, float[] x, int from, RowContext row, int b, Work work, Choice choice, SearchLog log) {
        float[] own = slice(work.scales, b * subs, work.own);
        if (row.hasImportance()) {
            sums(work.weights, b * SIZE, work.sums);
            float[] scale = new float[1];
            float[] inverse = new float[1];
            SearchLog.about(log, ScaleTried.Of.SCALES, 0, SIZE);
            ScaleSearch.symmetric(subs, HALF_SCALE, own, 0, work.sums, 0, scale, inverse, 0, log);
            ScaleSearch.symmetricCodes(subs, HALF_SCALE, own, 0, inverse[0], choice.scales, 0);
            choice.wanted = scale[0];
            for (int j = 0; j < subs; j++) {
                float inv = work.inverses[b * subs + j];
                ScaleSearch.symmetricCodes(sub, half, x, from + j * sub, inv, choice.codes, j * sub);
            }
        } else {
            float largest = largest(own);
            if (largest != 0) {
                float inverse = -32f / largest;
                for (int j = 0; j < subs; j++) {
                    byte l = (byte) CRounding.nearest(inverse * own[j]);
                    choice.scales[j] = ScaleSearch.clamp(l, -HALF_SCALE, HALF_SCALE - 1) + HALF_SCALE;
                }
                choice.wanted = 1 / inverse;
            } else {
                Arrays.fill(choice.scales, 0);
                choice.wanted = 0;
            }
        }
        choice.d = Halves.round(choice.wanted);
        for (int j = 0; j < subs; j++) {
            if (!row.hasImportance() && choice.d * (choice.scales[j] - HALF_SCALE) == 0) {
                // Nothing is left to round on: the codes of the search stay, which are not kept for the others.
                ScaleSearch.descent(sub, half, x, from + j * sub, choice.codes, j * sub, null);
            }
        }
        roundAll(with, x, from, HALF_SCALE, work, choice);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.scales(subs, 0, 63);
        chosen.codes(SIZE, 0, 7);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        byte[] codes = bytes(choice);
        for (int l = 0; l < 32; l += 8) {
            EightCodes.put(out, at + l, EightCodes.plane(codes, l, 2));
        }
        TwoBits.pack(codes, out, at + QS);
        int[] scales = choice.scales;
        for (int j = 0; j < 8; j++) {
            out[at + SCALES + j] = (byte) ((scales[j] & 15) | (scales[j + 8] & 15) << 4);
        }
        for (int i = 0; i < 4; i++) {
            out[at + SCALES + 8 + i] = (byte)
                    (scales[i] >> 4 | scales[i + 4] >> 4 << 2 | scales[i + 8] >> 4 << 4 | scales[i + 12] >> 4 << 6);
        }
        Halves.put(out, at + D, choice.d);
    }

    @Override
    int scale(byte[] in, int at, int j) {
        int low = in[at + SCALES + j % 8] >>> (j / 8 * 4) & 15;
        int high = in[at + SCALES + 8 + j % 4] >>> (j / 4 * 2) & 3;
        return (low | high << 4) - HALF_SCALE;
    }

    @Override
    int topScale() {
        return HALF_SCALE - 1;
    }

    /**
     * With n = 16 weights and w = x², the explained part Σwxl² / Σwl² of the search never falls below that of the plain
     * grid, and Σ w l² is at most 16 Σ w. The plain grid has the largest magnitude M exactly, and of a weight t steps
     * large it explains 1 − (e/t)². Taking t alike for the 15 others, which is the worst, the scale is least for t near
     * 1.75, where it is M / 6.4.
     */
    @Override
    double reach() {
        return 6.5;
    }

    @Override
    BitRun[] scaleRuns(int j) {
        return new BitRun[] {
            BlockFields.run(SCALES + j % 8, j / 8 * 4, 4, 0), BlockFields.run(SCALES + 8 + j % 4, j / 4 * 2, 2, 4)
        };
    }

    @Override
    BitRun[] codeRuns(int i) {
        return new BitRun[] {TwoBits.run(QS, i), BlockFields.run(i % 32, i / 32, 1, 2)};
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return TwoBits.get(in, at + QS, i) | (in[at + i % 32] >>> (i / 32) & 1) << 2;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 110) {
            float d = Halves.get(in, at + D);
            for (int j = 0; j < 16; j++, to += 16) {
                float scale = d * scale(in, at, j);
                int q = at + QS + TwoBits.byteOf(16 * j);
                int shift = TwoBits.shiftOf(16 * j);
                int third = at + 16 * j % 32;
                int bit = j / 2;
                for (int l = 0; l < 16; l++) {
                    int code = (in[q + l] >>> shift & 3) | (in[third + l] >>> bit & 1) << 2;
                    out[to + l] = scale * (code - 4);
                }
            }
        }
    }
}
