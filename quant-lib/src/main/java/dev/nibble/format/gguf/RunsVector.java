package dev.nibble.format.gguf;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Runs of weights that are searched together, one in each lane, so that every sum of a run keeps its order. They are
 * transposed; what a lane knows stands in rows of a state array, because kernels that hand vectors to each other are
 * boxed in some JVMs.
 */
final class RunsVector {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final int LANES = F.length();

    /** 1.5 · 2^23: adding it leaves the nearest integer, ties to even, in the low bits. */
    static final float MAGIC = 0x1.8p23f;
    /** What the low 23 bits then hold for the integer 0, and what stands above them. */
    static final int ZERO = 0x400000;

    static final int LOW_BITS = 0x7fffff;
    static final int EXPONENT = 0x4B000000;

    // Rows of the state: one number per lane each.
    /** The minimum of the best candidate, where the next one begins. */
    static final int LOW = 0;

    static final int HIGH = LANES;
    static final int SUM_W = 2 * LANES;
    static final int SUM_X = 3 * LANES;
    static final int BEST_SO_FAR = 4 * LANES;
    static final int SCALE = 5 * LANES;
    static final int ORIGIN = 6 * LANES;
    static final int INVERSE = 7 * LANES;
    static final int TRIED_SCALE = 8 * LANES;
    static final int TRIED_MIN = 9 * LANES;
    static final int TRIED_INVERSE = 10 * LANES;
    /** Positive if the candidate is one. */
    static final int VALID = 11 * LANES;

    /** Not 0 if the run has no scale; its lane works on numbers that do no harm. */
    static final int EMPTY = 12 * LANES;

    static final int ERROR = 13 * LANES;
    static final int ROWS = 14 * LANES;
    // The symmetric searches use these instead.
    static final int MAX = LOW;
    static final int SUM_LX = SUM_W;
    static final int SUM_L2 = SUM_X;

    private static final IntVector EVENS =
            IntVector.zero(IntVector.SPECIES_PREFERRED).addIndex(2);
    private static final IntVector ODDS = EVENS.add(1);

    /** Weights of a run: 16 or 32. */
    final int n;

    // Weight i of the run in lane l stands at i · LANES + l.
    final float[] xt;
    final float[] wt;
    final float[] wxt;
    final float[] lt;
    final float[] state = new float[ROWS];
    private final float[] room;

    RunsVector(int n) {
        this.n = n;
        xt = new float[n * LANES];
        wt = new float[n * LANES];
        wxt = new float[n * LANES];
        lt = new float[n * LANES];
        room = new float[n * LANES];
    }

    /** Weight i of run k, {@code x[from + k · n + i]}, to {@code i · LANES + k}. Lanes behind the last run get zeros. */
    void transpose(int runs, float[] x, int from, float[] to) {
        if (LANES == 16 && runs == LANES) { // narrower machines take two vectors apart in many steps
            unzip(x, from, to);
            return;
        }
        for (int lane = 0; lane < LANES; lane++) {
            int at = from + lane * n;
            for (int i = 0; i < n; i++) {
                to[i * LANES + lane] = lane < runs ? x[at + i] : 0;
            }
        }
    }

    /**
     * Transposes: numbers at even places to the first half and those at odd places to the second moves the lowest bit
     * of a place to its top, and the bits of i stand on top after as many steps as there are.
     */
    private void unzip(float[] x, int from, float[] to) {
        int steps = Integer.numberOfTrailingZeros(n);
        unzipOnce(x, from, steps % 2 == 0 ? room : to, n * LANES);
        for (int step = 1; step < steps; step++) {
            boolean intoRoom = (steps - step) % 2 == 0;
            unzipOnce(intoRoom ? to : room, 0, intoRoom ? room : to, n * LANES);
        }
    }

    private static void unzipOnce(float[] x, int from, float[] to, int count) {
        for (int i = 0; i < count / 2; i += LANES) {
            IntVector a = FloatVector.fromArray(F, x, from + 2 * i).reinterpretAsInts();
            IntVector b = FloatVector.fromArray(F, x, from + 2 * i + LANES).reinterpretAsInts();
            EVENS.selectFrom(a, b).reinterpretAsFloats().intoArray(to, i);
            ODDS.selectFrom(a, b).reinterpretAsFloats().intoArray(to, count / 2 + i);
        }
    }

    static void squares(int n, float[] xt, float[] wt) {
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector x = FloatVector.fromArray(F, xt, i);
            x.mul(x).intoArray(wt, i);
        }
    }

    /** The first largest magnitude of every run, with its sign, and weight · x of every weight. */
    static void largest(int n, float[] xt, float[] wt, float[] wxt, float[] state) {
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
}
