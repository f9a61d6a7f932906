package dev.nibble.format;

import dev.nibble.core.Recipe;
import dev.nibble.tensor.Matrix;
import java.util.Locale;

/** What the formats share about blocks of weights and about weights that can not be quantized. */
public final class Blocks {
    private Blocks() {}

    /** Number of blocks of at most {@code block} that cover {@code count} weights. */
    public static int count(int count, int block) {
        return count == 0 ? 0 : (count - 1) / block + 1;
    }

    /**
     * How a group size meets the length of a row, for {@link Quantized#note()}; empty where it divides it.
     *
     * @param group weights that share a scale
     * @param cols length of a row
     */
    public static String note(int group, int cols) {
        int rest = cols % group;
        if (rest == 0) {
            return "";
        }
        return group > cols
                ? String.format(Locale.ROOT, "a row has %d weights, fewer than the group of %d", cols, group)
                : String.format(
                        Locale.ROOT,
                        "last group of each row has %d (%d = %d·%d + %d)",
                        rest,
                        cols,
                        cols / group,
                        group,
                        rest);
    }

    /**
     * Refuses a matrix without weights.
     *
     * @throws IllegalArgumentException if so
     */
    public static void requireWeights(Matrix w) {
        if (w.size() == 0) {
            throw new IllegalArgumentException(w + " has no weights to quantize");
        }
    }

    /**
     * The error for a run of weights of which one is not finite.
     *
     * @param from index of the first of them in {@code w.values()}
     */
    public static IllegalArgumentException notFinite(Matrix w, int from, int to) {
        for (int i = from; i < to; i++) {
            float v = w.values()[i];
            if (!Float.isFinite(v)) {
                return new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: the weight at row %d, column %d is %s; only finite weights can be quantized",
                        w.name(),
                        i / w.cols(),
                        i % w.cols(),
                        Float.isNaN(v) ? "not a number" : v > 0 ? "infinite" : "-infinite"));
            }
        }
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s: the weights of row %d, columns %d to %d span more than float32 holds",
                w.name(),
                from / w.cols(),
                from % w.cols(),
                (to - 1) % w.cols()));
    }

    /** Rows that make one range of a parallel loop: some 64 Ki weights, a few hundred microseconds. */
    public static int rowsAtATime(int cols) {
        return Math.max(1, (1 << 16) / Math.max(1, cols));
    }

    /** The error for a scale that its type does not hold. */
    public static IllegalArgumentException scaleTooLarge(
            Matrix w, int from, int count, float scale, ScaleType type, Recipe recipe) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s: the scale of row %d, columns %d to %d is %g, more than a %s scale holds under %s%s",
                w.name(),
                from / w.cols(),
                from % w.cols(),
                from % w.cols() + count - 1,
                scale,
                type.fullName(),
                recipe,
                type == ScaleType.F32 ? "" : "; add f32 to the recipe"));
    }
}
