package dev.nibble.explain;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import dev.nibble.format.BestGrid;
import dev.nibble.format.BestPoints;
import dev.nibble.format.BestScale;
import dev.nibble.format.BlockView;
import dev.nibble.format.PointRun;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.codebook.BestCodebook;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How far a block is from the best that its codes could do for these very weights, each found exactly, as sums of squared
 * errors. Every run of weights that share a scale is searched for itself, and the runs of a block are added up.
 *
 * <pre>
 *   var gap = Optimum.of(w, Formats.parse("nf4:b64").quantize(w), 0);
 *   gap.own(), gap.scale(), gap.book()        // dB; gap also prints itself
 * </pre>
 *
 * @param weights how many weights the block has
 * @param values how many different values a weight can have under its scale; 0 where points are stored
 * @param energy sum of the squares of the weights
 * @param ownError of what the stored bytes decode to
 * @param scaleError with the best real scale of each run, offsets and zero points as they are
 * @param storedError with the best scale that can be stored, and where minima are integers too the best pair of both; the
 *     other numbers of the block and the tensor as they are. Empty where every scale can be stored, where there is none, and
 *     where a pair of two floating-point numbers would have to be found
 * @param storesMinimum whether that is the best pair of scale and minimum, so that it may be below what the best scale alone
 *     reaches
 * @param shiftedError with the best scale and offset, real numbers; of grids that have no offset, or only whole zero points,
 *     with the best scale and zero point among the codes. Empty where levels are not equally spaced or are signs
 *     alone, and where blocks are too large to search
 * @param bookError with the best of all code books of as many values for each run; the book itself is not counted. Empty
 *     where several weights are one point of a grid, and have no values of their own
 */
public record Optimum(
        int weights,
        int values,
        double energy,
        double ownError,
        double scaleError,
        OptionalDouble storedError,
        boolean storesMinimum,
        OptionalDouble shiftedError,
        OptionalDouble bookError) {
    /** Weights times codes times codes, up to which zero points are tried one by one. */
    private static final long MOST_ZEROS = 1L << 23;

    /** A list of offsets no longer than this is tried one by one. */
    private static final int FEW = 64;

    /**
     * The distance of one block, under the progress of the caller.
     *
     * @param original what was quantized
     * @throws IllegalArgumentException if the matrices are not of one shape, or the format has neither codes
     *     of at most eight bits nor points of a grid
     */
    public static Optimum of(Matrix original, Quantized q, int block) {
        if (original.rows() != q.rows() || original.cols() != q.cols()) {
            throw new IllegalArgumentException(original + " is not the matrix that became " + q);
        }
        return of(original.values(), q.dequantize().values(), q, block);
    }

    /**
     * The same of weights and decoded weights that are at hand.
     *
     * @param original all weights, row after row
     * @param decoded what {@code q} decodes to
     */
    public static Optimum of(float[] original, float[] decoded, Quantized q, int block) {
        if (block < 0 || block >= q.blocks()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "%s has no block %,d: it has %,d, counted from 0", q.name(), block, q.blocks()));
        }
        List<ScaledRun> runs = q.runs(block);
        List<PointRun> points = q.points(block);
        if (runs.isEmpty() && points.isEmpty()) {
            throw new IllegalArgumentException(
                    q.format().recipe()
                            + " has neither codes of at most eight bits nor points of a grid: there is no best scale to search");
        }
        BlockView view = q.block(block);
        int first = view.row() * q.cols() + view.column();
        return of(original, decoded, first, view.count(), runs, points);
    }

    /**
     * The same of any weights that lie side by side.
     *
     * @param first the first of them in both arrays, and {@code count} how many follow
     * @param runs all of them by scale, places counted as in the arrays; or none
     * @param points the same of points of a grid
     */
    public static Optimum of(
            float[] original, float[] decoded, int first, int count, List<ScaledRun> runs, List<PointRun> points) {
        CancelToken cancel = Progress.current().cancelToken();
        Sum scale = new Sum();
        Sum stored = new Sum();
        Sum shifted = new Sum();
        Sum book = new Sum();
        int values = 0;
        for (ScaledRun run : runs) {
            float[] x = Arrays.copyOfRange(original, run.first(), run.first() + run.count());
            double[] centred = shift(x, run.offset());
            scale.add(BestScale.of(centred, run.levels(), ScaleSet.REAL, cancel).squaredError());
            stored.add(stored(x, centred, run, cancel));
            shifted.add(shifted(x, run, cancel));
            book.add(BestCodebook.of(x, run.levels().length, cancel).squaredError());
            values = Math.max(values, run.levels().length);
        }
        for (PointRun run : points) {
            float[] x = Arrays.copyOfRange(original, run.first(), run.first() + run.count());
            scale.add(BestPoints.of(x, run, ScaleSet.REAL, cancel).squaredError());
            stored.add(BestPoints.of(x, run, run.scales(), cancel).squaredError());
            shifted.add(OptionalDouble.empty());
            book.add(OptionalDouble.empty());
        }
        double energy = 0;
        double own = 0;
        for (int i = first; i < first + count; i++) {
            double e = (double) decoded[i] - original[i];
            energy += (double) original[i] * original[i];
            own += e * e;
        }
        boolean minimum = runs.stream().anyMatch(run -> run.shift() != ScaledRun.Shift.NONE);
        return new Optimum(count, values, energy, own, scale.sum, stored.get(), minimum, shifted.get(), book.get());
    }

    /** A sum that is not known once one of its terms is not. */
    private static final class Sum {
        private double sum;
        private boolean known = true;

        void add(double error) {
            sum += error;
        }

        void add(OptionalDouble error) {
            known &= error.isPresent();
            sum += error.orElse(0);
        }

        OptionalDouble get() {
            return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
        }
    }

    private static double[] shift(float[] x, double offset) {
        double[] shifted = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            shifted[i] = x[i] - offset;
        }
        return shifted;
    }

    private static OptionalDouble stored(float[] x, double[] centred, ScaledRun run, CancelToken cancel) {
        if (run.shift() == ScaledRun.Shift.NONE) {
            boolean told = run.scales().isReal() || run.scales().list().length == 1;
            return told
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(BestScale.of(centred, run.levels(), run.scales(), cancel)
                            .squaredError());
        }
        double[] offsets = run.offsets().list();
        return offsets.length == 0 || offsets.length > FEW
                ? OptionalDouble.empty()
                : Arrays.stream(offsets)
                        .map(offset -> BestScale.of(shift(x, offset), run.levels(), run.scales(), cancel)
                                .squaredError())
                        .min();
    }

    private static OptionalDouble shifted(float[] x, ScaledRun run, CancelToken cancel) {
        int top = run.levels().length - 1;
        if (!run.isGrid() || top < 1) {
            return OptionalDouble.empty();
        }
        if (run.shift() != ScaledRun.Shift.NONE) {
            boolean down = run.shift() == ScaledRun.Shift.DOWN;
            return BestGrid.fits(x.length, top)
                    ? OptionalDouble.of(BestGrid.of(x, top, down, cancel).squaredError())
                    : OptionalDouble.empty();
        }
        if (Arrays.binarySearch(run.levels(), 0) < 0 || (long) x.length * top * top > MOST_ZEROS) {
            return OptionalDouble.empty();
        }
        double[] numbers = shift(x, 0);
        double best = Double.POSITIVE_INFINITY;
        for (int zero = 0; zero <= top; zero++) {
            float[] levels = ScaledRun.integers(-zero, top - zero);
            best = Math.min(
                    best, BestScale.of(numbers, levels, ScaleSet.REAL, cancel).squaredError());
        }
        return OptionalDouble.of(best);
    }

    /** What the format reached: signal to quantization noise in dB. */
    public double own() {
        return decibels(ownError);
    }

    /** What the best real scales reach, in dB. */
    public double scale() {
        return decibels(scaleError);
    }

    /** What the best scales that can be stored reach, with their minima if {@link #storesMinimum}, in dB; empty where {@link #storedError} is. */
    public OptionalDouble stored() {
        return decibels(storedError);
    }

    /** What the best scales and offsets reach, in dB; empty where {@link #shiftedError} is. */
    public OptionalDouble shifted() {
        return decibels(shiftedError);
    }

    /** What the best code books reach, in dB; empty where {@link #bookError} is. */
    public OptionalDouble book() {
        return decibels(bookError);
    }

    private double decibels(double error) {
        return energy == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(energy / error);
    }

    private OptionalDouble decibels(OptionalDouble error) {
        return error.isPresent() ? OptionalDouble.of(decibels(error.getAsDouble())) : OptionalDouble.empty();
    }

    /** "the rule chose 20.10 dB; best scale 20.35 dB; that can be stored 20.34 dB; best 16 values 29.71 dB". */
    @Override
    public String toString() {
        return "the rule chose " + text(own())
                + "; best scale " + text(scale())
                + (storedError.isPresent()
                        ? (storesMinimum
                                        ? "; best scale and minimum that can be stored "
                                        : ", of those that can be stored ")
                                + text(stored().getAsDouble())
                        : "")
                + (shiftedError.isPresent()
                        ? "; best scale and offset " + text(shifted().getAsDouble())
                        : "")
                + (bookError.isPresent()
                        ? "; best code book of " + values + " values " + text(book().getAsDouble())
                        : "");
    }

    private static String text(double decibels) {
        return Double.isInfinite(decibels)
                ? (decibels > 0 ? "without error" : "nothing left")
                : String.format(Locale.ROOT, "%.2f dB", decibels);
    }
}
