package dev.nibble.format.gguf;

import dev.nibble.format.ScaledRun;

/**
 * The sixteen values of E2M1 as ggml uses them: doubled, with a scale that is halved in return; and codes of four bits, two
 * in a byte, as several types lay them out.
 */
final class Fp4Values {
    /** Value of each code, times 2; the code 8, a zero too, is never written. Source: ggml (MIT License), kvalues_fp4. */
    static final byte[] DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private Fp4Values() {}

    /** The fifteen values before the scale, ascending. */
    static float[] levels() {
        float[] values = new float[DOUBLED.length];
        for (int code = 0; code < values.length; code++) {
            values[code] = DOUBLED[code] / 2f;
        }
        return ScaledRun.ascending(values);
    }

    /** Code of the nearest value; of two as near the smaller one in magnitude, because it comes first. */
    static int nearest(float x, float scale) {
        int best = 0;
        float bestError = Math.abs(DOUBLED[0] * scale - x);
        for (int i = 1; i < 16; i++) {
            float error = Math.abs(DOUBLED[i] * scale - x);
            if (error < bestError) {
                best = i;
                bestError = error;
            }
        }
        return best;
    }

    /** Codes to bytes: code j in the low nibble of byte j, code j + half in the high one. */
    static void pack(int[] codes, int from, int half, byte[] out, int at) {
        for (int j = 0; j < half; j++) {
            out[at + j] = (byte) (codes[from + j] | codes[from + j + half] << 4);
        }
    }

    /** Code of weight i of {@code 2 · half}. */
    static int code(byte[] in, int at, int half, int i) {
        return in[at + i % half] >>> (i / half * 4) & 15;
    }

    /** Names the codes of the weights from {@code first} on. */
    static void name(BlockFields fields, int first, int half, int at) {
        for (int i = 0; i < 2 * half; i++) {
            fields.code(first + i, BlockFields.run(at + i % half, i / half * 4, 4, 0));
        }
    }

    /** Values of {@code 2 · half} weights. */
    static void decode(byte[] in, int at, int half, float scale, float[] out, int to) {
        for (int j = 0; j < half; j++) {
            int pair = in[at + j];
            out[to + j] = DOUBLED[pair & 15] * scale;
            out[to + j + half] = DOUBLED[pair >>> 4 & 15] * scale;
        }
    }

    /** How far a weight of this code may be from its value, in scales; that of the largest only up to {@code most}. */
    static double bound(int code, double most) {
        return switch (code & 7) {
            case 0, 1, 2, 3 -> 0.25;
            case 4, 5 -> 0.5;
            case 6 -> 1;
            default -> Math.max(1, most - 6);
        };
    }
}
