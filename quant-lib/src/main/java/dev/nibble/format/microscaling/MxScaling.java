package dev.nibble.format.microscaling;

import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.minifloat.FloatElement;
import dev.nibble.format.minifloat.Scaling;
import dev.nibble.tensor.Matrix;
import java.util.List;
import java.util.Locale;

/**
 * One power of two per 32 weights, stored as E8M0: byte b is 2^(b - 127), 255 is not a number.
 *
 * @param evenMantissa bits that {@link ScaleRule#EVEN} rounds to
 */
record MxScaling(FloatElement element, ScaleRule rule, MxSystem system, int evenMantissa) implements Scaling {
    static final int BLOCK = 32;

    @Override
    public int group(int cols) {
        return Math.min(BLOCK, cols);
    }

    @Override
    public int bytes() {
        return 1;
    }

    @Override
    public String encoding() {
        return "E8M0";
    }

    /** By a power of two it is all one; the loop for other ties than to even only divides. */
    @Override
    public boolean divides() {
        return !element.isPlain();
    }

    private int exponent(float amax) {
        return system.floatLogarithm() && rule == ScaleRule.RCEIL
                ? ScaleRule.ceilLog2f(amax / element.max())
                : rule.exponent(amax, element, evenMantissa);
    }

    @Override
    public int fit(float[] absmax, int n, float tensor, byte[] scales, int at) {
        for (int i = 0; i < n; i++) {
            int exponent = Math.max(-127, exponent(absmax[i]));
            if (absmax[i] >= 0x1p126f && !holds(absmax[i], exponent)) {
                return i;
            }
            scales[at + i] = (byte) (exponent + 127);
        }
        return -1;
    }

    /** Whether the largest weight of a block decodes to a number. */
    private boolean holds(float amax, int exponent) {
        if (exponent > 127) {
            return false;
        }
        float scale = power(exponent + 127);
        return Float.isFinite(element.value(element.code(amax / scale)) * scale);
    }

    @Override
    public IllegalArgumentException refusal(Matrix w, int from, int count, float absmax, float tensor, Recipe recipe) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s: the weights of row %d, columns %d to %d reach %g, and would decode to infinity under %s; scale them down, or take the rule floor",
                w.name(),
                from / w.cols(),
                from % w.cols(),
                from % w.cols() + count - 1,
                absmax,
                recipe));
    }

    @Override
    public void operands(byte[] scales, int at, int n, float tensor, float[] out) {
        if (divides()) {
            factors(scales, at, n, tensor, out);
            return;
        }
        float smallest = system.ofSmallest(rule);
        for (int i = 0; i < n; i++) {
            int b = scales[at + i] & 0xff;
            out[i] = b == 0 ? smallest : b == 255 ? Float.NaN : power(254 - b);
        }
    }

    @Override
    public void factors(byte[] scales, int at, int n, float tensor, float[] out) {
        for (int i = 0; i < n; i++) {
            out[i] = power(scales[at + i] & 0xff);
        }
    }

    /** The number of an E8M0 byte. */
    private static float power(int b) {
        return Float.intBitsToFloat(b == 0 ? 0x00400000 : b == 255 ? 0x7fc00000 : b << 23);
    }

    @Override
    public float wanted(float absmax, float tensor) {
        return (float) Math.scalb(1.0, exponent(absmax));
    }

    @Override
    public ScaleSet storable(float tensor) {
        double[] powers = new double[255];
        for (int b = 0; b < powers.length; b++) {
            powers[b] = power(b);
        }
        return ScaleSet.of("powers of two", powers);
    }

    @Override
    public double reach(byte[] scales, int at, float tensor) {
        // A logarithm that was rounded to float32 before ceil may leave the largest weight 2^-17 beyond.
        double slack = system.floatLogarithm() ? 1 + 0x1p-16 : 1;
        return rule.reach(element, evenMantissa) * slack * power(scales[at] & 0xff);
    }

    @Override
    public List<Trace.Step> tell(Matrix w, int from, int count, float absmax) {
        return List.of(SharedExponents.of(w, from, count, absmax, element));
    }

    @Override
    public void requireColumns(int cols, Recipe recipe) {
        if (system.wholeBlocks() && cols % BLOCK != 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s takes rows of a multiple of %d weights, as %s does, and these have %d; without \"%s\" a shorter last block is allowed",
                    recipe,
                    BLOCK,
                    system.title(),
                    cols,
                    system.word()));
        }
    }

    @Override
    public String note(int cols) {
        String note = Blocks.note(BLOCK, cols);
        return note.isEmpty() ? "" : note + " (as if filled up with zeros)";
    }
}
