package dev.nibble.format;

import java.util.Arrays;
import java.util.List;

/**
 * What a format promises of the weights of a block together: the sum of their squared errors, each times what it counts, is
 * at most so much. For formats that trade weights against each other, and so promise little of a single one.
 *
 * @param counts what the squared error of each weight counts, not negative; in order
 * @param most the most that the sum can be
 */
public record SumBound(double[] counts, double most) {
    /** Of weights that are rounded to float32 on their way, relative to all that is met there. */
    private static final double ROUNDING = 0x1p-20;

    /** The promise of weights that have a bound each. */
    static SumBound ofEach(double[] bounds) {
        double[] counts = new double[bounds.length];
        Arrays.fill(counts, 1);
        return new SumBound(counts, Arrays.stream(bounds).map(b -> b * b).sum());
    }

    /**
     * The promise of weights that went to the nearest value of their grid, but may have been any number of values beyond its
     * end: inside half a gap, at an end what their magnitude is beyond it.
     *
     * @param runs the runs of the block
     * @param start place of the block in the matrix, as the runs count
     * @param x the weights of the block
     * @param decoded what they decode to
     * @param relative by how much of itself a value may have moved after the codes were chosen
     * @param absolute by how much more
     */
    public static SumBound ofNearest(
            List<ScaledRun> runs, int start, float[] x, float[] decoded, double relative, double absolute) {
        double[] bounds = new double[x.length];
        for (ScaledRun run : runs) {
            float[] levels = run.levels();
            double step = Math.abs(run.scale());
            for (int i = run.first() - start; i < run.first() - start + run.count(); i++) {
                int k = nearest(levels, step == 0 ? 0 : (decoded[i] - run.offset()) / run.scale());
                boolean alone = step == 0 || levels.length == 1;
                double below = k > 0 ? (double) levels[k] - levels[k - 1] : 0;
                double above = k < levels.length - 1 ? (double) levels[k + 1] - levels[k] : 0;
                double bound = Math.max(below, above) / 2 * step;
                if (alone) {
                    bound = Math.abs(x[i]) + Math.abs(decoded[i]);
                } else if (below == 0 || above == 0) { // how far |x| lies beyond the end, seen from 0
                    boolean top = above == 0 == run.scale() > 0;
                    bound = Math.max(bound, Math.abs(x[i]) + (top ? -decoded[i] : decoded[i]));
                }
                bound += relative * Math.abs(decoded[i]) + absolute;
                double reach = Math.abs(x[i]) + Math.abs(decoded[i]) + Math.abs(run.offset());
                bounds[i] = bound + reach * ROUNDING;
            }
        }
        return ofEach(bounds);
    }

    private static int nearest(float[] levels, double v) {
        int best = 0;
        for (int k = 1; k < levels.length; k++) {
            if (Math.abs(levels[k] - v) < Math.abs(levels[best] - v)) {
                best = k;
            }
        }
        return best;
    }

    /** What the errors of the weights of a block add up to, counted as here. */
    public double sum(float[] x, float[] decoded) {
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            double e = (double) decoded[i] - x[i];
            sum += counts[i] * e * e;
        }
        return sum;
    }
}
