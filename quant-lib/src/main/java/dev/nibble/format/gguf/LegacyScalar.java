package dev.nibble.format.gguf;

/** One weight after the other: the specification. */
final class LegacyScalar implements LegacyKernels {
    @Override
    public void firstLargest(float[] x, int from, int blocks, float[] max) {
        for (int b = 0; b < blocks; b++) {
            max[b] = ScaleSearch.firstLargest(x, from + b * SIZE, SIZE);
        }
    }

    @Override
    public void scales(float[] d, int blocks, float divisor, float[] inverses) {
        scales(d, 0, blocks, divisor, inverses);
    }

    static void scales(float[] d, int from, int to, float divisor, float[] inverses) {
        for (int b = from; b < to; b++) {
            d[b] /= divisor;
            inverses[b] = d[b] != 0 ? 1 / d[b] : 0;
        }
    }

    @Override
    public void extremes(float[] x, int from, int blocks, float[] low, float[] high) {
        for (int b = 0; b < blocks; b++) {
            int at = from + b * SIZE;
            float least = x[at];
            float most = x[at];
            for (int j = 1; j < SIZE; j++) {
                float v = x[at + j];
                least = v < least ? v : least;
                most = v > most ? v : most;
            }
            low[b] = least;
            high[b] = most;
        }
    }

    @Override
    public void pack(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, Layout to, byte[] out, int at) {
        int[] codes = new int[SIZE];
        for (int b = 0; b < blocks; b++) {
            pack(x, from + b * SIZE, lows[b], inverses[b], add, codes, to, out, at + b * to.bytes());
        }
    }

    static void pack(
            float[] x, int from, float low, float inverse, float add, int[] codes, Layout to, byte[] out, int at) {
        for (int j = 0; j < SIZE; j++) {
            codes[j] = code(x[from + j], low, inverse, add, to.top());
        }
        store(codes, to, out, at);
    }

    /** Where the inverse scale is infinite the sum is too, or not a number: C's cast makes that 0. */
    static int code(float x, float low, float inverse, float add, int top) {
        return Math.min(top, (byte) C.truncate((x - low) * inverse + add));
    }

    static void store(int[] codes, Layout to, byte[] out, int at) {
        for (int j = 0; j < 16; j++) {
            out[at + to.low() + j] = (byte) ((codes[j] & 15) | codes[j + 16] << 4);
        }
        if (to.high() >= 0) {
            int fifth = 0;
            for (int j = 0; j < SIZE; j++) {
                fifth |= (codes[j] >>> 4 & 1) << j;
            }
            storeFifth(fifth, out, at + to.high());
        }
    }

    static void storeFifth(int fifth, byte[] out, int at) {
        out[at] = (byte) fifth;
        out[at + 1] = (byte) (fifth >>> 8);
        out[at + 2] = (byte) (fifth >>> 16);
        out[at + 3] = (byte) (fifth >>> 24);
    }

    static int loadFifth(byte[] in, int at) {
        return (in[at] & 0xff) | (in[at + 1] & 0xff) << 8 | (in[at + 2] & 0xff) << 16 | in[at + 3] << 24;
    }

    @Override
    public void unpack(
            byte[] in, int at, int blocks, Layout of, int offset, float[] scales, float[] mins, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += of.bytes(), to += SIZE) {
            int fifth = of.high() < 0 ? 0 : loadFifth(in, at + of.high());
            for (int j = 0; j < 16; j++) {
                int pair = in[at + of.low() + j];
                int first = (pair & 15) | (fifth >>> j & 1) << 4;
                int second = (pair >>> 4 & 15) | (fifth >>> (j + 16) & 1) << 4;
                out[to + j] = value(first - offset, scales[b], mins, b);
                out[to + j + 16] = value(second - offset, scales[b], mins, b);
            }
        }
    }

    private static float value(int code, float scale, float[] mins, int b) {
        float product = code * scale;
        return mins == null ? product : product + mins[b];
    }

    @Override
    public void packBytes(float[] x, int from, int blocks, float[] inverses, int header, byte[] out, int at) {
        for (int b = 0; b < blocks; b++) {
            packBytes(x, from + b * SIZE, inverses[b], out, at + b * (header + SIZE) + header);
        }
    }

    static void packBytes(float[] x, int from, float inverse, byte[] out, int at) {
        for (int j = 0; j < SIZE; j++) {
            out[at + j] = (byte) C.round(x[from + j] * inverse);
        }
    }
}
