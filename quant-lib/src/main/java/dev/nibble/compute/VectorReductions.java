package dev.nibble.compute;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Reductions} on the vector unit. On int bits, because float max has to care for NaN and runs 11 times slower. */
final class VectorReductions implements Reductions {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int MAGNITUDE = ScalarReductions.MAGNITUDE;
    private static final ScalarReductions TAIL = new ScalarReductions();

    VectorReductions() {}

    @Override
    public float absmax(float[] x, int from, int to) {
        int i = from;
        int max = 0;
        // Two accumulators, because one waits for itself. Only worth their reduction on long runs.
        if (to - from >= 4 * LANES) {
            IntVector m0 = bits(x, i);
            IntVector m1 = bits(x, i + LANES);
            for (i += 2 * LANES; i <= to - 2 * LANES; i += 2 * LANES) {
                m0 = m0.max(bits(x, i));
                m1 = m1.max(bits(x, i + LANES));
            }
            max = m0.max(m1).reduceLanes(VectorOperators.MAX);
        } else if (to - from >= LANES) {
            IntVector m = bits(x, i);
            for (i += LANES; i <= to - LANES; i += LANES) {
                m = m.max(bits(x, i));
            }
            max = m.reduceLanes(VectorOperators.MAX);
        }
        return i == to
                ? Float.intBitsToFloat(max)
                : Float.intBitsToFloat(Math.max(max, Float.floatToRawIntBits(TAIL.absmax(x, i, to))));
    }

    @Override
    public void absmax(float[] x, int from, int to, int block, float[] out, int at) {
        for (int i = from, k = at; i < to; i += Math.min(block, to - i), k++) {
            out[k] = absmax(x, i, i + Math.min(block, to - i));
        }
    }

    @Override
    public float min(float[] x, int from, int to) {
        int i = from;
        int min = ScalarReductions.ordered(Float.POSITIVE_INFINITY);
        if (to - from >= LANES) {
            IntVector m = ordered(x, i);
            for (i += LANES; i <= to - LANES; i += LANES) {
                m = m.min(ordered(x, i));
            }
            min = Math.min(min, m.reduceLanes(VectorOperators.MIN));
        }
        return ScalarReductions.value(Math.min(min, ScalarReductions.ordered(TAIL.min(x, i, to))));
    }

    @Override
    public float max(float[] x, int from, int to) {
        int i = from;
        int max = ScalarReductions.ordered(Float.NEGATIVE_INFINITY);
        if (to - from >= LANES) {
            IntVector m = ordered(x, i);
            for (i += LANES; i <= to - LANES; i += LANES) {
                m = m.max(ordered(x, i));
            }
            max = Math.max(max, m.reduceLanes(VectorOperators.MAX));
        }
        return ScalarReductions.value(Math.max(max, ScalarReductions.ordered(TAIL.max(x, i, to))));
    }

    private static IntVector bits(float[] x, int i) {
        return FloatVector.fromArray(F, x, i).reinterpretAsInts().and(MAGNITUDE);
    }

    private static IntVector ordered(float[] x, int i) {
        IntVector bits = FloatVector.fromArray(F, x, i).reinterpretAsInts();
        return bits.lanewise(
                VectorOperators.XOR, bits.lanewise(VectorOperators.ASHR, 31).and(MAGNITUDE));
    }
}
