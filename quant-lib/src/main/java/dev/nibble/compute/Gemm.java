package dev.nibble.compute;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import java.util.Arrays;

/**
 * Products of activations with weights in float32: the same bits for every number of rows, threads and lanes
 * ({@link Products}). Keeps the room that it needs, so that calls allocate nothing once they have been made; one thread
 * at a time uses it, and it uses all threads.
 */
public final class Gemm {
    /** Rows whose activations stay in the second-level cache while panels pass by. */
    private static final int ROWS = 128;
    /** Panels that a thread takes at a time. */
    private static final int GRAIN = 4;
    /** Multiplications below which other threads are not asked: some microseconds. */
    private static final long ALONE = 1 << 17;

    private final boolean alone;
    private final float[] edge = new float[Products.TILE * Products.PANEL];
    private float[] tiles = new float[0];

    /** One that uses all threads. */
    public Gemm() {
        this(false);
    }

    private Gemm(boolean alone) {
        this.alone = alone;
    }

    /** One that uses the calling thread only. */
    public static Gemm alone() {
        return new Gemm(true);
    }

    /**
     * {@code y[to + r · ldy + j] = Σ x[from + r · ldx + k] · w[j, k]}.
     *
     * @param rows number of rows of x and y
     * @param ldx distance of two rows of x, in numbers
     * @param ldy of y
     * @param cancel the stop request
     */
    public void multiply(
            float[] x, int from, int ldx, int rows, Panels w, float[] y, int to, int ldy, CancelToken cancel) {
        multiply(
                x,
                from,
                ldx,
                rows,
                w.values(),
                0,
                w.inputs() * Products.PANEL,
                w.outputs(),
                w.inputs(),
                y,
                to,
                ldy,
                cancel);
    }

    /**
     * The same with panels that lie apart.
     *
     * @param panels weight of output j and input k at {@code panels[first + j / 32 · stride + k · 32 + j % 32]}
     * @param outputs of which the last panel may have fewer than 32; it is read in full
     */
    public void multiply(
            float[] x,
            int from,
            int ldx,
            int rows,
            float[] panels,
            int first,
            int stride,
            int outputs,
            int inputs,
            float[] y,
            int to,
            int ldy,
            CancelToken cancel) {
        int whole = rows / Products.TILE * Products.TILE;
        int count = Panels.panels(outputs);
        if (tiles.length < whole * inputs) {
            tiles = new float[whole * inputs];
        }
        if (alone || (long) rows * outputs * inputs <= ALONE) {
            pack(x, from, ldx, inputs, 0, whole / Products.TILE);
            panels(x, from, ldx, rows, panels, first, stride, outputs, inputs, y, to, ldy, 0, count);
            return;
        }
        Parallel.ranges(whole / Products.TILE, 16, cancel, "product", (a, b) -> pack(x, from, ldx, inputs, a, b));
        Parallel.ranges(
                count,
                GRAIN,
                cancel,
                "product",
                (a, b) -> panels(x, from, ldx, rows, panels, first, stride, outputs, inputs, y, to, ldy, a, b));
    }

    /** Activations of tiles a to b, input after input. */
    private void pack(float[] x, int from, int ldx, int inputs, int a, int b) {
        for (int t = a; t < b; t++) {
            for (int r = 0; r < Products.TILE; r++) {
                int row = from + (t * Products.TILE + r) * ldx;
                int at = t * Products.TILE * inputs + r;
                for (int k = 0; k < inputs; k++) {
                    tiles[at + k * Products.TILE] = x[row + k];
                }
            }
        }
    }

    private void panels(
            float[] x,
            int from,
            int ldx,
            int rows,
            float[] panels,
            int first,
            int stride,
            int outputs,
            int inputs,
            float[] y,
            int to,
            int ldy,
            int a,
            int b) {
        int end = Math.min(outputs, b * Products.PANEL);
        for (int r = 0; r < rows; r++) {
            Arrays.fill(y, to + r * ldy + a * Products.PANEL, to + r * ldy + end, 0);
        }
        for (int k = 0; k < inputs; k += Products.DEPTH) {
            int depth = Math.min(Products.DEPTH, inputs - k);
            for (int r = 0; r < rows; r += ROWS) {
                int some = Math.min(ROWS, rows - r);
                for (int p = a; p < b; p++) {
                    int panel = first + p * stride + k * Products.PANEL;
                    int at = to + r * ldy + p * Products.PANEL;
                    int wide = Math.min(Products.PANEL, outputs - p * Products.PANEL);
                    for (int t = 0; t < some; t += Products.TILE) {
                        boolean tile = t + Products.TILE <= some;
                        int high = Math.min(Products.TILE, some - t);
                        int place = at + t * ldy;
                        if (wide == Products.PANEL) {
                            product(x, from, ldx, r + t, inputs, k, tile, high, panels, panel, depth, y, place, ldy);
                        } else { // the last panel, which one thread alone has
                            copy(y, place, ldy, edge, 0, Products.PANEL, high, wide);
                            product(
                                    x,
                                    from,
                                    ldx,
                                    r + t,
                                    inputs,
                                    k,
                                    tile,
                                    high,
                                    panels,
                                    panel,
                                    depth,
                                    edge,
                                    0,
                                    Products.PANEL);
                            copy(edge, 0, Products.PANEL, y, place, ldy, high, wide);
                        }
                    }
                }
            }
        }
    }

    private void product(
            float[] x,
            int from,
            int ldx,
            int row,
            int inputs,
            int k,
            boolean tile,
            int high,
            float[] panels,
            int panel,
            int depth,
            float[] y,
            int to,
            int ldy) {
        if (tile) {
            Products.BEST.tile(tiles, row * inputs + k * Products.TILE, panels, panel, depth, y, to, ldy);
        } else {
            for (int r = 0; r < high; r++) {
                Products.BEST.row(x, from + (row + r) * ldx + k, panels, panel, depth, y, to + r * ldy);
            }
        }
    }

    private static void copy(float[] from, int a, int lda, float[] to, int b, int ldb, int rows, int count) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(from, a + r * lda, to, b + r * ldb, count);
        }
    }
}
