package dev.nibble.format.gguf;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link SearchesScalar} on the vector unit, bit for bit: a lane is a run of weights, so that every sum of a run keeps
 * its order. Runs are transposed, as many as there are lanes; what a lane knows stands in rows of a state array, because
 * kernels that hand vectors to each other are boxed in some JVMs.
 */
final class SearchesVector implements Searches {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** As many bytes as there are lanes; the narrowest byte vector has 8, more than a 128-bit machine has lanes. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));

    private static final SearchesScalar SCALAR = new SearchesScalar(null);
    /** 1.5 · 2^23: adding it leaves the nearest integer, ties to even, in the low bits. */
    private static final float MAGIC = 0x1.8p23f;
    /** What the low 23 bits then hold for the integer 0, and what stands above them. */
    private static final int ZERO = 0x400000;

    private static final int LOW_BITS = 0x7fffff;
    private static final int EXPONENT = 0x4B000000;

    // Rows of the state: one number per lane each.
    /** The minimum of the best candidate, where the next one begins. */
    private static final int LOW = 0;

    private static final int HIGH = LANES;
    private static final int SUM_W = 2 * LANES;
    private static final int SUM_X = 3 * LANES;
    private static final int BEST = 4 * LANES;
    private static final int SCALE = 5 * LANES;
    private static final int ORIGIN = 6 * LANES;
    private static final int INVERSE = 7 * LANES;
    private static final int TRIED_SCALE = 8 * LANES;
    private static final int TRIED_MIN = 9 * LANES;
    private static final int TRIED_INVERSE = 10 * LANES;
    /** Positive if the candidate is one. */
    private static final int VALID = 11 * LANES;

    /** Not 0 if the run has no scale; its lane works on numbers that do no harm. */
    private static final int EMPTY = 12 * LANES;

    private static final int ERROR = 13 * LANES;
    private static final int ROWS = 14 * LANES;
    // The symmetric searches use these instead.
    private static final int MAX = LOW;
    private static final int SUM_LX = SUM_W;
    private static final int SUM_L2 = SUM_X;

    /** Whether one thread alone calls this, so that groups can be kept. */
    private final boolean own;

    private Group first;
    private Group second;

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

    private Group first(int n) {
        if (!own) {
            return new Group(n);
        }
        if (first == null || first.n != n) {
            first = new Group(n);
        }
        return first;
    }

    private Group second(int n) {
        if (!own) {
            return new Group(n);
        }
        if (second == null || second.n != n) {
            second = new Group(n);
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
        Group group = first(n);
        float[] xt = group.xt;
        float[] wt = group.wt;
        float[] lt = group.lt;
        float[] state = group.state;
        for (int k = 0; k < count; k += LANES) {
            int runs = Math.min(LANES, count - k);
            transpose(n, runs, x, from + k * n, xt);
            transpose(n, runs, weights, k * n, wt);
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

    private static void transpose(int n, int runs, float[] x, int from, float[] xt) {
        for (int lane = 0; lane < LANES; lane++) {
            int at = from + lane * n;
            for (int i = 0; i < n; i++) {
                xt[i * LANES + lane] = lane < runs ? x[at + i] : 0;
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
        FloatVector best = FloatVector.fromArray(F, state, BEST);
        VectorMask<Float> better = error.compare(VectorOperators.LT, best)
                .and(FloatVector.fromArray(F, state, VALID).compare(VectorOperators.GT, 0))
                .or(F.maskAll(first));
        best.blend(error, better).intoArray(state, BEST);
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
        Group group = first(n);
        float[] xt = group.xt;
        float[] wt = group.wt;
        float[] wxt = group.wxt;
        float[] state = group.state;
        for (int k = 0; k < count; k += LANES) {
            int runs = Math.min(LANES, count - k);
            transpose(n, runs, x, from + k * n, xt);
            if (weights == null) {
                squares(n, xt, wt);
            } else {
                transpose(n, runs, weights, weightsFrom + k * n, wt);
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

    private static void squares(int n, float[] xt, float[] wt) {
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector x = FloatVector.fromArray(F, xt, i);
            x.mul(x).intoArray(wt, i);
        }
    }

    /** The first largest magnitude of every run, with its sign, and weight · x of every weight. */
    private static void largest(int n, float[] xt, float[] wt, float[] wxt, float[] state) {
        FloatVector largest = FloatVector.zero(F);
        FloatVector max = FloatVector.zero(F);
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector x = FloatVector.fromArray(F, xt, i);
            FloatVector magnitude = x.abs();
            VectorMask<Float> larger = magnitude.compare(VectorOperators.GT, largest);
            largest = largest.blend(magnitude, larger);
            max = max.blend(x, larger);
            FloatVector.fromArray(F, wt, i).mul(x).intoArray(wxt, i);
        }
        VectorMask<Float> empty = largest.compare(VectorOperators.LT, ScaleSearch.NOTHING);
        max.blend(1, empty).intoArray(state, MAX);
        FloatVector.zero(F).blend(1, empty).intoArray(state, EMPTY);
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
        scale.mul(sumLx).intoArray(state, BEST);
        FloatVector.fromArray(F, state, TRIED_INVERSE).intoArray(state, INVERSE);
    }

    private static void keepBetter(float[] state) {
        FloatVector sumLx = FloatVector.fromArray(F, state, SUM_LX);
        FloatVector sumL2 = FloatVector.fromArray(F, state, SUM_L2);
        FloatVector best = FloatVector.fromArray(F, state, BEST);
        VectorMask<Float> better =
                sumLx.mul(sumLx).compare(VectorOperators.GT, best.mul(sumL2)).and(sumL2.compare(VectorOperators.GT, 0));
        FloatVector scale = sumLx.div(sumL2);
        best.blend(scale.mul(sumLx), better).intoArray(state, BEST);
        FloatVector.fromArray(F, state, SCALE).blend(scale, better).intoArray(state, SCALE);
        FloatVector.fromArray(F, state, INVERSE)
                .blend(FloatVector.fromArray(F, state, TRIED_INVERSE), better)
                .intoArray(state, INVERSE);
    }

    /**
     * Two groups of lanes at a time: each step of a group waits for the one before it, through a division, and the other
     * group's steps fill the gaps.
     */
    @Override
    public void descent(int n, int nmax, int count, float[] x, int from, float[] scales) {
        Group a = first(n);
        Group b = second(n);
        for (int k = 0; k < count; k += 2 * LANES) {
            int first = Math.min(LANES, count - k);
            int second = Math.min(LANES, count - k - first);
            begin(n, nmax, first, x, from + k * n, a);
            begin(n, nmax, second, x, from + (k + first) * n, b);
            int round = 0;
            while (round < 5 && moved(n, nmax, a, b)) {
                round++;
            }
            end(first, a, k, scales);
            end(second, b, k + first, scales);
        }
    }

    /** What a group of lanes works with. */
    private static final class Group {
        final int n;
        final float[] xt;
        final float[] wt;
        final float[] wxt;
        final float[] lt;
        final float[] state = new float[ROWS];

        Group(int n) {
            this.n = n;
            xt = new float[n * LANES];
            wt = new float[n * LANES];
            wxt = new float[n * LANES];
            lt = new float[n * LANES];
        }
    }

    private static void begin(int n, int nmax, int runs, float[] x, int from, Group group) {
        transpose(n, runs, x, from, group.xt);
        squares(n, group.xt, group.wt);
        largest(n, group.xt, group.wt, group.wxt, group.state);
        start(n, nmax, group.xt, group.wt, group.wxt, group.lt, group.state);
    }

    private static void end(int runs, Group group, int k, float[] scales) {
        float[] state = group.state;
        for (int lane = 0; lane < runs; lane++) {
            boolean empty = state[EMPTY + lane] != 0;
            float sumL2 = state[SUM_L2 + lane];
            scales[k + lane] = !empty && sumL2 > 0 ? state[SUM_LX + lane] / sumL2 : 0;
        }
    }

    /** The codes of the plain grid, and the sums over them. */
    private static void start(int n, int nmax, float[] xt, float[] wt, float[] wxt, float[] lt, float[] state) {
        FloatVector inverse = FloatVector.broadcast(F, -nmax).div(FloatVector.fromArray(F, state, MAX));
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
            l.intoArray(lt, i);
            sumLx = sumLx.add(FloatVector.fromArray(F, wxt, i).mul(l));
            sumL2 = sumL2.add(FloatVector.fromArray(F, wt, i).mul(l).mul(l));
        }
        sumLx.intoArray(state, SUM_LX);
        sumL2.intoArray(state, SUM_L2);
    }

    /** One round of moving codes; whether any moved in any lane. A lane that is done stays as it is. */
    private static boolean moved(int n, int nmax, Group a, Group b) {
        FloatVector sumLxa = FloatVector.fromArray(F, a.state, SUM_LX);
        FloatVector sumL2a = FloatVector.fromArray(F, a.state, SUM_L2);
        FloatVector sumLxb = FloatVector.fromArray(F, b.state, SUM_LX);
        FloatVector sumL2b = FloatVector.fromArray(F, b.state, SUM_L2);
        boolean moved = false;
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector xa = FloatVector.fromArray(F, a.xt, i);
            FloatVector wa = FloatVector.fromArray(F, a.wt, i);
            FloatVector wxa = FloatVector.fromArray(F, a.wxt, i);
            FloatVector olda = FloatVector.fromArray(F, a.lt, i);
            FloatVector lxa = sumLxa.sub(wxa.mul(olda));
            FloatVector l2a = sumL2a.sub(wa.mul(olda).mul(olda));
            FloatVector la = xa.mul(l2a)
                    .div(lxa)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO - nmax)
                    .min(ZERO + nmax - 1)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC);
            long othersa = la.compare(VectorOperators.NE, olda)
                    .and(lxa.compare(VectorOperators.GT, 0))
                    .toLong();
            if (othersa != 0) { // rare after the first rounds: the next step need not wait for this one
                FloatVector newLxa = lxa.add(wxa.mul(la));
                FloatVector newL2a = l2a.add(wa.mul(la).mul(la));
                VectorMask<Float> bettera = newL2a.compare(VectorOperators.GT, 0)
                        .and(VectorMask.fromLong(F, othersa))
                        .and(newLxa.mul(newLxa)
                                .mul(sumL2a)
                                .compare(VectorOperators.GT, sumLxa.mul(sumLxa).mul(newL2a)));
                sumLxa = sumLxa.blend(newLxa, bettera);
                sumL2a = sumL2a.blend(newL2a, bettera);
                olda.blend(la, bettera).intoArray(a.lt, i);
                moved |= bettera.anyTrue();
            }
            FloatVector xb = FloatVector.fromArray(F, b.xt, i);
            FloatVector wb = FloatVector.fromArray(F, b.wt, i);
            FloatVector wxb = FloatVector.fromArray(F, b.wxt, i);
            FloatVector oldb = FloatVector.fromArray(F, b.lt, i);
            FloatVector lxb = sumLxb.sub(wxb.mul(oldb));
            FloatVector l2b = sumL2b.sub(wb.mul(oldb).mul(oldb));
            FloatVector lb = xb.mul(l2b)
                    .div(lxb)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO - nmax)
                    .min(ZERO + nmax - 1)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC);
            long othersb = lb.compare(VectorOperators.NE, oldb)
                    .and(lxb.compare(VectorOperators.GT, 0))
                    .toLong();
            if (othersb != 0) { // rare after the first rounds: the next step need not wait for this one
                FloatVector newLxb = lxb.add(wxb.mul(lb));
                FloatVector newL2b = l2b.add(wb.mul(lb).mul(lb));
                VectorMask<Float> betterb = newL2b.compare(VectorOperators.GT, 0)
                        .and(VectorMask.fromLong(F, othersb))
                        .and(newLxb.mul(newLxb)
                                .mul(sumL2b)
                                .compare(VectorOperators.GT, sumLxb.mul(sumLxb).mul(newL2b)));
                sumLxb = sumLxb.blend(newLxb, betterb);
                sumL2b = sumL2b.blend(newL2b, betterb);
                oldb.blend(lb, betterb).intoArray(b.lt, i);
                moved |= betterb.anyTrue();
            }
        }
        sumLxa.intoArray(a.state, SUM_LX);
        sumL2a.intoArray(a.state, SUM_L2);
        sumLxb.intoArray(b.state, SUM_LX);
        sumL2b.intoArray(b.state, SUM_L2);
        return moved;
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
