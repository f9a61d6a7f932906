package dev.nibble.format.codebook;

import dev.nibble.core.CancelToken;
import dev.nibble.format.ScaleType;
import java.util.Arrays;

/**
 * A code book fitted to numbers by Lloyd's iteration: each number to the nearest level, each level to the mean of its
 * numbers, rounded to what can be stored, until nothing moves. Begins with evenly spaced quantiles, so it depends on
 * the numbers alone.
 */
final class Lloyd {
    /** Most rounds; the last ones move a level by a unit in its last place. */
    static final int ROUNDS = 100;

    private final Points points;
    private final ScaleType type;
    private final CancelToken cancel;
    private final Listener listener;

    /** Told of each round. */
    @FunctionalInterface
    interface Listener {
        /** The levels that came out of a round; round 0 is the beginning. */
        void round(int round, float[] levels);
    }

    Lloyd(Points points, ScaleType type, CancelToken cancel, Listener listener) {
        this.points = points;
        this.type = type;
        this.cancel = cancel;
        this.listener = listener;
    }

    /** Fits {@code count} levels, at least 4: rising, rounded to {@code type}, infinite where they do not fit it. */
    float[] fit(int count) {
        float[] levels = quantiles(count);
        listener.round(0, levels.clone());
        for (int round = 1; round <= ROUNDS; round++) {
            cancel.check("fit a code book");
            if (!move(levels)) {
                break;
            }
            listener.round(round, levels.clone());
        }
        return settle(levels);
    }

    /** The optimum, rounded. */
    float[] exact(int count) {
        double[] best = BestCodebook.of(points, count, cancel).levels();
        float[] levels = new float[count];
        for (int k = 0; k < count; k++) {
            levels[k] = type.round((float) best[k]);
        }
        listener.round(0, levels.clone());
        return settle(levels);
    }

    /**
     * The share of the numbers below level {@code k} to begin with. The best levels lie as the cube root of the density,
     * farther out than the numbers themselves: for a normal density at sqrt(3) times its even quantiles (Panter and Dite,
     * 1951). From even quantiles the iteration would end with too few levels in the tails.
     */
    private static double place(int k, int count) {
        double x = StrictMath.sqrt(3) * Normal.quantile((k + 0.5) / count);
        return x < 0 ? Normal.above(-x) : 1 - Normal.above(x);
    }

    private float[] quantiles(int count) {
        float[] levels = new float[count];
        long total = points.total();
        long below = 0;
        for (int k = 0, i = 0; k < count; k++) {
            if (points.size() <= count) { // fewer numbers than levels: each its own
                i = Math.min(k, points.size() - 1);
            } else {
                while (below + points.counts()[i] <= place(k, count) * total) {
                    below += points.counts()[i++];
                }
            }
            levels[k] = type.round((float) points.values()[i]);
        }
        return levels;
    }

    /** One round; whether a level moved. */
    private boolean move(float[] levels) {
        float[] between = Codebook.midpoints(levels);
        boolean moved = false;
        for (int k = 0, from = 0; k < levels.length; k++) {
            int to = k < between.length ? points.upTo(between[k]) : points.size();
            moved |= moveTo(levels, k, points.mean(from, to));
            from = to;
        }
        return moved;
    }

    private boolean moveTo(float[] levels, int k, double mean) {
        if (Double.isNaN(mean)) { // nothing is nearest to it: it stays
            return false;
        }
        float rounded = type.round((float) mean);
        boolean moved = rounded != levels[k];
        levels[k] = rounded;
        return moved;
    }

    /**
     * Moves the lowest and the highest level alone until each is the mean of its own numbers, so that a reader of the
     * codes knows how far out the numbers beyond them can lie. Ends because each goes one way only: a lower end has
     * fewer numbers and a lower mean, and the other way round.
     */
    private float[] settle(float[] levels) {
        int last = levels.length - 1;
        boolean moved = true;
        while (moved && Float.isFinite(levels[0]) && Float.isFinite(levels[last])) {
            cancel.check("fit a code book");
            float[] between = Codebook.midpoints(levels);
            moved = moveTo(levels, 0, points.mean(0, points.upTo(between[0])));
            moved |= moveTo(levels, last, points.mean(points.upTo(between[last - 1]), points.size()));
        }
        Arrays.sort(levels); // -0 and 0 compare equal but have an order
        return levels;
    }

    /** Mean squared error of the numbers under levels. */
    double meanSquaredError(float[] levels) {
        float[] between = Codebook.midpoints(levels);
        double sum = 0;
        for (int k = 0, from = 0; k < levels.length; k++) {
            int to = k < between.length ? points.upTo(between[k]) : points.size();
            sum += points.spread(from, to, levels[k]);
            from = to;
        }
        return sum / points.total();
    }
}
