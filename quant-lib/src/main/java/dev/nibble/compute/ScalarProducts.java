package dev.nibble.compute;

import java.util.Arrays;

/** The specification of {@link Products}. */
final class ScalarProducts implements Products {
    @Override
    public void tile(float[] tile, int a, float[] panel, int b, int depth, float[] y, int to, int ldy) {
        float[] sums = new float[PANEL];
        for (int r = 0; r < TILE; r++) {
            sum(tile, a + r, TILE, panel, b, depth, sums, y, to + r * ldy);
        }
    }

    @Override
    public void row(float[] x, int a, float[] panel, int b, int depth, float[] y, int to) {
        sum(x, a, 1, panel, b, depth, new float[PANEL], y, to);
    }

    private static void sum(
            float[] x, int a, int step, float[] panel, int b, int depth, float[] sums, float[] y, int to) {
        Arrays.fill(sums, 0);
        for (int k = 0; k < depth; k++) {
            for (int j = 0; j < PANEL; j++) {
                sums[j] = Math.fma(x[a + k * step], panel[b + k * PANEL + j], sums[j]);
            }
        }
        for (int j = 0; j < PANEL; j++) {
            y[to + j] += sums[j];
        }
    }
}
