package dev.nibble.format.integer;

import dev.nibble.compute.TorchMean;
import dev.nibble.core.Trace;

/**
 * Half-quadratic quantization's search for a zero: the error is split into a sparse part, found by shrinking, and the
 * rest, which the next zero makes small. Source: hqq 0.2.8, optimize_weights_proximal_legacy, with p = 0.7 and a β that
 * stays 10 there; float32, the mean in
 * torch's order.
 *
 * <pre>
 *   q = clamp(round(w · s' + z)),  r = w - (q - z) / s',  e = sign(r) · max(|r| - |r|^-0.3 / 10, 0)
 *   z = mean over the group of q - (w - e) · s'
 * </pre>
 *
 * e is 0 for every |r| up to 0.17: on weights of usual size the solver only takes the mean error out of the zero.
 */
final class HqqSolver {
    private static final float POWER = (float) (0.7 - 1);
    private static final float WEIGHT = (float) (1.0 / 10);
    /** Below it |r| - |r|^-0.3 / 10 is negative; the root is 0.1^(1/1.3) = 0.17013. */
    private static final float NOTHING_LEFT = 0.17f;

    private final AffineFormat.Spec spec;
    private final Trace trace;

    HqqSolver(AffineFormat.Spec spec, Trace trace) {
        this.spec = spec;
        this.trace = trace;
    }

    /** Improves the zero of group k, {@code iterations} times, and tells the trace of each. */
    void solve(float[] x, int from, int count, Grid grid, int k, int iterations, int at, int cols) {
        for (int i = 0; i < iterations; i++) {
            float before = grid.zero[k];
            int iteration = i;
            double sum = step(x, from, count, grid, k);
            if (trace.isOn()) {
                int left = shrunk;
                trace.add(() -> new HqqIteration(at / cols, at % cols, iteration, before, (float) (sum / count), left));
            }
        }
        Grids.place(spec.rule(), spec.scaleType(), grid, k, grid.zero[k], grid.by[k]);
    }

    private int shrunk;
    private float[] next = new float[0];

    /** One iteration: gives group k its next zero and returns the sum of |r| with the zero before. */
    double step(float[] x, int from, int count, Grid grid, int k) {
        float zero = grid.zero[k];
        float inverse = grid.by[k];
        float min = grid.fieldMin;
        float max = grid.fieldMax;
        double errors = 0;
        if (next.length < count) {
            next = new float[count];
        }
        shrunk = 0;
        for (int i = from; i < from + count; i++) {
            float w = x[i];
            float q = (float) Math.rint(w * inverse + zero);
            q = q < min ? min : q > max ? max : q;
            float r = w - (q - zero) / inverse;
            float magnitude = Math.abs(r);
            errors += magnitude;
            if (magnitude > NOTHING_LEFT) {
                float left = magnitude - WEIGHT * (float) StrictMath.pow(magnitude, POWER);
                if (left > 0) {
                    w -= r < 0 ? -left : left;
                    shrunk++;
                }
            }
            next[i - from] = q - w * inverse;
        }
        grid.zero[k] = TorchMean.of(next, count);
        return errors;
    }
}
