package dev.nibble.format.integer;

import dev.nibble.format.BlockView;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;

/**
 * How far a block is from the best that its integers could do: the scale, or the scale and zero point, of the least sum
 * of squared errors for these very weights, found exactly. As the scale shrinks from infinity the codes change one at a
 * time, where a weight is half-way between two of them; between two such places the codes stay, the best scale for them
 * is Σwq / Σq², and the best of all these is the best there is.
 *
 * <pre>
 *   var gap = Optimum.of(w, Formats.parse("int4:gptq:g32").quantize(w), 0);
 *   gap.chosen().sqnrDb(), gap.scale().sqnrDb(), gap.scaleAndZero().sqnrDb()
 * </pre>
 *
 * Scales are real numbers here, not rounded to a storage type. Cost: a sort of {@code n · 2^bits} numbers, and for a
 * zero point as many passes over them as there are codes.
 *
 * @param chosen what the format chose, its error computed from the stored bytes
 * @param scale the best scale with the zero that a symmetric grid of its codes has; it may be negative
 * @param scaleAndZero the best scale with the best zero point among the codes
 */
public record Optimum(Choice chosen, Choice scale, Choice scaleAndZero) {
    /** The most weights that a block may have here. */
    public static final int LARGEST = 1 << 16;

    /**
     * A grid and what it costs.
     *
     * @param scale distance of its steps; may be negative; not a number where the format has no such thing to tell
     * @param zero the code of 0
     * @param mse mean squared error
     * @param sqnrDb signal to quantization noise, 10 · log10(Σw² / Σerror²); infinite if there is no error
     */
    public record Choice(double scale, int zero, double mse, double sqnrDb) {}

    /**
     * What a block of an integer format is, and what it could be.
     *
     * @param w what was quantized
     * @param q it in a format of integers: int1 … int8, ternary
     * @param block which block of q
     * @throws IllegalArgumentException if q is in another format, or the block has more than {@link #LARGEST} weights
     */
    public static Optimum of(Matrix w, Quantized q, int block) {
        if (!(q.format() instanceof AffineFormat format)) {
            throw new IllegalArgumentException(
                    q + " is no format of integers; its best scale is not that of a uniform grid");
        }
        if (w.rows() != q.rows() || w.cols() != q.cols()) {
            throw new IllegalArgumentException(w + " is not the matrix that became " + q);
        }
        BlockView view = q.block(block);
        int start = view.row() * w.cols() + view.column();
        float[] x = Arrays.copyOfRange(w.values(), start, start + view.count());
        float[] back = new float[x.length];
        System.arraycopy(q.dequantize().values(), start, back, 0, back.length);
        AffineRule rule = format.rule();
        double error = 0;
        for (int i = 0; i < x.length; i++) {
            double e = (double) back[i] - x[i];
            error += e * e;
        }
        Choice chosen = choice(x, step(q, view, back), code(q, view), error);
        if (rule.isSign()) {
            Choice best = ofSigns(x);
            return new Optimum(chosen, best, best);
        }
        int centre = rule.zero() == AffineRule.Zero.NONE ? Math.round(rule.centre()) : (int) rule.middle();
        return new Optimum(
                chosen, scale(x, rule.qmin(), rule.qmax(), centre), scaleAndZero(x, rule.qmin(), rule.qmax()));
    }

    /** Of signs alone the mean magnitude is the best scale. */
    private static Choice ofSigns(float[] x) {
        double mean = Ranges.sum(x, 0, x.length) / x.length;
        double error = 0;
        for (float v : x) {
            error += (Math.abs(v) - mean) * (Math.abs(v) - mean);
        }
        return choice(x, 2 * mean, 0, error);
    }

    /** The distance of neighbouring codes, as the decoded weights show it; not a number if they show only one code. */
    private static double step(Quantized q, BlockView view, float[] back) {
        int cols = q.cols();
        for (int i = 1; i < back.length; i++) {
            int at = view.row() * cols + view.column() + i;
            int codes = q.code(at / cols, at % cols) - q.code(view.row(), view.column());
            if (codes != 0) {
                return ((double) back[i] - back[0]) / codes;
            }
        }
        return Double.NaN;
    }

    private static int code(Quantized q, BlockView view) {
        int zero = 0;
        for (var field : view.fields()) {
            if (field.name().equals("zero") && field.bits() <= 8) {
                AffineRule rule = ((AffineFormat) q.format()).rule();
                int value = (int) field.value(q.parts());
                zero = (rule.bits() == 8 && rule.offset() == 0 && rule.lowest() < 0 ? (byte) value : value)
                        - rule.offset();
            }
        }
        return zero;
    }

    /**
     * The best scale of a grid with a given zero.
     *
     * @param x finite weights, at most {@link #LARGEST}
     * @param qmin smallest code
     * @param qmax largest code
     * @param zero code of 0
     */
    public static Choice scale(float[] x, int qmin, int qmax, int zero) {
        require(x, qmin, qmax);
        return new Scan(x, qmax - qmin).best(qmin - zero, qmax - zero, zero);
    }

    /** The best scale and the best zero point of a grid. */
    public static Choice scaleAndZero(float[] x, int qmin, int qmax) {
        require(x, qmin, qmax);
        Scan scan = new Scan(x, qmax - qmin);
        Choice best = null;
        for (int zero = qmin; zero <= qmax; zero++) {
            Choice next = scan.best(qmin - zero, qmax - zero, zero);
            if (best == null || next.mse < best.mse) {
                best = next;
            }
        }
        return best;
    }

    private static void require(float[] x, int qmin, int qmax) {
        if (x.length == 0 || x.length > LARGEST) {
            throw new IllegalArgumentException(
                    "a block of " + x.length + " weights; from 1 to " + LARGEST + " can be searched");
        }
        if (qmax < qmin || qmax - qmin > 255) {
            throw new IllegalArgumentException("codes " + qmin + " .. " + qmax + " are no codes of 1 to 8 bits");
        }
    }

    private static Choice choice(float[] x, double scale, int zero, double error) {
        double signal = 0;
        for (float v : x) {
            signal += (double) v * v;
        }
        return new Choice(scale, zero, error / x.length, 10 * Math.log10(signal / error));
    }

    /** The places where codes change, largest scale first: weight i gets the magnitude k at |x| / (k - 1/2). */
    private static final class Scan {
        private final float[] x;
        private final long[] order;
        private final int most;

        Scan(float[] x, int most) {
            this.x = x;
            this.most = most;
            long[] places = new long[Math.multiplyExact(x.length, most)];
            double[] scales = new double[places.length];
            for (int i = 0; i < x.length; i++) {
                for (int k = 1; k <= most; k++) {
                    int at = i * most + k - 1;
                    scales[at] = Math.abs((double) x[i]) / (k - 0.5);
                    places[at] = at;
                }
            }
            this.order = sorted(scales, places);
        }

        private static long[] sorted(double[] scales, long[] places) {
            // Float32 of the scale, complemented so that large ones come first, above the place: neighbours that
            // float32
            // can not tell apart are taken in order of place, which costs at most a rounding of the best scale's error.
            for (int i = 0; i < places.length; i++) {
                int key = ~Float.floatToRawIntBits((float) scales[i]) & 0x7fffffff;
                places[i] = (long) key << 32 | i;
            }
            Arrays.sort(places);
            return places;
        }

        Choice best(int low, int high, int zero) {
            double bestGain = 0;
            double bestScale = 0;
            for (int sign = 1; sign >= -1; sign -= 2) { // a negative scale gives the longer side to positive weights
                double a = 0;
                double b = 0;
                for (long entry : order) {
                    int at = (int) entry;
                    float v = x[at / most] * sign;
                    int k = at % most + 1;
                    if (v == 0 || k > (v > 0 ? high : -low)) {
                        continue;
                    }
                    a += Math.abs((double) v);
                    b += 2 * k - 1;
                    double gain = a * a / b;
                    if (gain > bestGain) {
                        bestGain = gain;
                        bestScale = sign * a / b;
                    }
                }
            }
            return choice(x, bestScale, zero, error(bestScale, low, high));
        }

        private double error(double scale, int low, int high) {
            double error = 0;
            for (float v : x) {
                double q = scale == 0 ? 0 : Math.clamp(Math.rint(v / scale), low, high);
                double e = q * scale - v;
                error += e * e;
            }
            return error;
        }
    }
}
