package dev.nibble.format.gguf;

import static dev.nibble.format.gguf.RunsVector.BEST_SO_FAR;
import static dev.nibble.format.gguf.RunsVector.EMPTY;
import static dev.nibble.format.gguf.RunsVector.EXPONENT;
import static dev.nibble.format.gguf.RunsVector.F;
import static dev.nibble.format.gguf.RunsVector.INVERSE;
import static dev.nibble.format.gguf.RunsVector.LANES;
import static dev.nibble.format.gguf.RunsVector.LOW_BITS;
import static dev.nibble.format.gguf.RunsVector.MAGIC;
import static dev.nibble.format.gguf.RunsVector.MAX;
import static dev.nibble.format.gguf.RunsVector.SCALE;
import static dev.nibble.format.gguf.RunsVector.SUM_L2;
import static dev.nibble.format.gguf.RunsVector.SUM_LX;
import static dev.nibble.format.gguf.RunsVector.TRIED_INVERSE;
import static dev.nibble.format.gguf.RunsVector.ZERO;
import static dev.nibble.format.gguf.RunsVector.largest;
import static dev.nibble.format.gguf.RunsVector.squares;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link SearchesScalar} on the vector unit, bit for bit: a lane is a run of weights ({@link RunsVector}), and the
 * candidates of a search are tried one after the other.
 */
final class SearchesVector implements Searches {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    /** As many bytes as there are lanes; the narrowest byte vector has 8, more than a 128-bit machine has lanes. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));

    private static final SearchesScalar SCALAR = new SearchesScalar(null);
    /** Whether one thread alone calls this, so that groups can be kept. */
    private final boolean own;

    private RunsVector first;
    private RunsVector second;

    SearchesVector() {
        this(false);
    }

    private SearchesVector(boolean own) {
        this.own = own;
    }

    @Override
    public Searches own() {
        return new SearchesVector(true);
    }

    private RunsVector first(int n) {
        if (!own) {
            return new RunsVector(n);
        }
        if (first == null || first.n != n) {
            first = new RunsVector(n);
        }
        return first;
    }

    private RunsVector second(int n) {
        if (!own) {
            return new RunsVector(n);
        }
        if (second == null || second.n != n) {
            second = new RunsVector(n);
        }
        return second;
    }

    @Override
    public void affine(
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
        AffineSearchVector.search(first(n), n, grid, count, x, from, weights, scales, mins, inverses, origins);
    }

    @Override
    public void descent(int n, int nmax, int count, float[] x, int from, float[] scales) {
        DescentVector.search(first(n), second(n), n, nmax, count, x, from, scales);
    }

    @Override
    public void symmetric(
            int n,
            int nmax,
            int count,
            float[] x,
            int from,
            float[] weights,
            int weightsFrom,
            float[] scales,
            float[] inverses) {
        RunsVector group = first(n);
        float[] xt = group.xt;
        float[] wt = group.wt;
        float[] wxt = group.wxt;
        float[] state = group.state;
        for (int k = 0; k < count; k += LANES) {
            int runs = Math.min(LANES, count - k);
            group.transpose(runs, x, from + k * n, xt);
            if (weights == null) {
                squares(n, xt, wt);
            } else {
                group.transpose(runs, weights, weightsFrom + k * n, wt);
            }
            largest(n, xt, wt, wxt, state);
            candidate(n, nmax, -nmax, xt, wt, wxt, state);
            keepFirst(state);
            for (int step = -9; step <= 9; step++) {
                if (step != 0) {
                    candidate(n, nmax, -(nmax + 0.1f * step), xt, wt, wxt, state);
                    keepBetter(state);
                }
            }
            for (int lane = 0; lane < runs; lane++) {
                boolean empty = state[EMPTY + lane] != 0;
                scales[k + lane] = empty ? 0 : state[SCALE + lane];
                inverses[k + lane] = empty ? 0 : state[INVERSE + lane];
            }
        }
    }

    /** Sums over the codes of a candidate. */
    private static void candidate(
            int n, int nmax, float numerator, float[] xt, float[] wt, float[] wxt, float[] state) {
        FloatVector inverse = FloatVector.broadcast(F, numerator).div(FloatVector.fromArray(F, state, MAX));
        FloatVector sumLx = FloatVector.zero(F);
        FloatVector sumL2 = FloatVector.zero(F);
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector l = FloatVector.fromArray(F, xt, i)
                    .mul(inverse)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO - nmax)
                    .min(ZERO + nmax - 1)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC);
            sumLx = sumLx.add(FloatVector.fromArray(F, wxt, i).mul(l));
            sumL2 = sumL2.add(FloatVector.fromArray(F, wt, i).mul(l).mul(l));
        }
        sumLx.intoArray(state, SUM_LX);
        sumL2.intoArray(state, SUM_L2);
        inverse.intoArray(state, TRIED_INVERSE);
    }

    private static void keepFirst(float[] state) {
        FloatVector sumLx = FloatVector.fromArray(F, state, SUM_LX);
        FloatVector sumL2 = FloatVector.fromArray(F, state, SUM_L2);
        FloatVector scale = sumLx.div(sumL2).blend(0, sumL2.compare(VectorOperators.EQ, 0));
        scale.intoArray(state, SCALE);
        scale.mul(sumLx).intoArray(state, BEST_SO_FAR);
        FloatVector.fromArray(F, state, TRIED_INVERSE).intoArray(state, INVERSE);
    }

    private static void keepBetter(float[] state) {
        FloatVector sumLx = FloatVector.fromArray(F, state, SUM_LX);
        FloatVector sumL2 = FloatVector.fromArray(F, state, SUM_L2);
        FloatVector best = FloatVector.fromArray(F, state, BEST_SO_FAR);
        VectorMask<Float> better =
                sumLx.mul(sumLx).compare(VectorOperators.GT, best.mul(sumL2)).and(sumL2.compare(VectorOperators.GT, 0));
        FloatVector scale = sumLx.div(sumL2);
        best.blend(scale.mul(sumLx), better).intoArray(state, BEST_SO_FAR);
        FloatVector.fromArray(F, state, SCALE).blend(scale, better).intoArray(state, SCALE);
        FloatVector.fromArray(F, state, INVERSE)
                .blend(FloatVector.fromArray(F, state, TRIED_INVERSE), better)
                .intoArray(state, INVERSE);
    }

    @Override
    public void narrow(int[] codes, byte[] bytes) {
        if (B.length() > LANES) { // a store would write more bytes than there are codes
            SCALAR.narrow(codes, bytes);
            return;
        }
        for (int i = 0; i < codes.length; i += LANES) {
            ((ByteVector) IntVector.fromArray(I, codes, i).castShape(B, 0)).intoArray(bytes, i);
        }
    }

    @Override
    public void round(
            int n,
            int count,
            float[] x,
            int from,
            float[] adds,
            float[] divisors,
            int low,
            int high,
            int offset,
            int[] codes) {
        for (int k = 0; k < count; k++) {
            float divisor = divisors[k];
            float add = adds[k];
            if (divisor != 0) {
                for (int i = k * n; i < (k + 1) * n; i += LANES) {
                    FloatVector.fromArray(F, x, from + i)
                            .add(add)
                            .div(divisor)
                            .add(MAGIC)
                            .reinterpretAsInts()
                            .and(LOW_BITS)
                            .max(ZERO + low)
                            .min(ZERO + high)
                            .sub(ZERO - offset)
                            .intoArray(codes, i);
                }
            }
        }
    }
}
