package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;
import java.util.Arrays;

/**
 * GGUF TQ1_0: 256 weights of three values each in 54 bytes (1.6875 bits per weight).
 *
 * <pre>
 *   byte 0..31   five trits each: byte m holds weights m, m + 32, m + 64, m + 96, m + 128
 *   byte 32..47  five trits each: byte 32 + m holds weights 160 + m, + 16, + 32, + 48, + 64
 *   byte 48..51  four trits each: byte 48 + m holds weights 240 + m, + 4, + 8, + 12
 *   byte 52..53  d, fp16: the largest magnitude
 * </pre>
 * The trits of a byte, first one most significant, are the number v below 243 (a missing fifth is 0); the byte is
 * v · 256 / 243 rounded up, so that trit n is the top of (byte · 3^n mod 256) · 3 / 256. value = (trit - 1) · d; a weight
 * becomes the nearest of -d, 0, d, halves away from 0. Source: ggml, quantize_row_tq1_0_ref, dequantize_row_tq1_0.
 */
final class TQ1_0 extends TernaryBlock {
    /** Runs of bytes: weights before, bytes before, bytes, trits of a byte that are used. */
    private static final int[][] RUNS = {{0, 0, 32, 5}, {160, 32, 16, 5}, {240, 48, 4, 4}};

    TQ1_0() {
        super(256, 52);
    }

    @Override
    public DType type() {
        return DType.TQ1_0;
    }

    @Override
    public String description() {
        return "-1, 0 or 1 times one float16 scale per 256 weights, the largest magnitude; nearest, halves away from 0; five to a byte";
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        SmallKernels.BEST.tq1_0(x, from, blocks, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        for (int[] run : RUNS) {
            for (int m = 0; m < run[2]; m++) {
                int v = 0;
                for (int n = 0; n < 5; n++) {
                    v = v * 3 + (n < run[3] ? choice.codes[run[0] + n * run[2] + m] : 0);
                }
                out[at + run[1] + m] = (byte) ((v * 256 + 242) / 243);
            }
        }
        Halves.put(out, at + 52, choice.d);
    }

    /** The 52 bytes of 256 trits, of which each is a byte. */
    static void pack(byte[] trits, byte[] out, int at) {
        for (int m = 0; m < 32; m++) {
            int v = (((trits[m] * 3 + trits[m + 32]) * 3 + trits[m + 64]) * 3 + trits[m + 96]) * 3 + trits[m + 128];
            out[at + m] = (byte) ((v * 256 + 242) / 243);
        }
        for (int m = 160; m < 176; m++) {
            int v = (((trits[m] * 3 + trits[m + 16]) * 3 + trits[m + 32]) * 3 + trits[m + 48]) * 3 + trits[m + 64];
            out[at + m - 128] = (byte) ((v * 256 + 242) / 243);
        }
        for (int m = 240; m < 244; m++) {
            int v = (((trits[m] * 3 + trits[m + 4]) * 3 + trits[m + 8]) * 3 + trits[m + 12]) * 3;
            out[at + m - 192] = (byte) ((v * 256 + 242) / 243);
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(256, 0, 2);
    }

    @Override
    void name(BlockFields fields) {
        for (int[] run : RUNS) {
            for (int m = 0; m < run[2]; m++) {
                int[] weights = new int[run[3]];
                for (int n = 0; n < run[3]; n++) {
                    weights[n] = run[0] + n * run[2] + m;
                }
                fields.add(Role.CODES, "trits of " + Arrays.toString(weights), weights, run[1] + m, 0, 8);
            }
        }
        fields.half(Role.SCALE, "d", BlockFields.weights(0, 256), 52);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 54, to += 256) {
            float d = Halves.get(in, at + 52);
            for (int[] run : RUNS) {
                values(in, at + run[1], run[2], run[3], d, out, to + run[0]);
            }
        }
    }

    private static void values(byte[] in, int at, int bytes, int each, float d, float[] out, int to) {
        for (int n = 0, power = 1; n < each; n++, power *= 3) {
            for (int m = 0; m < bytes; m++) {
                out[to + n * bytes + m] = (trit(in[at + m], power) - 1) * d;
            }
        }
    }

    /** Trit n of a byte, {@code power} = 3^n. */
    private static int trit(int packed, int power) {
        return (((packed * power) & 0xff) * 3) >> 8;
    }

    @Override
    public int code(byte[] in, int at, int i) {
        int[] run = RUNS[i < 160 ? 0 : i < 240 ? 1 : 2];
        int n = (i - run[0]) / run[2];
        int power = 1;
        for (int k = 0; k < n; k++) {
            power *= 3;
        }
        return trit(in[at + run[1] + (i - run[0]) % run[2]], power);
    }
}
