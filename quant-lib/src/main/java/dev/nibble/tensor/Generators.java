package dev.nibble.tensor;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Room;
import java.util.Arrays;
import java.util.Locale;

/**
 * Seeded matrices, the same bits on every machine and every number of threads: number i depends on the seed and i alone
 * (SplitMix64 as a counter: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014), and the normal
 * distribution is Box and Muller's over {@link StrictMath}.
 */
public final class Generators {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final int GRAIN = 1 << 14;
    /** The longest array of most JVMs. */
    private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

    private Generators() {}

    /** 64 random bits: number {@code index} of the sequence that {@code seed} begins. */
    public static long bits(long seed, long index) {
        long z = seed + (index + 1) * GAMMA;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** A number in [0, 1), a multiple of 2^-53. */
    public static double uniform(long seed, long index) {
        return (bits(seed, index) >>> 11) * 0x1p-53;
    }

    /** Weights from the standard normal distribution. */
    public static Matrix gaussian(int rows, int cols, long seed) {
        return gaussian(rows, cols, seed, 1);
    }

    /**
     * Weights from a normal distribution around 0.
     *
     * @param std standard deviation
     */
    public static Matrix gaussian(int rows, int cols, long seed, double std) {
        String name = String.format(Locale.ROOT, "gaussian(seed %d)", seed);
        return Matrix.of(name, rows, cols, normal(rows, cols, seed, std));
    }

    /**
     * Weights like those of a trained layer with a few loud inputs: normal with standard deviation 0.02, and one column
     * in 128 (at least one) twenty times as large.
     */
    public static Matrix withOutlierColumns(int rows, int cols, long seed) {
        return withOutlierColumns(rows, cols, seed, 0.02, Math.max(1, cols / 128), 20);
    }

    /**
     * Normal weights in which some columns, chosen by the seed, are multiplied by a factor.
     *
     * @param std standard deviation of the other columns
     * @param outliers number of loud columns, at most {@code cols}
     * @param factor how many times as large they are
     */
    public static Matrix withOutlierColumns(int rows, int cols, long seed, double std, int outliers, double factor) {
        if (outliers < 0 || outliers > cols) {
            throw new IllegalArgumentException(outliers + " outlier columns do not fit a matrix of " + cols);
        }
        float[] values = normal(rows, cols, seed, std);
        CancelToken cancel = Progress.current().cancelToken();
        int[] order = new int[cols];
        Arrays.setAll(order, i -> i);
        for (int i = 0; i < outliers; i++) { // the first steps of a Fisher-Yates shuffle
            int j = i + (int) (uniform(~seed, i) * (cols - i));
            int column = order[j];
            order[j] = order[i];
            order[i] = column;
            cancel.check("generate outlier columns");
            for (int r = 0; r < rows; r++) {
                values[r * cols + column] = (float) (values[r * cols + column] * factor);
            }
        }
        String name = String.format(Locale.ROOT, "synthetic with %d outlier columns (seed %d)", outliers, seed);
        return Matrix.of(name, rows, cols, values);
    }

    /**
     * Weights with heavy tails: Student's t distribution, a normal number over the root of a chi-squared one. The fewer
     * degrees of freedom, the heavier the tails; excess kurtosis is 6 / (freedom - 4).
     *
     * @param freedom degrees of freedom: even, 4 to 100
     * @param std standard deviation
     */
    public static Matrix heavyTailed(int rows, int cols, long seed, int freedom, double std) {
        if (freedom < 4 || freedom > 100 || freedom % 2 != 0) {
            throw new IllegalArgumentException(freedom + " degrees of freedom: expected an even number from 4 to 100");
        }
        float[] values = empty(rows, cols);
        int draws = 2 + freedom / 2;
        double unit = std * StrictMath.sqrt(freedom - 2); // t has the variance freedom / (freedom - 2)
        Parallel.ranges(values.length, GRAIN, "generate " + rows + " x " + cols + " numbers", (from, to) -> {
            for (int i = from; i < to; i++) {
                long at = (long) i * draws;
                double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(seed, at)));
                double normal = radius * StrictMath.cos(2 * StrictMath.PI * uniform(seed, at + 1));
                double chi = 0;
                for (int k = 2; k < draws; k++) {
                    chi -= 2 * StrictMath.log(1 - uniform(seed, at + k));
                }
                values[i] = (float) (unit * normal / StrictMath.sqrt(chi));
            }
        });
        return Matrix.of(String.format(Locale.ROOT, "heavy-tailed(%d, seed %d)", freedom, seed), rows, cols, values);
    }

    private static float[] empty(int rows, int cols) {
        if (rows < 0 || cols < 0) {
            throw new IllegalArgumentException(
                    "a matrix of shape [" + rows + ", " + cols + "] can not be made: neither may be below 0");
        }
        if ((long) rows * cols > MOST_VALUES) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a matrix of shape [%d, %d] can not be made: it has %,d values, and one array holds %,d; make it in"
                            + " several of fewer rows",
                    rows,
                    cols,
                    (long) rows * cols,
                    MOST_VALUES));
        }
        return Room.floats((long) rows * cols, "a matrix of " + rows + " x " + cols);
    }

    private static float[] normal(int rows, int cols, long seed, double std) {
        float[] values = empty(rows, cols);
        Parallel.ranges(values.length, GRAIN, "generate " + rows + " x " + cols + " numbers", (from, to) -> {
            for (int i = from; i < to; i += 2) { // GRAIN is even: a pair never straddles two ranges
                double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(seed, i))) * std;
                double angle = 2 * StrictMath.PI * uniform(seed, i + 1L);
                values[i] = (float) (radius * StrictMath.cos(angle));
                if (i + 1 < to) {
                    values[i + 1] = (float) (radius * StrictMath.sin(angle));
                }
            }
        });
        return values;
    }
}
