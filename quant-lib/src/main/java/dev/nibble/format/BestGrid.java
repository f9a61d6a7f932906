package dev.nibble.format;

import dev.nibble.core.CancelToken;
import java.util.Arrays;
import java.util.Locale;

/**
 * The scale and offset with which an equally spaced grid fits given numbers best: value = scale · q + offset, q = 0 … top,
 * both of them real and free, found exactly. Which number has which code changes where a number is half-way between two
 * values, a line in the plane of scale and offset. Every cell between such lines has one of them as an edge, so all cells
 * are met by walking along each line; within a cell the best scale and offset are the regression of the numbers on the
 * codes. That best lies in its cell or is no better than another cell's, so the best of all is the best there is.
 *
 * @param scale distance of neighbouring values, at least 0
 * @param offset the value of the code 0
 * @param squaredError sum of the squared errors
 * @param energy sum of the squares of the numbers
 * @param count how many numbers
 */
public record BestGrid(double scale, double offset, double squaredError, double energy, int count) {
    /** The most numbers times steps that are searched: the work grows with the square of it. */
    public static final int LARGEST = 1 << 13;

    /** Whether so many numbers on so many steps can be searched. */
    public static boolean fits(int count, int top) {
        return count > 0 && top > 0 && (long) count * top <= LARGEST;
    }

    /**
     * The best grid.
     *
     * @param x finite
     * @param top the largest code, at least 1
     * @param down whether the offset may not be positive, as with the minima of K-quants
     * @throws IllegalArgumentException if numbers times {@code top} exceed {@link #LARGEST}
     */
    public static BestGrid of(float[] x, int top, boolean down, CancelToken cancel) {
        if (!fits(x.length, top)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%,d weights on %,d steps; the best scale and offset can be searched up to %,d of their product",
                    x.length,
                    top,
                    LARGEST));
        }
        double[] numbers = BestScale.doubles(x);
        Search search = new Search(numbers, top, down, cancel);
        search.run();
        double energy = BestScale.energy(numbers);
        BestGrid found = new BestGrid(
                search.scale, search.offset, error(numbers, top, search.scale, search.offset), energy, x.length);
        if (!down) {
            return found;
        }
        // A least error with an offset that is not positive is that of a cell, or it has the offset 0.
        BestScale without = BestScale.of(numbers, ScaledRun.integers(0, top), ScaleSet.REAL, cancel);
        if (without.squaredError() >= found.squaredError) {
            return found;
        }
        double step = Math.abs(without.scale());
        double offset = without.scale() < 0 ? -top * step : 0;
        return new BestGrid(step, offset, without.squaredError(), energy, x.length);
    }

    /** Sum of the squared errors, each number going to the nearest value. */
    private static double error(double[] x, int top, double scale, double offset) {
        double error = 0;
        for (double v : x) {
            double q = scale == 0 ? 0 : Math.clamp(Math.rint((v - offset) / scale), 0, top);
            double e = q * scale + offset - v;
            error += e * e;
        }
        return error;
    }

    /** Signal to noise in dB; infinite if nothing is lost. */
    public double sqnrDb() {
        return 10 * Math.log10(energy / squaredError);
    }

    /** The walks along all lines. */
    private static final class Search {
        private final double[] x;
        private final int top;
        private final boolean down;
        private final CancelToken cancel;
        private final double mean;
        private double bestGain = Double.NEGATIVE_INFINITY;
        private double scale;
        private double offset;

        Search(double[] numbers, int top, boolean down, CancelToken cancel) {
            this.top = top;
            this.down = down;
            this.cancel = cancel;
            this.mean = Arrays.stream(numbers).sum() / numbers.length;
            this.x = Arrays.stream(numbers).map(v -> v - mean).sorted().toArray();
        }

        void run() {
            offer(0, 0, 0); // all on one value
            for (int i = 0, end; i < x.length; i = end) {
                cancel.check("search for the best scale and offset");
                for (end = i + 1; end < x.length && x[end] == x[i]; end++) {}
                along(i, end);
            }
        }

        /**
         * Follows the lines on which x[i .. end), all alike, are half-way between two codes: for scales from infinity
         * down, all numbers above them begin with the upper code and move further up, those below further down.
         */
        private void along(int i, int end) {
            int others = x.length - (end - i);
            int reach = top - 1;
            Event[] events = new Event[others * reach];
            int n = 0;
            for (int j = 0; j < x.length; j++) {
                if (j < i || j >= end) {
                    for (int t = 1; t <= reach; t++) {
                        events[n++] = new Event(Math.abs(x[j] - x[i]) / t, x[j], j < i ? -t : t);
                    }
                }
            }
            Arrays.sort(events, (a, b) -> Double.compare(b.scale, a.scale));
            double lower = 0;
            double upper = 0;
            for (int j = 0; j < i; j++) {
                lower += x[j];
            }
            for (int j = end; j < x.length; j++) {
                upper += x[j];
            }
            for (int k = 0; k < top; k++) {
                walk(events, k, i, end, lower, upper);
            }
        }

        private void walk(Event[] events, int k, int i, int end, double lower, double upper) {
            int same = end - i;
            int after = x.length - end;
            double sum = (double) k * i + (k + 1.0) * after;
            double squares = (double) k * k * i + (k + 1.0) * (k + 1) * after;
            double product = k * lower + (k + 1) * upper;
            double own = x[i] * same;
            int code = k;
            for (int e = -1; e < events.length; e++) {
                if (e >= 0) {
                    Event event = events[e];
                    if (event.steps > 0 ? k + event.steps >= top : k + event.steps < 0) {
                        continue;
                    }
                    int before = event.steps > 0 ? k + event.steps : k + event.steps + 1;
                    int change = event.steps > 0 ? 1 : -1;
                    sum += change;
                    squares += 2.0 * before * change + 1;
                    product += change * event.x;
                }
                for (code = k; code <= k + 1; code++) {
                    offer(sum + (double) code * same, squares + (double) code * code * same, product + code * own);
                }
            }
        }

        /** Takes the regression on some codes, Σq, Σq², Σxq, if it explains most so far. */
        private void offer(double sum, double squares, double product) {
            int n = x.length;
            double spread = squares - sum * sum / n;
            boolean apart = spread > 0.25 / n; // n times the spread of whole numbers is a whole number
            double gain = apart ? product * product / spread : 0;
            if (gain <= bestGain) {
                return;
            }
            double step = apart ? product / spread : 0;
            double low = mean - step * sum / n;
            if (down && low > 0) {
                return;
            }
            bestGain = gain;
            scale = step;
            offset = low;
        }

        /** The scale at which a number is half-way between codes again, so many steps from the line's. */
        private record Event(double scale, double x, int steps) {}
    }
}
