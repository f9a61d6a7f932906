package dev.nibble.format;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import java.util.Arrays;
import java.util.Locale;

/**
 * The scale with which given levels fit given numbers best: the least sum of squared errors, each number going to the
 * nearest of the scaled levels, found exactly. As the scale shrinks from infinity, numbers change their level one at a
 * time, at x / boundary; between two such places the error is a parabola in the scale, Σx² − 2sΣxl + s²Σl², whose sums
 * change by one term at each. The best of all parabolas' least values, or of what each is at the storable scale nearest to
 * there, is the best there is: at the best scale the error lies on one of them, and no parabola is ever below the error.
 *
 * <pre>
 *   BestScale.of(x, new float[] {-1, 0, 1}).sqnrDb()
 * </pre>
 *
 * Scales of both signs are tried. Cost: numbers times levels, times the logarithm of the levels; sums are taken in double.
 *
 * @param scale the best scale; may be negative; 0 if nothing is better than zeros
 * @param squaredError sum of the squared errors with it
 * @param energy sum of the squares of the numbers
 * @param count how many numbers
 */
public record BestScale(double scale, double squaredError, double energy, int count) {
    /** The most numbers that are searched. */
    public static final int LARGEST = 1 << 20;

    /** The best real scale, under the progress of the caller. */
    public static BestScale of(float[] x, float[] levels) {
        return of(doubles(x), levels, ScaleSet.REAL, Progress.current().cancelToken());
    }

    /** The best scale of those that can be stored, under the progress of the caller. */
    public static BestScale of(float[] x, float[] levels, ScaleSet scales) {
        return of(doubles(x), levels, scales, Progress.current().cancelToken());
    }

    /**
     * The best scale.
     *
     * @param x finite, 1 to {@link #LARGEST} numbers
     * @param levels finite, ascending, all different
     * @param scales the scales that may be chosen
     * @throws IllegalArgumentException if the numbers or levels are not such
     */
    public static BestScale of(double[] x, float[] levels, ScaleSet scales, CancelToken cancel) {
        require(x, levels);
        double[] up = magnitudes(x, 1);
        double[] down = magnitudes(x, -1);
        double energy = energy(x);
        double best = new Scan(levels, scales, cancel).best(up, down, x.length - up.length - down.length, energy);
        return new BestScale(best, error(x, levels, best), energy, x.length);
    }

    /** Sum of the squared errors with a scale, each number going to the nearest scaled level. */
    public static double error(double[] x, float[] levels, double scale) {
        double error = 0;
        for (double v : x) {
            double e = (scale == 0 ? 0 : nearest(levels, v / scale) * scale) - v;
            error += e * e;
        }
        return error;
    }

    private static float nearest(float[] levels, double v) {
        int low = 0;
        int high = levels.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (v > boundary(levels, middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return levels[low];
    }

    /** Half-way between a level and the next: a double holds it. */
    private static double boundary(float[] levels, int k) {
        return ((double) levels[k] + levels[k + 1]) / 2;
    }

    static double[] doubles(float[] x) {
        double[] doubles = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            doubles[i] = x[i];
        }
        return doubles;
    }

    static double energy(double[] x) {
        double energy = 0;
        for (double v : x) {
            energy += v * v;
        }
        return energy;
    }

    private static void require(double[] x, float[] levels) {
        if (x.length == 0 || x.length > LARGEST) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a block of %,d weights; the best scale can be searched for 1 to %,d",
                    x.length,
                    LARGEST));
        }
        for (int i = 0; i < x.length; i++) {
            if (!Double.isFinite(x[i])) {
                throw new IllegalArgumentException(
                        "weight " + i + " is " + x[i] + "; a scale is fitted to finite numbers");
            }
        }
        for (int k = 0; k < levels.length; k++) {
            if (!Float.isFinite(levels[k]) || (k > 0 && levels[k] <= levels[k - 1])) {
                throw new IllegalArgumentException("level " + k + " is " + levels[k]
                        + (k > 0 ? " after " + levels[k - 1] : "") + "; levels are finite and ascend");
            }
        }
        if (levels.length == 0) {
            throw new IllegalArgumentException("there are no levels to scale");
        }
    }

    /** Magnitudes of the numbers of one sign, largest first. */
    private static double[] magnitudes(double[] x, int sign) {
        double[] some = Arrays.stream(x)
                .filter(v -> v * sign > 0)
                .map(v -> -Math.abs(v))
                .sorted()
                .toArray();
        for (int i = 0; i < some.length; i++) {
            some[i] = -some[i];
        }
        return some;
    }

    /** Mean squared error. */
    public double meanSquaredError() {
        return squaredError / count;
    }

    /** Signal to noise in dB; infinite if nothing is lost. */
    public double sqnrDb() {
        return 10 * Math.log10(energy / squaredError);
    }

    /**
     * The walk over all places where a number changes its level, largest scale first. Those of one boundary come in the
     * order of the numbers; a heap with one entry for each boundary merges them.
     */
    private static final class Scan {
        private static final int EVENTS_BETWEEN_CHECKS = 1 << 14;

        private final float[] levels;
        private final ScaleSet scales;
        private final CancelToken cancel;
        private double bestGain;
        private double bestScale;

        Scan(float[] levels, ScaleSet scales, CancelToken cancel) {
            this.levels = levels;
            this.scales = scales;
            this.cancel = cancel;
        }

        double best(double[] up, double[] down, int zeros, double energy) {
            bestScale = scales.nearest(0);
            bestGain = bestScale == 0 ? 0 : Double.NEGATIVE_INFINITY;
            walk(up, down, zeros, 1);
            // where levels are the same both ways, so is a scale of either sign, if both are to be had
            if (!isSymmetric() || scales.list().length > 0) {
                walk(down, up, zeros, -1);
            }
            assert bestGain <= energy * (1 + 1e-9) : "no more can be explained than there is";
            return bestScale;
        }

        private boolean isSymmetric() {
            for (int i = 0, j = levels.length - 1; i < j; i++, j--) {
                if (levels[i] != -levels[j]) {
                    return false;
                }
            }
            return true;
        }

        /** {@code up} are the magnitudes of the numbers that the scale's sign makes positive, {@code down} of the others. */
        private void walk(double[] up, double[] down, int zeros, int sign) {
            int most = levels.length - 1;
            int above = 0; // boundaries that +0 lies above
            int below = 0; // boundaries that -0 lies above
            for (int k = 0; k < most; k++) {
                above += boundary(levels, k) <= 0 ? 1 : 0;
                below += boundary(levels, k) < 0 ? 1 : 0;
            }
            double a = levels[above] * sum(up) - levels[below] * sum(down);
            double b = up.length * square(above) + down.length * square(below) + zeros * square(above);
            offer(a, b, sign);
            Heap heap = new Heap(most);
            for (int k = above; k < most && up.length > 0; k++) {
                heap.add(k, up[0] / boundary(levels, k));
            }
            for (int k = 0; k < below && down.length > 0; k++) {
                heap.add(k, down[0] / -boundary(levels, k));
            }
            int[] next = new int[most];
            for (int events = 1; heap.size > 0; events++) {
                if (events % EVENTS_BETWEEN_CHECKS == 0) {
                    cancel.check("search for the best scale");
                }
                int k = heap.first();
                boolean rises = k >= above;
                double[] numbers = rises ? up : down;
                double v = numbers[next[k]++];
                double step = (double) levels[k + 1] - levels[k];
                a += v * step;
                b += rises ? square(k + 1) - square(k) : square(k) - square(k + 1);
                offer(a, b, sign);
                if (next[k] < numbers.length) {
                    heap.replaceFirst(numbers[next[k]] / Math.abs(boundary(levels, k)));
                } else {
                    heap.removeFirst();
                }
            }
        }

        private double square(int level) {
            return (double) levels[level] * levels[level];
        }

        private static double sum(double[] x) {
            return Arrays.stream(x).sum();
        }

        /** Takes the scale where a parabola is least, or the storable one nearest to it, if it explains most so far. */
        private void offer(double a, double b, int sign) {
            double scale = scales.nearest(b > 0 ? sign * a / b : 0);
            double gain = 2 * sign * scale * a - scale * scale * b;
            if (gain > bestGain) {
                bestGain = gain;
                bestScale = scale;
            }
        }
    }

    /** Boundaries by the scale of their next event, largest first. */
    private static final class Heap {
        private final int[] ids;
        private final double[] keys;
        private int size;

        Heap(int capacity) {
            ids = new int[capacity];
            keys = new double[capacity];
        }

        void add(int id, double key) {
            int at = size++;
            for (int parent = (at - 1) / 2; at > 0 && keys[parent] < key; parent = (at - 1) / 2) {
                ids[at] = ids[parent];
                keys[at] = keys[parent];
                at = parent;
            }
            ids[at] = id;
            keys[at] = key;
        }

        int first() {
            return ids[0];
        }

        void replaceFirst(double key) {
            sink(ids[0], key);
        }

        void removeFirst() {
            size--;
            if (size > 0) {
                sink(ids[size], keys[size]);
            }
        }

        private void sink(int id, double key) {
            int at = 0;
            for (int child = 1; child < size; child = 2 * at + 1) {
                if (child + 1 < size && keys[child + 1] > keys[child]) {
                    child++;
                }
                if (keys[child] <= key) {
                    break;
                }
                ids[at] = ids[child];
                keys[at] = keys[child];
                at = child;
            }
            ids[at] = id;
            keys[at] = key;
        }
    }
}
