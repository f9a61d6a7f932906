package dev.nibble.format;

import dev.nibble.compute.Reductions;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Recipe;
import dev.nibble.tensor.Matrix;
import java.util.Locale;

/** What the formats share about blocks of weights and about weights that can not be quantized. */
public final class Blocks {
    /** Weights worked on between two looks at the stop request, and in one call of a kernel: some microseconds. */
    public static final int PIECE = 1 << 14;

    /** Weights of one range of a parallel loop: a few hundred microseconds at most. */
    public static final int RANGE = 1 << 16;

    /**
     * Weights of rows that are looked at together where a row has one scale: on its own, the search for the largest of a
     * row waits for the memory with nothing else to do. They stay in the second-level cache.
     */
    private static final int ROWS = 1 << 15;

    private Blocks() {}

    /** Rows to look at together before they are encoded, where a row has one scale. */
    public static int rowsTogether(int cols) {
        return Math.max(1, ROWS / Math.max(1, cols));
    }

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
                : String.format(Locale.ROOT, "last group of a row: %d, not %d", rest, group);
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

    /** Rows that make one range of a parallel loop. */
    public static int rowsAtATime(int cols) {
        return Math.max(1, RANGE / Math.max(1, cols));
    }

    /**
     * Largest magnitude of each block of {@code x[from .. to)}, the last one perhaps short, to {@code high[0 ..)}.
     *
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static void absmax(float[] x, int from, int to, int block, float[] high, CancelToken cancel, String what) {
        inPieces(from, to, block, cancel, what, (start, end, k, begun) -> {
            float before = begun ? high[k] : 0;
            Reductions.BEST.absmax(x, start, end, block, high, k);
            high[k] = Math.max(before, high[k]);
        });
    }

    /**
     * Smallest and largest value of each block of {@code x[from .. to)}, the last one perhaps short, to {@code low[0 ..)}
     * and {@code high[0 ..)}.
     *
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static void extremes(
            float[] x, int from, int to, int block, float[] low, float[] high, CancelToken cancel, String what) {
        inPieces(from, to, block, cancel, what, (start, end, k, begun) -> {
            float lowBefore = begun ? low[k] : Float.POSITIVE_INFINITY;
            float highBefore = begun ? high[k] : Float.NEGATIVE_INFINITY;
            Reductions.BEST.extremes(x, start, end, block, low, high, k);
            low[k] = Math.min(lowBefore, low[k]);
            high[k] = Math.max(highBefore, high[k]);
        });
    }

    /** Some whole blocks from block {@code k} on, or a part of it; {@code begun} if an earlier part of it went before. */
    private interface Piece {
        void run(int start, int end, int k, boolean begun);
    }

    private static void inPieces(int from, int to, int block, CancelToken cancel, String what, Piece body) {
        for (int at = from, n; at < to; at += n) {
            cancel.check(what);
            int done = (at - from) % block;
            n = Math.min(block <= PIECE ? PIECE / block * block : Math.min(PIECE, block - done), to - at);
            body.run(at, at + n, (at - from) / block, done > 0);
        }
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
