package dev.nibble.format.microscaling;

import dev.nibble.core.Recipe;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.minifloat.FloatElement;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.format.minifloat.Scaling;
import dev.nibble.format.minifloat.Ties;
import dev.nibble.format.minifloat.ZeroSign;
import dev.nibble.tensor.Matrix;
import java.util.Locale;

/**
 * One E4M3 scale per 16 weights of E2M1, and mostly one float32 for the tensor.
 *
 * <pre>
 *   torchao   s2 = amax(tensor) / 2688        s = E4M3(amax / 6 / s2), 2^-6 to 448     code of w · (1 / s2 / s)
 *   ct        g = 1 / amax(tensor) · 2688     s = E4M3(amax / 6 · g), .125 for 0       code of w / (s / g)
 *   one                                       s = E4M3(amax / 6), 2^-6 to 448          code of w · (1 / s)
 * </pre>
 *
 * All in float32, in this order: 2688 is 448 · 6. Torch divides a Python number by a tensor as the tensor's reciprocal
 * times the number, so g is rounded twice. Sources: torchao's nvfp4_quantize; compressed-tensors'
 * calculate_qparams and generate_gparam.
 */
record Nvfp4Scaling(FloatElement element, Nvfp4System system) implements Scaling {
    static final int BLOCK = 16;
    private static final float SMALLEST_NORMAL = 0x1p-6f;
    private static final float LARGEST = 448;
    private static final float FULL = 448 * 6;
    /** Below it 1 / s2 / s would not be a number. */
    private static final float SMALLEST_TENSOR = 0x1p-120f;

    private static final FloatElement SCALES = FloatElement.of(Minifloat.E4M3FN, Ties.EVEN, ZeroSign.KEPT);
    /** What compressed-tensors stores for a scale that rounds to 0: 0.125. */
    private static final byte OF_ZERO = (byte) Minifloat.E4M3FN.encode(0.125f);

    private static final float[] E4M3 = Minifloat.E4M3FN.values();

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
        return "E4M3FN";
    }

    @Override
    public String tensorName() {
        return switch (system) {
            case TORCHAO -> "scale_2";
            case CT -> "global_scale";
            case ONE -> "";
        };
    }

    @Override
    public float tensor(float absmax) {
        return switch (system) {
            case TORCHAO -> absmax == 0 ? 1 : Math.max(absmax / FULL, SMALLEST_TENSOR);
            case CT -> {
                float global = 1 / Math.max(absmax, Float.MIN_NORMAL) * FULL;
                yield Float.isInfinite(global) ? 1 : global;
            }
            case ONE -> 1;
        };
    }

    @Override
    public boolean divides() {
        return system == Nvfp4System.CT;
    }

    @Override
    public float wanted(float absmax, float tensor) {
        return switch (system) {
            case TORCHAO, ONE -> absmax / 6 / tensor;
            case CT -> tensor * (absmax / 6);
        };
    }

    @Override
    public int fit(float[] absmax, int n, float tensor, byte[] scales, int at) {
        float least = system == Nvfp4System.CT ? 0 : SMALLEST_NORMAL;
        float[] wanted = new float[n];
        for (int i = 0; i < n; i++) {
            wanted[i] = wanted(absmax[i], tensor);
        }
        for (int i = 0; i < n; i++) {
            // 464 is the first number that rounds beyond 448; only one level, or a piece of another tensor, reaches it
            if (!(wanted[i] < 464) || (absmax[i] >= 0x1p126f && !Float.isFinite(6 * factor(code(wanted[i]), tensor)))) {
                return i;
            }
            wanted[i] = Math.max(least, Math.min(LARGEST, wanted[i]));
        }
        SCALES.encode(wanted, 0, n, scales, at);
        for (int i = at; i < at + n && system == Nvfp4System.CT; i++) {
            scales[i] = scales[i] == 0 ? OF_ZERO : scales[i];
        }
        return -1;
    }

    private static int code(float wanted) {
        return Minifloat.E4M3FN.encode(Math.min(LARGEST, wanted));
    }

    @Override
    public IllegalArgumentException refusal(Matrix w, int from, int count, float absmax, float tensor, Recipe recipe) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s: the weights of row %d, columns %d to %d reach %g, more than an E4M3 scale and E2M1 codes hold under %s%s",
                w.name(),
                from / w.cols(),
                from % w.cols(),
                from % w.cols() + count - 1,
                absmax,
                recipe,
                system == Nvfp4System.ONE ? " (2688); take two levels, nvfp4" : ""));
    }

    private float factor(int code, float tensor) {
        return system == Nvfp4System.CT ? E4M3[code] / tensor : tensor * E4M3[code];
    }

    @Override
    public void operands(byte[] scales, int at, int n, float tensor, float[] out) {
        if (divides()) {
            factors(scales, at, n, tensor, out);
            return;
        }
        float inverse = 1 / tensor;
        for (int i = 0; i < n; i++) {
            out[i] = inverse / E4M3[scales[at + i] & 0xff];
        }
    }

    @Override
    public void factors(byte[] scales, int at, int n, float tensor, float[] out) {
        for (int i = 0; i < n; i++) {
            out[i] = factor(scales[at + i] & 0xff, tensor);
        }
    }

    @Override
    public ScaleSet storable(float tensor) {
        double[] scales = new double[127];
        for (int code = 0; code < scales.length; code++) {
            scales[code] = factor(code, tensor);
        }
        return ScaleSet.of("E4M3" + (system == Nvfp4System.ONE ? "" : " times the tensor's scale"), scales);
    }

    /** The scale was rounded to nearest: the wanted one was at most half a step larger. */
    @Override
    public double reach(byte[] scales, int at, float tensor) {
        float scale = E4M3[scales[at] & 0xff];
        double wanted =
                scale + (scale >= LARGEST ? 16 : Minifloat.E4M3FN.spacing(Float.isNaN(scale) ? 0 : scale) / 2.0);
        double unit = system == Nvfp4System.CT ? 1.0 / tensor : tensor;
        return 6 * Math.abs(wanted * unit) * (1 + 0x1p-20);
    }

    @Override
    public void requireColumns(int cols, Recipe recipe) {
        if (cols % BLOCK != 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s takes rows of a multiple of %d weights, as torchao and compressed-tensors do, and these have %d",
                    recipe,
                    BLOCK,
                    cols));
        }
    }
}
