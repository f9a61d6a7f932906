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

    VectorReductions() {}

    @Override
    public void absmax(float[] x, int from, int to, int block, float[] out, int at) {
        for (int i = from, k = at; i < to; k++) {
            int end = i + Math.min(block, to - i);
            int max = 0;
            if (end - i >= LANES) {
                IntVector highs = magnitudes(x, i);
                for (i += LANES; i <= end - LANES; i += LANES) {
                    highs = highs.max(magnitudes(x, i));
                }
                max = highs.reduceLanes(VectorOperators.MAX);
            }
            for (; i < end; i++) {
                max = Math.max(max, Float.floatToRawIntBits(x[i]) & MAGNITUDE);
            }
            out[k] = Float.intBitsToFloat(max);
        }
    }

    @Override
    public void extremes(float[] x, int from, int to, int block, float[] low, float[] high, int at) {
        for (int i = from, k = at; i < to; k++) {
            int end = i + Math.min(block, to - i);
            int min = Integer.MAX_VALUE;
            int max = Integer.MIN_VALUE;
            if (end - i >= LANES) {
                IntVector lows = ordered(x, i);
                IntVector highs = lows;
                for (i += LANES; i <= end - LANES; i += LANES) {
                    IntVector next = ordered(x, i);
                    lows = lows.min(next);
                    highs = highs.max(next);
                }
                min = lows.reduceLanes(VectorOperators.MIN);
                max = highs.reduceLanes(VectorOperators.MAX);
            }
            for (; i < end; i++) {
                min = Math.min(min, ScalarReductions.ordered(x[i]));
                max = Math.max(max, ScalarReductions.ordered(x[i]));
            }
            low[k] = ScalarReductions.value(min);
            high[k] = ScalarReductions.value(max);
        }
    }

    private static IntVector magnitudes(float[] x, int i) {
        return FloatVector.fromArray(F, x, i).reinterpretAsInts().and(MAGNITUDE);
    }

    private static IntVector ordered(float[] x, int i) {
        IntVector bits = FloatVector.fromArray(F, x, i).reinterpretAsInts();
        return bits.lanewise(
                VectorOperators.XOR, bits.lanewise(VectorOperators.ASHR, 31).and(MAGNITUDE));
    }
}
