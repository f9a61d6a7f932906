package dev.nibble.metric;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * One number per scored token, and which window and document each belongs to. Neighbours in a window are correlated, so
 * an error bar over tokens is too short; {@link #bootstrap} draws whole windows, or documents where there are several.
 */
public final class Scores {
    private final double[] values;
    private final int[] starts;
    private final int[] groups;

    /**
     * @param starts first value of each window, and the number of values behind them
     * @param groups what each window belongs to
     */
    private Scores(double[] values, int[] starts, int[] groups) {
        this.values = values;
        this.starts = starts;
        this.groups = groups;
    }

    static Scores of(double[] values, Evaluation evaluation) {
        int windows = evaluation.windows().size();
        return new Scores(values, table(windows + 1, evaluation::start), table(windows, evaluation::group));
    }

    private static int[] table(int count, IntUnaryOperator of) {
        int[] table = new int[count];
        Arrays.setAll(table, of);
        return table;
    }

    /** How many there are. */
    public int size() {
        return values.length;
    }

    /** The number of a scored token. */
    public double get(int token) {
        return values[token];
    }

    /** All numbers, in the order of the text. */
    public DoubleStream stream() {
        return Arrays.stream(values);
    }

    /** Their mean. */
    public double mean() {
        return mean(0, values.length);
    }

    /** The mean of the first windows, as llama.cpp prints it while it runs. */
    public double meanOfWindows(int windows) {
        return mean(0, starts[windows]);
    }

    /** The mean of one window. */
    public double meanOfWindow(int window) {
        return mean(starts[window], starts[window + 1]);
    }

    /** Number of windows. */
    public int windows() {
        return groups.length;
    }

    /**
     * The standard error of the mean if the numbers were independent, as llama.cpp reports it: root of (mean of squares -
     * square of mean) / (n - 1). Not a number for fewer than two.
     */
    public double standardError() {
        return StrictMath.sqrt(covariance(this));
    }

    /** The covariance of both means under the same assumption, as llama.cpp has it for paired losses. */
    double covariance(Scores other) {
        double mean = mean();
        double its = other.mean();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (values[i] - mean) * (other.values[i] - its);
        }
        return values.length < 2 ? Double.NaN : sum / values.length / (values.length - 1);
    }

    /** These less others of the same tokens. */
    Scores minus(Scores other) {
        double[] difference = new double[values.length];
        Arrays.setAll(difference, i -> values[i] - other.values[i]);
        return new Scores(difference, starts, groups);
    }

    /** The square of each number. */
    Scores squared() {
        return new Scores(Arrays.stream(values).map(v -> v * v).toArray(), starts, groups);
    }

    /** Each number in another unit. */
    Scores times(double factor) {
        return new Scores(Arrays.stream(values).map(v -> v * factor).toArray(), starts, groups);
    }

    /** The mean with the error bar that resampling whole windows or documents gives. */
    public Bootstrap bootstrap(int resamples, long seed) {
        int count = Arrays.stream(groups).max().orElse(-1) + 1;
        double[] sums = new double[count];
        long[] sizes = new long[count];
        for (int w = 0; w < groups.length; w++) {
            for (int i = starts[w]; i < starts[w + 1]; i++) {
                sums[groups[w]] += values[i];
            }
            sizes[groups[w]] += starts[w + 1] - starts[w];
        }
        return Bootstrap.ofMean(sums, sizes, resamples, seed);
    }

    /** {@link #bootstrap(int, long)} with the usual number of samples and seed. */
    public Bootstrap bootstrap() {
        return bootstrap(Bootstrap.RESAMPLES, Bootstrap.SEED);
    }

    private double mean(int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return sum / (to - from);
    }
}
