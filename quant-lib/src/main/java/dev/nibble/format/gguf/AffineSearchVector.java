package dev.nibble.format.gguf;

import static dev.nibble.format.gguf.RunsVector.BEST_SO_FAR;
import static dev.nibble.format.gguf.RunsVector.EMPTY;
import static dev.nibble.format.gguf.RunsVector.ERROR;
import static dev.nibble.format.gguf.RunsVector.EXPONENT;
import static dev.nibble.format.gguf.RunsVector.F;
import static dev.nibble.format.gguf.RunsVector.HIGH;
import static dev.nibble.format.gguf.RunsVector.INVERSE;
import static dev.nibble.format.gguf.RunsVector.LANES;
import static dev.nibble.format.gguf.RunsVector.LOW;
import static dev.nibble.format.gguf.RunsVector.LOW_BITS;
import static dev.nibble.format.gguf.RunsVector.MAGIC;
import static dev.nibble.format.gguf.RunsVector.ORIGIN;
import static dev.nibble.format.gguf.RunsVector.SCALE;
import static dev.nibble.format.gguf.RunsVector.SUM_W;
import static dev.nibble.format.gguf.RunsVector.SUM_X;
import static dev.nibble.format.gguf.RunsVector.TRIED_INVERSE;
import static dev.nibble.format.gguf.RunsVector.TRIED_MIN;
import static dev.nibble.format.gguf.RunsVector.TRIED_SCALE;
import static dev.nibble.format.gguf.RunsVector.VALID;
import static dev.nibble.format.gguf.RunsVector.ZERO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link ScaleSearch#affine} on the vector unit, bit for bit. */
final class AffineSearchVector {
    private AffineSearchVector() {}

    /** As {@link Searches#affine}. */
    static void search(
            RunsVector room,
            int n,
            ScaleSearch.Affine grid,
            int count,
            float[] x,
            int from,
            float[] weights,
            float[] scales,
            float[] mins,
            float[] inverses,
            float[] origins) {
        float[] xt = room.xt;
        float[] wt = room.wt;
        float[] lt = room.lt;
        float[] state = room.state;
        for (int k = 0; k < count; k += LANES) {
            int runs = Math.min(LANES, count - k);
            room.transpose(runs, x, from + k * n, xt);
            room.transpose(runs, weights, k * n, wt);
            range(n, xt, wt, state);
            for (int step = -1; step <= grid.steps(); step++) {
                if (step < 0) {
                    plain(n, grid.nmax(), xt, lt, state);
                } else {
                    fit(n, grid.nmax(), grid.first() + grid.delta() * step + grid.nmax(), xt, wt, lt, state);
                }
                if (grid.absolute()) {
                    leastAbsolute(n, xt, wt, lt, state);
                } else {
                    leastSquares(n, xt, wt, lt, state);
                }
                keep(step < 0, state);
            }
            for (int lane = 0; lane < runs; lane++) {
                boolean empty = state[EMPTY + lane] != 0;
                scales[k + lane] = empty ? 0 : state[SCALE + lane];
                mins[k + lane] = -state[(empty ? ORIGIN : LOW) + lane];
                inverses[k + lane] = empty ? 0 : state[INVERSE + lane];
                origins[k + lane] = state[ORIGIN + lane];
            }
        }
    }

    /** Range and sums of every run. */
    private static void range(int n, float[] xt, float[] wt, float[] state) {
        FloatVector low = FloatVector.fromArray(F, xt, 0);
        FloatVector high = low;
        FloatVector sumW = FloatVector.fromArray(F, wt, 0);
        FloatVector sumX = sumW.mul(low);
        for (int i = LANES; i < n * LANES; i += LANES) {
            FloatVector x = FloatVector.fromArray(F, xt, i);
            FloatVector w = FloatVector.fromArray(F, wt, i);
            low = low.blend(x, x.compare(VectorOperators.LT, low));
            high = high.blend(x, x.compare(VectorOperators.GT, high));
            sumW = sumW.add(w);
            sumX = sumX.add(w.mul(x));
        }
        low = low.blend(0, low.compare(VectorOperators.GT, 0));
        VectorMask<Float> empty = high.compare(VectorOperators.LE, low);
        low.intoArray(state, LOW);
        high.blend(low.add(1), empty).intoArray(state, HIGH);
        low.intoArray(state, ORIGIN);
        sumW.intoArray(state, SUM_W);
        sumX.intoArray(state, SUM_X);
        FloatVector.zero(F).blend(1, empty).intoArray(state, EMPTY);
    }

    /** Codes under the plain grid: scale 1 / inverse, minimum as it is. */
    private static void plain(int n, int nmax, float[] xt, float[] lt, float[] state) {
        FloatVector low = FloatVector.fromArray(F, state, LOW);
        FloatVector range = FloatVector.fromArray(F, state, HIGH).sub(low);
        FloatVector inverse = FloatVector.broadcast(F, nmax).div(range);
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector.fromArray(F, xt, i)
                    .sub(low)
                    .mul(inverse)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO)
                    .min(ZERO + nmax)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC)
                    .intoArray(lt, i);
        }
        low.intoArray(state, TRIED_MIN);
        inverse.intoArray(state, TRIED_INVERSE);
        FloatVector.broadcast(F, 1).div(inverse).intoArray(state, TRIED_SCALE);
    }

    /** Codes of a candidate, and the scale and minimum of weighted least squares for them. */
    private static void fit(int n, int nmax, float numerator, float[] xt, float[] wt, float[] lt, float[] state) {
        FloatVector low = FloatVector.fromArray(F, state, LOW);
        FloatVector range = FloatVector.fromArray(F, state, HIGH).sub(low);
        FloatVector inverse = FloatVector.broadcast(F, numerator).div(range);
        FloatVector sumL = FloatVector.zero(F);
        FloatVector sumL2 = FloatVector.zero(F);
        FloatVector sumXl = FloatVector.zero(F);
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector x = FloatVector.fromArray(F, xt, i);
            FloatVector l = x.sub(low)
                    .mul(inverse)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO)
                    .min(ZERO + nmax)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC);
            l.intoArray(lt, i);
            FloatVector wl = FloatVector.fromArray(F, wt, i).mul(l);
            sumL = sumL.add(wl);
            sumL2 = sumL2.add(wl.mul(l));
            sumXl = sumXl.add(wl.mul(x));
        }
        FloatVector sumW = FloatVector.fromArray(F, state, SUM_W);
        FloatVector sumX = FloatVector.fromArray(F, state, SUM_X);
        FloatVector determinant = sumW.mul(sumL2).sub(sumL.mul(sumL));
        FloatVector scale = sumW.mul(sumXl).sub(sumX.mul(sumL)).div(determinant);
        FloatVector min = sumL2.mul(sumX).sub(sumL.mul(sumXl)).div(determinant);
        VectorMask<Float> above = min.compare(VectorOperators.GT, 0);
        min.blend(0, above).intoArray(state, TRIED_MIN);
        scale.blend(sumXl.div(sumL2), above).intoArray(state, TRIED_SCALE);
        inverse.intoArray(state, TRIED_INVERSE);
        determinant.intoArray(state, VALID);
    }

    // The two that follow differ in one operation; a choice inside the loop is compiled well in some JVMs and boxed in
    // others.

    private static void leastSquares(int n, float[] xt, float[] wt, float[] lt, float[] state) {
        FloatVector scale = FloatVector.fromArray(F, state, TRIED_SCALE);
        FloatVector min = FloatVector.fromArray(F, state, TRIED_MIN);
        FloatVector error = FloatVector.zero(F);
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector e = FloatVector.fromArray(F, lt, i).mul(scale).add(min).sub(FloatVector.fromArray(F, xt, i));
            error = error.add(FloatVector.fromArray(F, wt, i).mul(e.mul(e)));
        }
        error.intoArray(state, ERROR);
    }

    private static void leastAbsolute(int n, float[] xt, float[] wt, float[] lt, float[] state) {
        FloatVector scale = FloatVector.fromArray(F, state, TRIED_SCALE);
        FloatVector min = FloatVector.fromArray(F, state, TRIED_MIN);
        FloatVector error = FloatVector.zero(F);
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector e = FloatVector.fromArray(F, lt, i).mul(scale).add(min).sub(FloatVector.fromArray(F, xt, i));
            error = error.add(FloatVector.fromArray(F, wt, i).mul(e.abs()));
        }
        error.intoArray(state, ERROR);
    }

    /** Takes the candidate over where it is better, or everywhere if it is the first. */
    private static void keep(boolean first, float[] state) {
        FloatVector error = FloatVector.fromArray(F, state, ERROR);
        FloatVector best = FloatVector.fromArray(F, state, BEST_SO_FAR);
        VectorMask<Float> better = error.compare(VectorOperators.LT, best)
                .and(FloatVector.fromArray(F, state, VALID).compare(VectorOperators.GT, 0))
                .or(F.maskAll(first));
        best.blend(error, better).intoArray(state, BEST_SO_FAR);
        FloatVector low = FloatVector.fromArray(F, state, LOW);
        FloatVector.fromArray(F, state, ORIGIN).blend(low, better).intoArray(state, ORIGIN);
        low.blend(FloatVector.fromArray(F, state, TRIED_MIN), better).intoArray(state, LOW);
        FloatVector.fromArray(F, state, SCALE)
                .blend(FloatVector.fromArray(F, state, TRIED_SCALE), better)
                .intoArray(state, SCALE);
        FloatVector.fromArray(F, state, INVERSE)
                .blend(FloatVector.fromArray(F, state, TRIED_INVERSE), better)
                .intoArray(state, INVERSE);
    }
}
