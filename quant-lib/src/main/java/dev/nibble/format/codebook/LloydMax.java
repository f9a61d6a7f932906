package dev.nibble.format.codebook;

import dev.nibble.core.Options;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.ScaleType;
import java.util.List;
import java.util.Locale;

/**
 * The code book with the least mean squared error on normal weights: each value is the mean of its cell, each boundary
 * the middle of two values (Lloyd, 1957; Max, "Quantizing for minimum distortion", 1960).
 *
 * <pre>
 *   recipe    lloydmax [nN] [bN] [rms | absmax] [f16 | bf16 | f32]    4 bits, 64 weights per block, rms, f16
 *   scales    root of the mean square of the block, so that the weights have the variance the book is made for
 *             absmax: the largest magnitude instead, and the book divided by its largest value
 *   codes     rank of the value, see {@link CodeStream}
 *   value     book[code] · scale
 * </pre>
 *
 * A weight is multiplied by 1 / max(s, 1e-38) of the scale as stored and gets the nearest value, on the float32 midpoint
 * the lower. There is no 0 in the book: it is symmetric and has an even number of values.
 */
public final class LloydMax {
    private static final int DEFAULT_BITS = 4;
    private static final List<String> OPTIONS = List.of("nN", "bN", "rms", "absmax", "f16", "bf16", "f32");

    private LloydMax() {}

    /** The registry entry. */
    public static Registry.Entry<Format> entry() {
        return new Registry.Entry<>(
                "lloydmax",
                "the book with the least squared error on normal weights, one scale per block",
                OPTIONS,
                List.of(
                        "lloydmax",
                        "lloydmax:n3",
                        "lloydmax:n1:b16",
                        "lloydmax:n2:b32:f32",
                        "lloydmax:n6:b128:bf16",
                        "lloydmax:n4:absmax",
                        "lloydmax:n8:b32"),
                LloydMax::make);
    }

    private static Format make(Recipe recipe) {
        Options options = new Options(recipe, OPTIONS.toArray(String[]::new));
        int bits = options.number("n", 1, 8, DEFAULT_BITS);
        int block = options.number("b", 1, CodebookFormat.LARGEST_BLOCK, Nf4.DEFAULT_BLOCK);
        boolean rms = options.oneOf("rms", "absmax").equals("rms");
        ScaleType type = ScaleType.of(options.oneOf("f16", "bf16", "f32"));
        options.done();
        float[] values = values(bits);
        if (!rms) {
            float largest = values[values.length - 1];
            for (int i = 0; i < values.length; i++) {
                values[i] /= largest;
            }
        }
        String rule = rms ? "root mean square" : "absmax";
        return new CodebookFormat(new CodebookFormat.Definition(
                recipe,
                Recipe.of(recipe.name(), "n" + bits, "b" + block, rms ? "rms" : "absmax", type.word()),
                String.format(
                        Locale.ROOT,
                        "%d-bit Lloyd–Max book of the normal distribution: the nearest of %d values times the %s %s of %d"
                                + " weights, ties to the lower code",
                        bits,
                        1 << bits,
                        type.fullName(),
                        rule,
                        block),
                "A block of zeros comes back as zeros, −0 among them: the book has no 0, but the scale is 0. "
                        + (rms
                                ? "A constant block comes back as the value of the book nearest to 1 times the scale; a"
                                        + " spike is cut to the largest value times the root mean square."
                                : "A block that is constant in magnitude comes back up to the rounding of its scale.")
                        + " Blocks whose scale is not a number of its type above 0 come back as zeros if it is too small"
                        + " and are refused if it is too large.",
                Codebook.of(values),
                rms ? BlockScaling.RMS : BlockScaling.ABSMAX,
                type,
                block,
                null));
    }

    /**
     * The book of the standard normal distribution: the fixed point of Lloyd's iteration, found by Newton's method, to
     * float32 precision.
     *
     * @param bits 1 to 8
     * @return 2^bits values, rising, symmetric
     */
    public static float[] values(int bits) {
        if (bits < 1 || bits > 8) {
            throw new IllegalArgumentException("a Lloyd–Max book here has 1 to 8 bits, not " + bits);
        }
        double[] positive = positive(1 << (bits - 1));
        float[] values = new float[2 * positive.length];
        for (int i = 0; i < positive.length; i++) {
            values[positive.length + i] = (float) positive[i];
            values[positive.length - 1 - i] = (float) -positive[i];
        }
        return values;
    }

    /**
     * The positive half. Unknowns are the values c; boundary i is (c[i-1] + c[i]) / 2, the first 0, the last infinite; c[i]
     * less the mean of its cell shall be 0. A cell touches its neighbours alone, so the system is tridiagonal.
     */
    private static double[] positive(int count) {
        double[] c = new double[count];
        for (int i = 0; i < count; i++) { // many levels lie as the cube root of the density: Panter and Dite, 1951
            c[i] = StrictMath.sqrt(3) * Normal.quantile(0.5 + (i + 0.5) / (2 * count));
        }
        for (int round = 0; round < 60; round++) {
            if (newton(c) < 1e-11) {
                return c;
            }
        }
        throw new IllegalStateException("the Lloyd–Max book of " + 2 * count + " values was not found");
    }

    /** One step of Newton's method; returns the largest change. */
    private static double newton(double[] c) {
        int n = c.length;
        double[] lower = new double[n];
        double[] diagonal = new double[n];
        double[] upper = new double[n];
        double[] rest = new double[n];
        for (int i = 0; i < n; i++) {
            double a = i == 0 ? 0 : (c[i - 1] + c[i]) / 2;
            double b = i == n - 1 ? Double.POSITIVE_INFINITY : (c[i] + c[i + 1]) / 2;
            double share = Normal.between(a, b);
            double mean = Normal.mean(a, b);
            double byA = i == 0 ? 0 : Normal.density(a) * (mean - a) / share; // derivatives of the mean by its ends
            double byB = i == n - 1 ? 0 : Normal.density(b) * (b - mean) / share;
            lower[i] = -byA / 2;
            upper[i] = -byB / 2;
            diagonal[i] = 1 - byA / 2 - byB / 2;
            rest[i] = c[i] - mean;
        }
        for (int i = 1; i < n; i++) { // elimination, then back
            double factor = lower[i] / diagonal[i - 1];
            diagonal[i] -= factor * upper[i - 1];
            rest[i] -= factor * rest[i - 1];
        }
        double[] step = new double[n];
        for (int i = n - 1; i >= 0; i--) {
            step[i] = (rest[i] - (i == n - 1 ? 0 : upper[i] * step[i + 1])) / diagonal[i];
        }
        double damping = 1;
        while (!rises(c, step, damping)) {
            damping /= 2;
        }
        double largest = 0;
        for (int i = 0; i < n; i++) {
            c[i] -= damping * step[i];
            largest = Math.max(largest, Math.abs(step[i]));
        }
        return largest;
    }

    /** Whether the values still rise from above 0 after a step. */
    private static boolean rises(double[] c, double[] step, double damping) {
        double last = 0;
        for (int i = 0; i < c.length; i++) {
            double next = c[i] - damping * step[i];
            if (!(next > last)) {
                return false;
            }
            last = next;
        }
        return true;
    }
}
