package dev.nibble.format.gguf;

import dev.nibble.format.BitRun;
import dev.nibble.tensor.DType;

/**
 * GGUF Q2_K: 256 weights in 84 bytes (2.625 bits per weight), 16 sub-blocks of 16 weights.
 *
 * <pre>
 *   byte  0..15  sub-block j: low nibble its scale, high nibble its minimum
 *   byte 16..79  for each half of 128 weights 32 bytes: bits 0-1 of byte l belong to weight l, bits 2-3 to l + 32,
 *                bits 4-5 to l + 64, bits 6-7 to l + 96
 *   byte 80..81  d, fp16
 *   byte 82..83  dmin, fp16
 * </pre>
 * value = (d · scale) · q − (dmin · min). Source: ggml, quantize_row_q2_K_ref, quantize_row_q2_K_impl,
 * dequantize_row_q2_K.
 */
final class Q2_K extends SuperAffine {
    private static final int QS = 16;
    private static final int D = 80;

    Q2_K(Searches searches) {
        super(16, 15, new ScaleSearch.Affine(3, -0.5f, 0.1f, 15, true), 1, searches);
    }

    @Override
    public DType type() {
        return DType.Q2_K;
    }

    @Override
    public String description() {
        return "two bits, an integer scale and minimum of 4 bits per 16 weights, two float16 scales for these per 256; each"
                + " sub-block gets the scale and minimum of least |w|-weighted absolute error of 17, with an importance"
                + " matrix of least weighted squared error of 38";
    }

    @Override
    public int[] halves() {
        return new int[] {D, D + 2};
    }

    @Override
    void plainWeights(float[] x, int from, int blocks, float[] weights) {
        for (int i = 0; i < blocks * SIZE; i++) {
            weights[i] = Math.abs(x[from + i]);
        }
    }

    /**
     * The candidates are judged by Σ |w| · |error|, so a few weights that lie apart from all others may be given up. The
     * worst that hill climbing over 3.5 million blocks found is 0.3 of the largest magnitude of the grid and 0.8 steps;
     * no proof is known for a number.
     */
    @Override
    double beyond(double step, double reach) {
        return 0.3 * reach + 1.5 * step;
    }

    /** Weights near 0 have next to no say, so a block of large negative ones may leave them all the way to its grid. */
    @Override
    double lostNearZero(double distance) {
        return Math.max(0, distance);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        for (int j = 0; j < subs; j++) {
            out[at + j] = (byte) (choice.scales[j] | choice.mins[j] << 4);
        }
        TwoBits.pack(bytes(choice), out, at + QS);
        Halves.put(out, at + D, choice.d);
        Halves.put(out, at + D + 2, choice.min);
    }

    @Override
    int scale(byte[] in, int at, int j) {
        return in[at + j] & 15;
    }

    @Override
    int min(byte[] in, int at, int j) {
        return in[at + j] >>> 4 & 15;
    }

    @Override
    BitRun[] scaleRuns(int j) {
        return new BitRun[] {BlockFields.run(j, 0, 4, 0)};
    }

    @Override
    BitRun[] minRuns(int j) {
        return new BitRun[] {BlockFields.run(j, 4, 4, 0)};
    }

    @Override
    BitRun[] codeRuns(int i) {
        return new BitRun[] {TwoBits.run(QS, i)};
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return TwoBits.get(in, at + QS, i);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 84) {
            float d = Halves.get(in, at + D);
            float dmin = Halves.get(in, at + D + 2);
            for (int j = 0; j < 16; j++, to += 16) {
                float scale = d * (in[at + j] & 15);
                float min = dmin * (in[at + j] >>> 4 & 15);
                int q = at + QS + TwoBits.byteOf(16 * j);
                int shift = TwoBits.shiftOf(16 * j);
                for (int l = 0; l < 16; l++) {
                    out[to + l] = scale * (in[q + l] >>> shift & 3) - min;
                }
            }
        }
    }
}
