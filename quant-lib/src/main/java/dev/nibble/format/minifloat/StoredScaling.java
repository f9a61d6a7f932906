package dev.nibble.format.minifloat;

import dev.nibble.core.Recipe;
import dev.nibble.format.Blocks;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;

/**
 * One scale per tensor, row or group: the largest magnitude over the largest number of the type, rounded to how it is
 * stored; weights are divided by it. A group whose scale is stored as 0, because all its weights are 0 or too small,
 * has only codes 0.
 *
 * @param size weights of a group; 0 a row; -1 the tensor
 */
record StoredScaling(FloatElement element, ScaleType type, int size) implements Scaling {
    static final int ROW = 0;
    static final int TENSOR = -1;

    @Override
    public int group(int cols) {
        return size > 0 ? Math.min(size, cols) : cols;
    }

    @Override
    public int bytes() {
        return size == TENSOR ? 0 : type.bytes();
    }

    @Override
    public String encoding() {
        return type.fullName() + " little-endian";
    }

    @Override
    public String tensorName() {
        return size == TENSOR ? "scale" : "";
    }

    @Override
    public float tensor(float absmax) {
        return size == TENSOR ? absmax / element.max() : 1;
    }

    @Override
    public boolean divides() {
        return true;
    }

    @Override
    public int fit(float[] absmax, int n, float tensor, byte[] scales, int at) {
        if (size == TENSOR) {
            return Float.isFinite(tensor * element.max()) ? -1 : 0;
        }
        for (int i = 0; i < n; i++) {
            float scale = absmax[i] / element.max();
            if (!Float.isFinite(type.round(scale) * element.max())) {
                return i;
            }
            type.put(scales, at + i, scale);
        }
        return -1;
    }

    @Override
    public IllegalArgumentException refusal(Matrix w, int from, int count, float absmax, float tensor, Recipe recipe) {
        return Blocks.scaleTooLarge(w, from, count, absmax / element.max(), type, recipe);
    }

    @Override
    public void operands(byte[] scales, int at, int n, float tensor, float[] out) {
        factors(scales, at, n, tensor, out);
    }

    @Override
    public void factors(byte[] scales, int at, int n, float tensor, float[] out) {
        if (size == TENSOR) {
            Arrays.fill(out, 0, n, tensor);
            return;
        }
        for (int i = 0; i < n; i++) {
            out[i] = type.get(scales, at + i);
        }
    }

    @Override
    public float wanted(float absmax, float tensor) {
        return size == TENSOR ? tensor : absmax / element.max();
    }

    @Override
    public ScaleSet storable(float tensor) {
        return ScaleSet.of(size == TENSOR ? ScaleType.F32 : type, 1);
    }

    /** The scale was within half a unit of absmax / max, which float32 rounded once more. */
    @Override
    public double reach(byte[] scales, int at, float tensor) {
        float stored = size == TENSOR ? tensor : type.get(scales, at);
        ScaleType rounded = size == TENSOR ? ScaleType.F32 : type;
        return element.max()
                * (Math.abs((double) stored) * (1 + 0x1p-22) + rounded.halfUnit(Math.abs(stored)) + 0x1p-149);
    }

    @Override
    public String note(int cols) {
        return size > 0 ? Blocks.note(size, cols) : "";
    }
}
