package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.SumBound;
import java.util.List;
import java.util.Optional;

/** Q4_0 and Q5_0: one scale, of either sign, so that the weight of largest magnitude gets the code 0 exactly. */
abstract class SmallSymmetric extends Small {
    private final int half;

    SmallSymmetric(int bits, LegacyKernels kernels, Searches searches) {
        super(bits, 2, kernels, searches);
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
            float[] weights = searchWeights(x, from, 1, row, column);
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
                q[j] = LegacyScalar.code(x[from + j], 0, inverse, half + 0.5f, top);
            }
            choice.wanted = d;
        }
        choice.d = Halves.round(choice.wanted);
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        if (!row.hasImportance()) {
            kernels.symmetric(x, from, blocks, layout, out, at);
            return;
        }
        float[] d = new float[blocks];
        float[] inverses = new float[blocks];
        float[] weights = searchWeights(x, from, blocks, row, column);
        searches.symmetric(SIZE, half, blocks, x, from, weights, 0, d, inverses);
        int[] codes = new int[SIZE];
        for (int b = 0; b < blocks; b++) {
            ScaleSearch.symmetricCodes(SIZE, half, x, from + b * SIZE, inverses[b], codes, 0);
            LegacyScalar.store(codes, layout, out, at + b * layout.bytes());
        }
        LegacyScalar.putHalves(d, blocks, out, at, layout.bytes());
    }

    @Override
    public float encodeUnseen(float[] x, int from, int blocks, byte[] out, int at) {
        return kernels.symmetric(x, from, blocks, layout, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        LegacyScalar.store(choice.codes, layout, out, at);
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
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of(ScaledRun.of(
                first, SIZE, ScaledRun.integers(-half, half - 1), Halves.get(in, at), ScaleSet.of(ScaleType.F16, 1)));
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(BATCH, blocks - b);
            int block = at + b * layout.bytes();
            kernels.unpack(in, block, n, layout, half, getHalves(in, block, n), null, out, to + b * SIZE);
        }
    }

    /** Asked for where there is an importance: then d before its rounding is the best for the codes. */
    @Override
    public Optional<SumBound> sumBound(byte[] in, int at, float[] x, RowContext row, int column) {
        FittedBound bound = new FittedBound(x, decoded(in, at));
        float[] weights = searchWeights(x, 0, 1, row, column);
        bound.add(0, SIZE, weights, FittedBound.rounded(Halves.get(in, at)), ScaleSearch.NOTHING);
        return Optional.of(bound.bound());
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
