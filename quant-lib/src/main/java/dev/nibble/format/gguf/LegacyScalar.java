package dev.nibble.format.gguf;

/** One weight after the other: the specification. */
final class LegacyScalar implements LegacyKernels {
    @Override
    public float symmetric(float[] x, int from, int blocks, Layout to, byte[] out, int at) {
        int[] codes = new int[SIZE];
        int half = to.top() / 2 + 1;
        int most = 0;
        for (int b = 0; b < blocks; b++, from += SIZE, at += to.bytes()) {
            float max = ScaleSearch.firstLargest(x, from, SIZE);
            float d = max / -half;
            pack(x, from, 0, inverse(d), half + 0.5f, codes, to, out, at);
            Halves.put(out, at, d);
            most = largest(x, from, most);
        }
        return Float.intBitsToFloat(most);
    }

    @Override
    public float affine(float[] x, int from, int blocks, Layout to, byte[] out, int at) {
        int[] codes = new int[SIZE];
        int most = 0;
        for (int b = 0; b < blocks; b++, from += SIZE, at += to.bytes()) {
            float low = x[from];
            float high = x[from];
            for (int j = 1; j < SIZE; j++) {
                float v = x[from + j];
                low = v < low ? v : low;
                high = v > high ? v : high;
            }
            float d = (high - low) / to.top();
            pack(x, from, low, inverse(d), 0.5f, codes, to, out, at);
            Halves.put(out, at, d);
            Halves.put(out, at + 2, low);
            most = largest(x, from, most);
        }
        return Float.intBitsToFloat(most);
    }

    @Override
    public float bytes(float[] x, int from, int blocks, int header, float[] wanted, byte[] out, int at) {
        int most = 0;
        for (int b = 0; b < blocks; b++, from += SIZE, at += header + SIZE) {
            float d = ScaleSearch.absmax(x, from, SIZE) / 127;
            packBytes(x, from, inverse(d), out, at + header);
            Halves.put(out, at, d);
            wanted[b] = d;
            most = largest(x, from, most);
        }
        return Float.intBitsToFloat(most);
    }

    static float inverse(float d) {
        return d != 0 ? 1 / d : 0;
    }

    /** Bits of the largest magnitude of a block and of {@code before}. */
    private static int largest(float[] x, int from, int before) {
        int most = before;
        for (int j = from; j < from + SIZE; j++) {
            most = Math.max(most, Float.floatToRawIntBits(x[j]) & 0x7fffffff);
        }
        return most;
    }

    /** fp16 numbers of blocks of {@code bytes}. */
    static void putHalves(float[] values, int count, byte[] out, int at, int bytes) {
        for (int b = 0; b < count; b++) {
            Halves.put(out, at + b * bytes, values[b]);
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
        return Math.min(top, (byte) CRounding.truncate((x - low) * inverse + add));
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

    static void packBytes(float[] x, int from, float inverse, byte[] out, int at) {
        for (int j = 0; j < SIZE; j++) {
            out[at + j] = (byte) CRounding.round(x[from + j] * inverse);
        }
    }
}
