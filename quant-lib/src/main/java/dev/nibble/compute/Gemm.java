package dev.nibble.compute;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Loop;
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
    /** Tiles that a thread packs at a time. */
    private static final int TILES = 16;
    /** Multiplications below which other threads are not asked: some microseconds. */
    private static final long ALONE = 1 << 17;

    private final boolean alone;
    private final Loop packing = new Loop("product", this::pack);
    private final Loop multiplying = new Loop("product", this::panels);
    private final float[] edge = new float[Products.TILE * Products.PANEL];
    private float[] tiles = new float[0];

    // The product that is being made.
    private float[] x;
    private int from;
    private int ldx;
    private int rows;
    private float[] panels;
    private int first;
    private int stride;
    private int outputs;
    private int inputs;
    private float[] y;
    private int to;
    private int ldy;

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
        int stride = w.inputs() * Products.PANEL;
        multiply(x, from, ldx, rows, w.values(), 0, stride, w.outputs(), w.inputs(), y, to, ldy, cancel);
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
        this.x = x;
        this.from = from;
        this.ldx = ldx;
        this.rows = rows;
        this.panels = panels;
        this.first = first;
        this.stride = stride;
        this.outputs = outputs;
        this.inputs = inputs;
        this.y = y;
        this.to = to;
        this.ldy = ldy;
        int whole = rows / Products.TILE;
        int count = Panels.panels(outputs);
        if (tiles.length < whole * Products.TILE * inputs) {
            tiles = new float[whole * Products.TILE * inputs];
        }
        if (alone || (long) rows * outputs * inputs <= ALONE) {
            pack(0, whole);
            panels(0, count);
        } else {
            packing.run(whole, TILES, cancel);
            multiplying.run(count, GRAIN, cancel);
        }
    }

    /** Activations of tiles a to b, input after input. */
    private void pack(int a, int b) {
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

    private void panels(int a, int b) {
        int end = Math.min(outputs, b * Products.PANEL);
        for (int r = 0; r < rows; r++) {
            Arrays.fill(y, to + r * ldy + a * Products.PANEL, to + r * ldy + end, 0);
        }
        for (int k = 0; k < inputs; k += Products.DEPTH) {
            for (int r = 0; r < rows; r += ROWS) {
                int until = Math.min(rows, r + ROWS);
                for (int p = a; p < b; p++) {
                    panel(p, k, r, until);
                }
            }
        }
    }

    /** One panel, some inputs, some rows. */
    private void panel(int p, int k, int begin, int end) {
        int panel = first + p * stride + k * Products.PANEL;
        int wide = Math.min(Products.PANEL, outputs - p * Products.PANEL);
        for (int r = begin; r < end; r += Products.TILE) {
            int high = Math.min(Products.TILE, end - r);
            int at = to + r * ldy + p * Products.PANEL;
            if (wide == Products.PANEL) {
                product(r, high, k, panel, y, at, ldy);
            } else { // the last panel, which one thread alone has
                copy(y, at, ldy, edge, 0, Products.PANEL, high, wide);
                product(r, high, k, panel, edge, 0, Products.PANEL);
                copy(edge, 0, Products.PANEL, y, at, ldy, high, wide);
            }
        }
    }

    private void product(int row, int high, int k, int panel, float[] sums, int at, int ld) {
        int depth = Math.min(Products.DEPTH, inputs - k);
        if (high == Products.TILE) {
            int tile = row * inputs + k * Products.TILE;
            Products.BEST.tile(tiles, tile, panels, panel, depth, sums, at, ld);
        } else {
            for (int r = 0; r < high; r++) {
                Products.BEST.row(x, from + (row + r) * ldx + k, panels, panel, depth, sums, at + r * ld);
            }
        }
    }

    private static void copy(float[] from, int a, int lda, float[] to, int b, int ldb, int rows, int count) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(from, a + r * lda, to, b + r * ldb, count);
        }
    }
}
