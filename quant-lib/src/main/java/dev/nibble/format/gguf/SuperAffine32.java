package dev.nibble.format.gguf;

import dev.nibble.format.BitRun;

/**
 * Q4_K and Q5_K: 8 sub-blocks of 32 weights, whose scales and minima of 6 bits each stand in 12 bytes behind d and dmin:
 *
 * <pre>
 *   byte 0..3    bits 0-5: scale of sub-block 0..3;   bits 6-7: the upper two bits of scale 4..7
 *   byte 4..7    bits 0-5: minimum of sub-block 0..3; bits 6-7: the upper two bits of minimum 4..7
 *   byte 8..11   low nibble: the lower four bits of scale 4..7; high nibble: of minimum 4..7
 * </pre>
 *
 * The low four bits of the codes: for each 64 weights 32 bytes, the low nibble of byte l for weight l, the high one for
 * l + 32. Source: ggml, get_scale_min_k4.
 */
abstract class SuperAffine32 extends SuperAffine {
    private static final int SCALES = 4;
    /** Where the low four bits of the codes begin. */
    final int qs;

    SuperAffine32(int qs, ScaleSearch.Affine plain, Searches searches) {
        super(32, 63, plain, 2, searches);
        this.qs = qs;
    }

    @Override
    public int[] halves() {
        return new int[] {0, 2};
    }

    /** Root mean square of the sub-block plus magnitude. */
    @Override
    void plainWeights(float[] x, int from, int blocks, float[] weights) {
        for (int at = 0; at < blocks * SIZE; at += 32) {
            float sum = 0;
            for (int i = from + at; i < from + at + 32; i++) {
                sum += x[i] * x[i];
            }
            float rms = (float) Math.sqrt(sum / 32);
            for (int i = 0; i < 32; i++) {
                weights[at + i] = rms + Math.abs(x[from + at + i]);
            }
        }
    }

    /**
     * A candidate is taken if Σ w e² falls below that of the plain grid, where e ≤ s/2 and the two extremes have none:
     * at most s²/4 · 62 a, for the weights are a + |x| with a the root mean square, 64 a in sum. So an extreme weight is
     * at most √15.5 s = 3.94 s off, and both together 5.57 s, which the range of top · s is at most short of: s is at
     * most top / (top − 5.57) of the step that was found.
     */
    @Override
    double beyond(double step, double reach) {
        return 3.94 * top / (top - 5.57) * step;
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        Halves.put(out, at + 2, choice.min);
        int s = at + SCALES;
        for (int j = 0; j < 4; j++) {
            int scale = choice.scales[j + 4];
            int min = choice.mins[j + 4];
            out[s + j] = (byte) (choice.scales[j] | scale >> 4 << 6);
            out[s + j + 4] = (byte) (choice.mins[j] | min >> 4 << 6);
            out[s + j + 8] = (byte) ((scale & 15) | (min & 15) << 4);
        }
        byte[] codes = bytes(choice);
        for (int c = 0; c < 4; c++) {
            for (int l = 0; l < 32; l += 8) {
                int q = 64 * c + l;
                EightCodes.put(
                        out,
                        at + qs + 32 * c + l,
                        EightCodes.bits(codes, q, 0, 4) | EightCodes.bits(codes, q + 32, 0, 4) << 4);
            }
        }
    }

    @Override
    final int scale(byte[] in, int at, int j) {
        int s = at + SCALES + j;
        return j < 4 ? in[s] & 63 : (in[s + 4] & 15) | (in[s - 4] >>> 6 & 3) << 4;
    }

    @Override
    final int min(byte[] in, int at, int j) {
        int s = at + SCALES + j;
        return j < 4 ? in[s + 4] & 63 : (in[s + 4] >>> 4 & 15) | (in[s] >>> 6 & 3) << 4;
    }

    @Override
    BitRun[] scaleRuns(int j) {
        int s = SCALES + j;
        return j < 4
                ? new BitRun[] {BlockFields.run(s, 0, 6, 0)}
                : new BitRun[] {BlockFields.run(s + 4, 0, 4, 0), BlockFields.run(s - 4, 6, 2, 4)};
    }

    @Override
    BitRun[] minRuns(int j) {
        int s = SCALES + j;
        return j < 4
                ? new BitRun[] {BlockFields.run(s + 4, 0, 6, 0)}
                : new BitRun[] {BlockFields.run(s + 4, 4, 4, 0), BlockFields.run(s, 6, 2, 4)};
    }

    /** The low four bits of a code. */
    final BitRun nibbleRun(int i) {
        return BlockFields.run(qs + i / 64 * 32 + i % 32, i % 64 / 32 * 4, 4, 0);
    }

    final int nibble(byte[] in, int at, int i) {
        return in[at + qs + i / 64 * 32 + i % 32] >>> (i % 64 / 32 * 4) & 15;
    }
}
