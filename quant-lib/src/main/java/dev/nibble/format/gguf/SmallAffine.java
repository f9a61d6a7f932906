package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.SumBound;
import java.util.List;
import java.util.Optional;

/** Q4_1 and Q5_1: a scale and a minimum, so that the smallest weight gets the code 0 and the largest the top code. */
abstract class SmallAffine extends Small {
    private final ScaleSearch.Affine search;

    SmallAffine(int bits, LegacyKernels kernels, Searches searches) {
        super(bits, 4, kernels, searches);
        this.search = new ScaleSearch.Affine(top, -0.9f, 0.05f, 36, false);
    }

    @Override
    public int[] halves() {
        return new int[] {0, 2};
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        int[] q = choice.codes;
        if (row.hasImportance()) {
            float[] weights = searchWeights(x, from, 1, row, column);
            float[] scale = new float[1];
            float[] min = new float[1];
            float[] inverse = new float[1];
            float[] origin = new float[1];
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, 0, SIZE);
            ScaleSearch.affine(SIZE, search, x, from, weights, 0, scale, min, inverse, origin, 0, log);
            ScaleSearch.affineCodes(SIZE, top, x, from, inverse[0], origin[0], q, 0);
            choice.wanted = scale[0];
            choice.min = Halves.round(-min[0]);
        } else {
            float low = x[from];
            float high = x[from];
            for (int j = 1; j < SIZE; j++) {
                float v = x[from + j];
                low = v < low ? v : low;
                high = v > high ? v : high;
            }
            float d = (high - low) / top;
            float inverse = d != 0 ? 1 / d : 0;
            for (int j = 0; j < SIZE; j++) {
                q[j] = LegacyScalar.code(x[from + j], low, inverse, 0.5f, top);
            }
            choice.wanted = d;
            choice.min = Halves.round(low);
        }
        choice.d = Halves.round(choice.wanted);
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        if (!row.hasImportance()) {
            kernels.affine(x, from, blocks, layout, out, at);
            return;
        }
        float[] d = new float[blocks];
        float[] mins = new float[blocks];
        float[] inverses = new float[blocks];
        float[] origins = new float[blocks];
        float[] weights = searchWeights(x, from, blocks, row, column);
        searches.affine(SIZE, search, blocks, x, from, weights, d, mins, inverses, origins);
        int[] codes = new int[SIZE];
        for (int b = 0; b < blocks; b++) {
            ScaleSearch.affineCodes(SIZE, top, x, from + b * SIZE, inverses[b], origins[b], codes, 0);
            LegacyScalar.store(codes, layout, out, at + b * layout.bytes());
            mins[b] = -mins[b];
        }
        LegacyScalar.putHalves(d, blocks, out, at, layout.bytes());
        LegacyScalar.putHalves(mins, blocks, out, at + 2, layout.bytes());
    }

    @Override
    public float encodeUnseen(float[] x, int from, int blocks, byte[] out, int at) {
        return kernels.affine(x, from, blocks, layout, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        Halves.put(out, at + 2, choice.min);
        LegacyScalar.store(choice.codes, layout, out, at);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(SIZE, 0, top);
    }

    @Override
    void name(BlockFields fields) {
        nameHalf(fields, Role.SCALE, "d", 0);
        nameHalf(fields, Role.MIN, "m", 2);
        nameCodes(fields);
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of(new ScaledRun(
                first,
                SIZE,
                ScaledRun.integers(0, top),
                Halves.get(in, at),
                Halves.get(in, at + 2),
                ScaleSet.of(ScaleType.F16, 1),
                ScaledRun.Shift.ANY,
                ScaleSet.of(ScaleType.F16, 1)));
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(BATCH, blocks - b);
            int block = at + b * layout.bytes();
            float[] d = getHalves(in, block, n);
            kernels.unpack(in, block, n, layout, 0, d, getHalves(in, block + 2, n), out, to + b * SIZE);
        }
    }

    /**
     * Asked for where there is an importance: then no candidate of the search is worse than the first, the plain grid from
     * the smallest weight or 0 to the largest, which loses half a step at most. To that comes the rounding of scale and minimum.
     */
    @Override
    public Optional<SumBound> sumBound(byte[] in, int at, float[] x, RowContext row, int column) {
        double low = 0;
        double high = x[0];
        for (float v : x) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        double half = Math.max(0, high - low) / top / 2 + Math.max(-low, high) * 0x1p-18;
        double slackOfScale = Halves.slack(Halves.get(in, at));
        double slackOfMin = Halves.slack(Halves.get(in, at + 2));
        float[] weights = searchWeights(x, 0, 1, row, column);
        double[] counts = new double[SIZE];
        double plain = 0;
        double moved = 0;
        for (int i = 0; i < SIZE; i++) {
            counts[i] = weights[i];
            double by = code(in, at, i) * slackOfScale + slackOfMin;
            plain += counts[i] * half * half;
            moved += counts[i] * by * by;
        }
        double most = Math.sqrt(plain) + Math.sqrt(moved);
        return Optional.of(new SumBound(counts, most * most * (1 + 1e-4)));
    }

    /**
     * Half a step of the grid as computed; what rounding the scale and the minimum to fp16 moves the grid point; and the
     * roundings of float32, which count where the minimum is large against the scale.
     */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        float d = Halves.get(in, at);
        float m = Halves.get(in, at + 2);
        int q = code(in, at, i);
        double largest = Math.abs(m) + Halves.slack(m) + top * Halves.before(d);
        return 0.5 * Halves.before(d) * (1 + 0x1p-18) + q * Halves.slack(d) + Halves.slack(m) + largest * 0x1p-21;
    }
}
