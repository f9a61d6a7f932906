package dev.nibble.format.integer;

/**
 * Uniform quantization, as defined: a weight becomes the nearest multiple of the scale, ties to even.
 *
 * <pre>
 *   code  = clamp(round(w / scale) + zero, qmin, qmax)
 *   value = (code - zero) · scale
 * </pre>
 */
final class IntegerScalar implements IntegerKernels {
    @Override
    public void encode(float[] x, int from, int count, Grid grid, byte[] q, int at) {
        float inside = grid.zeroInside() ? grid.zero() : 0;
        int outside = grid.zeroInside() ? 0 : grid.zero();
        float inverse = 1 / grid.scale();
        for (int i = 0; i < count; i++) {
            float ratio = grid.inverse() ? x[from + i] * inverse : x[from + i] / grid.scale();
            int code = (int) Math.rint(ratio + inside) + outside;
            q[at + i] = (byte) Math.clamp(code, grid.qmin(), grid.qmax());
        }
    }

    @Override
    public void decode(byte[] q, int from, int count, float scale, int zero, float[] y, int at) {
        for (int i = 0; i < count; i++) {
            y[at + i] = (q[from + i] - zero) * scale;
        }
    }
}
