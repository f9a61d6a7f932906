package dev.nibble.format.gguf;

import dev.nibble.format.BitRun;
import dev.nibble.tensor.DType;

/**
 * GGUF Q6_K: 256 weights in 210 bytes (6.5625 bits per weight), 16 sub-blocks of 16 weights.
 *
 * <pre>
 *   byte   0..127  ql: the low four bits      for each half of 128 weights 64 bytes: low nibbles of bytes 0..31
 *                                             weights 0..31, of 32..63 weights 32..63; high nibbles 64..95, 96..127
 *   byte 128..191  qh: the high two bits      for each half 32 bytes: bits 0-1 of byte l belong to weight l,
 *                                             bits 2-3 to l + 32, bits 4-5 to l + 64, bits 6-7 to l + 96
 *   byte 192..207  one signed scale per sub-block
 *   byte 208..209  d, fp16
 * </pre>
 * value = d · scale · (q - 32), multiplied from the left. Source: ggml, quantize_row_q6_K_ref, quantize_row_q6_K_impl,
 * dequantize_row_q6_K.
 */
final class Q6_K extends SuperSymmetric {
    private static final int QH = 128;
    private static final int SCALES = 192;
    private static final int D = 208;

    Q6_K(Searches searches) {
        super(32, searches);
    }

    @Override
    public DType type() {
        return DType.Q6_K;
    }

    @Override
    public String description() {
        return "six bits, an integer scale of 8 bits per 16 weights, one float16 scale for these per 256; each sub-block gets"
                + " the scale of least weighted squared error of 19, the weights being w² or the importance";
    }

    @Override
    public String specials() {
        return "All zeros, or nothing above 1e-15: every byte of the block is 0. Sub-blocks much smaller than the largest of"
                + " their block get scale 0 and decode to zeros. Blocks below about 1.2e-4 leave d at 0 and decode to zeros. A"
                + " scale beyond float16's 65,504 is refused, where ggml stores infinity.";
    }

    @Override
    public int[] halves() {
        return new int[] {D};
    }

    @Override
    void search(Searches with, float[] x, int from, int blocks, RowContext row, int column, Work work) {
        with.symmetric(sub, half, blocks * subs, x, from, row.importance(), column, work.scales, work.inverses);
    }

    @Override
    void finish(Searches with, float[] x, int from, RowContext row, int b, Work work, Choice choice, SearchLog log) {
        float[] own = slice(work.scales, b * subs, work.own);
        float largest = largest(own);
        if (Math.abs(largest) < ScaleSearch.NOTHING) {
            zero(choice);
            return;
        }
        float inverse = -128f / largest;
        choice.wanted = 1 / inverse;
        choice.d = Halves.round(choice.wanted);
        for (int j = 0; j < subs; j++) {
            choice.scales[j] = (byte) Math.min(127, CRounding.nearest(inverse * own[j]));
            if (choice.d * choice.scales[j] == 0) { // the searched codes stay, although they all decode to 0
                float inv = work.inverses[b * subs + j];
                ScaleSearch.symmetricCodes(sub, half, x, from + j * sub, inv, choice.codes, j * sub);
            }
        }
        roundAll(with, x, from, 0, work, choice);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.scales(subs, -128, 127);
        chosen.codes(SIZE, 0, 63);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        byte[] codes = bytes(choice);
        for (int h = 0; h < 2; h++) {
            int low = at + h * 64;
            int high = at + QH + h * 32;
            for (int l = 0; l < 32; l += 8) {
                int a = h * 128 + l;
                int b = a + 32;
                int c = a + 64;
                int d = a + 96;
                EightCodes.put(out, low + l, EightCodes.bits(codes, a, 0, 4) | EightCodes.bits(codes, c, 0, 4) << 4);
                EightCodes.put(
                        out, low + l + 32, EightCodes.bits(codes, b, 0, 4) | EightCodes.bits(codes, d, 0, 4) << 4);
                EightCodes.put(
                        out,
                        high + l,
                        EightCodes.bits(codes, a, 4, 2)
                                | EightCodes.bits(codes, b, 4, 2) << 2
                                | EightCodes.bits(codes, c, 4, 2) << 4
                                | EightCodes.bits(codes, d, 4, 2) << 6);
            }
        }
        for (int j = 0; j < subs; j++) {
            out[at + SCALES + j] = (byte) choice.scales[j];
        }
        Halves.put(out, at + D, choice.d);
    }

    @Override
    int scale(byte[] in, int at, int j) {
        return in[at + SCALES + j];
    }

    @Override
    int topScale() {
        return 127;
    }

    /**
     * The grids tried reach 32.9 steps at most, and least squares moves the scale by less than 2 %: the weights x² give
     * the largest magnitude, which is on the grid within half a step of 31, most of the say.
     */
    @Override
    double reach() {
        return 33.6;
    }

    @Override
    BitRun[] scaleRuns(int j) {
        return new BitRun[] {BlockFields.run(SCALES + j, 0, 8, 0)};
    }

    @Override
    BitRun[] codeRuns(int i) {
        return new BitRun[] {
            BlockFields.run(i / 128 * 64 + i % 64, i % 128 / 64 * 4, 4, 0),
            BlockFields.run(QH + i / 128 * 32 + i % 32, i % 128 / 32 * 2, 2, 4)
        };
    }

    @Override
    public int code(byte[] in, int at, int i) {
        int low = in[at + i / 128 * 64 + i % 64] >>> (i % 128 / 64 * 4) & 15;
        int high = in[at + QH + i / 128 * 32 + i % 32] >>> (i % 128 / 32 * 2) & 3;
        return low | high << 4;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 210) {
            float d = Halves.get(in, at + D);
            for (int j = 0; j < 16; j++, to += 16) {
                float scale = d * in[at + SCALES + j];
                int i = 16 * j;
                int ql = at + i / 128 * 64 + i % 64;
                int qh = at + QH + i / 128 * 32 + i % 32;
                int lowShift = i % 128 / 64 * 4;
                int highShift = i % 128 / 32 * 2;
                for (int l = 0; l < 16; l++) {
                    int code = (in[ql + l] >>> lowShift & 15) | (in[qh + l] >>> highShift & 3) << 4;
                    out[to + l] = scale * (code - 32);
                }
            }
        }
    }
}
