package dev.nibble.tensor;

/**
 * The error of an approximation that is seen piece by piece, for tensors that do not fit the memory. The same pieces
 * in the same order give the same bits.
 */
public final class ErrorSums {
    private long count;
    private double signal;
    private double approximate;
    private double product;
    private double noise;
    private double bias;
    private double max;
    private String empty = "nothing";

    /**
     * Adds a piece.
     *
     * @throws IllegalArgumentException if the shapes differ
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public ErrorSums add(Matrix original, Matrix approximated) {
        original.requireSameShape(approximated);
        int n = original.size();
        float[] x = original.values();
        float[] y = approximated.values();
        String what = "error of " + original.name();
        double[] sums = Sums.of(n, 5, what, (from, to, into) -> addTerms(x, y, from, to, into));
        count += n;
        signal += sums[0];
        approximate += sums[1];
        product += sums[2];
        noise += sums[3];
        bias += sums[4];
        if (n > 0) {
            max = Math.max(max, Sums.max(n, what, (from, to) -> maxError(x, y, from, to)));
        }
        if (count == 0) {
            empty = original.toString();
        }
        return this;
    }

    /**
     * The error of all pieces so far.
     *
     * @throws IllegalArgumentException if there were no values
     */
    public ErrorStatistics result() {
        if (count == 0) {
            throw new IllegalArgumentException(empty + " has no values to compare");
        }
        double largest = Double.isNaN(noise) ? Double.NaN : max;
        double sqnr = noise == 0 ? Double.POSITIVE_INFINITY : 10 * StrictMath.log10(signal / noise);
        double norms = Math.sqrt(signal) * Math.sqrt(approximate);
        double cosine = norms == 0 ? (signal == approximate ? 1 : 0) : Math.clamp(product / norms, -1.0, 1.0);
        return new ErrorStatistics(count, noise / count, sqnr, largest, noise == 0 ? 1 : cosine, bias / count);
    }

    private static void addTerms(float[] x, float[] y, int from, int to, double[] into) {
        for (int i = from; i < to; i += Sums.LANES) {
            int lanes = Math.min(Sums.LANES, to - i);
            for (int lane = 0; lane < lanes; lane++) {
                double a = x[i + lane];
                double b = y[i + lane];
                double e = b - a;
                into[lane] += a * a;
                into[16 + lane] += b * b;
                into[32 + lane] += a * b;
                into[48 + lane] += e * e;
                into[64 + lane] += e;
            }
        }
    }

    private static double maxError(float[] x, float[] y, int from, int to) {
        double max = 0;
        for (int i = from; i < to; i++) {
            double e = Math.abs((double) y[i] - x[i]);
            max = e > max ? e : max; // a comparison, because Math.max waits for itself
        }
        return max;
    }
}
