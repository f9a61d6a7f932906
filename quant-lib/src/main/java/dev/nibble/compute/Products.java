package dev.nibble.compute;

/**
 * The innermost loops of matrix products. Every number of a product is made in one way, whatever computes it: the terms
 * are added in the order of the inputs with fused multiply-add, {@link #DEPTH} at a time from zero, and the sums of these
 * runs are added up in order. So it depends on nothing but its row, its column and the inputs. Weights lie in panels of
 * {@link #PANEL} outputs, input after input, so that lanes are outputs and no lane is added to another. Stateless;
 * arguments are trusted.
 */
interface Products {
    /** Outputs side by side. */
    int PANEL = 32;

    /** Inputs that are summed up from zero. */
    int DEPTH = 512;

    /** Rows of a tile of activations, which lie input after input. */
    int TILE = 8;

    /** What runs in this process. */
    Products BEST = Provider.choose(Products.class, new ScalarProducts(), "dev.nibble.compute.VectorProducts");

    /**
     * Adds the product of a tile with a panel to {@code y[to + r · ldy + j]}, r below {@link #TILE}, j below {@link #PANEL}.
     *
     * @param tile activation of row r and input k at {@code tile[a + k · TILE + r]}
     * @param panel weight of output j and input k at {@code panel[b + k · PANEL + j]}
     * @param depth inputs, at most {@link #DEPTH}
     */
    void tile(float[] tile, int a, float[] panel, int b, int depth, float[] y, int to, int ldy);

    /**
     * The same for one row.
     *
     * @param x activation of input k at {@code x[a + k]}
     */
    void row(float[] x, int a, float[] panel, int b, int depth, float[] y, int to);
}
