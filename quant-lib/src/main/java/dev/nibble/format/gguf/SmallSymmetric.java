package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;

/** Q4_0 and Q5_0: one scale, of either sign, so that the weight of largest magnitude gets the code 0 exactly. */
abstract class SmallSymmetric extends Small {
    private final int half;

    SmallSymmetric(int bits) {
        super(bits, 2);
        this.half = 1 << (bits - 1);
    }

    @Override
    int zero() {
        return half;
    }

    @Override
    public int[] halves() {
        return new int[] {0};
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        int[] q = choice.codes;
        if (row.hasImportance()) {
            float[] weights = searchWeights(x, from, row, column);
            float[] scale = new float[1];
            float[] inverse = new float[1];
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, 0, SIZE);
            ScaleSearch.symmetric(SIZE, half, x, from, weights, 0, scale, inverse, 0, log);
            ScaleSearch.symmetricCodes(SIZE, half, x, from, inverse[0], q, 0);
            choice.wanted = scale[0];
        } else {
            float d = ScaleSearch.firstLargest(x, from, SIZE) / -half;
            float inverse = d != 0 ? 1 / d : 0;
            for (int j = 0; j < SIZE; j++) {
                // Where 1 / d is infinite (d below 2^-128) the sum is too, or not a number: C's cast makes that 0.
                q[j] = Math.min(top, (byte) C.truncate(x[from + j] * inverse + (half + 0.5f)));
            }
            choice.wanted = d;
        }
        choice.d = Halves.round(choice.wanted);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        packCodes(choice.codes, out, at);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(SIZE, 0, top);
    }

    @Override
    void name(BlockFields fields) {
        nameHalf(fields, Role.SCALE, "d", 0);
        nameCodes(fields);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        int bytes = type().blockBytes();
        for (int b = 0; b < blocks; b++, at += bytes, to += SIZE) {
            float d = Halves.get(in, at);
            for (int j = 0; j < SIZE; j++) {
                out[to + j] = (code(in, at, j) - half) * d;
            }
        }
    }

    /**
     * With d as computed, x / d + half lies in 0..2·half, and rounding is off by half a step; but there is no code
     * 2·half, so what goes to the top code, the largest magnitude with the other sign, is off by up to a whole step. To
     * that comes what rounding d to fp16 moves the grid point.
     */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        float d = Halves.get(in, at);
        int q = code(in, at, i);
        double steps = q == top ? 1 : 0.5;
        return (steps * Halves.before(d) + Math.abs(q - half) * Halves.slack(d)) * (1 + 0x1p-18);
    }
}
