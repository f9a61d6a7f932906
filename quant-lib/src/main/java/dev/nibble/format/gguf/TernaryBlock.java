package dev.nibble.format.gguf;

import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import java.util.List;

/**
 * What TQ1_0, TQ2_0 and Q2_0 have in common: one fp16, the largest magnitude d, and a code per weight for -d, 0 or d, the
 * nearest, halves away from 0.
 */
abstract class TernaryBlock extends ChoosingCodec {
    private final int size;
    private final int scale;

    /**
     * @param size weights of a block
     * @param scale where in a block its d stands
     */
    TernaryBlock(int size, int scale) {
        this.size = size;
        this.scale = scale;
    }

    @Override
    public final int[] halves() {
        return new int[] {scale};
    }

    @Override
    public final String specials() {
        return "All zeros, −0 or not: d is 0, every code that of 0. Constant: exact, but for the rounding of d to float16. One"
                + " loud weight sets the others to 0: meant for weights that are ternary already. Magnitudes below 3e-8 leave"
                + " d at 0. A largest magnitude of 65,520 or more is refused, where ggml stores an infinite scale.";
    }

    @Override
    final Choice newChoice() {
        return new Choice(size);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        float d = ScaleSearch.absmax(x, from, size);
        float inverse = d == 0 ? 0 : 1 / d;
        for (int i = 0; i < size; i++) {
            choice.codes[i] = trit(x[from + i] * inverse);
        }
        choice.wanted = d;
        choice.d = Halves.round(d);
    }

    /** Code of a weight, 0..2. Where the inverse of a tiny d is infinite, the middle one, as ggml on x86. */
    private static int trit(float v) {
        return Math.abs(v) >= 0.5f && Math.abs(v) < Float.POSITIVE_INFINITY ? v > 0 ? 2 : 0 : 1;
    }

    @Override
    public final List<ScaledRun> runs(byte[] in, int at, int first) {
        float d = Halves.get(in, at + scale);
        return List.of(ScaledRun.of(first, size, ScaledRun.integers(-1, 1), d, ScaleSet.of(ScaleType.F16, 1)));
    }

    /** Half of d as it was before it was rounded to fp16, and by how much that moved it. */
    @Override
    public final double errorBound(byte[] in, int at, int i) {
        float d = Halves.get(in, at + scale);
        return (0.5 * Halves.before(d) + Halves.slack(d)) * (1 + 0x1p-16);
    }
}
