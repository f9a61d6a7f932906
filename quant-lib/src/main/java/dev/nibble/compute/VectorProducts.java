package dev.nibble.compute;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Products} on the vector unit: two vectors of a panel, and as many rows as there are registers for their sums.
 * Sums are written out one by one: a helper that took them would be inlined too late, and they boxed.
 */
final class VectorProducts implements Products {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** Outputs that one pass sums up. */
    private static final int WIDE = 2 * LANES;

    VectorProducts() {}

    @Override
    public void tile(float[] tile, int a, float[] panel, int b, int depth, float[] y, int to, int ldy) {
        for (int j = 0; j < PANEL; j += WIDE) {
            if (LANES == 16) { // 32 registers; machines with narrower vectors mostly have 16
                eightRows(tile, a, panel, b + j, depth, y, to + j, ldy);
            } else {
                fourRows(tile, a, panel, b + j, depth, y, to + j, ldy);
                fourRows(tile, a + 4, panel, b + j, depth, y, to + j + 4 * ldy, ldy);
            }
        }
    }

    @Override
    public void row(float[] x, int a, float[] panel, int b, int depth, float[] y, int to) {
        for (int j = 0; j < PANEL; j += WIDE) {
            oneRow(x, a, panel, b + j, depth, y, to + j);
        }
    }

    private static void eightRows(float[] x, int a, float[] panel, int b, int depth, float[] y, int to, int ldy) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector t0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector t1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector t2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        FloatVector t3 = FloatVector.zero(F);
        FloatVector s4 = FloatVector.zero(F);
        FloatVector t4 = FloatVector.zero(F);
        FloatVector s5 = FloatVector.zero(F);
        FloatVector t5 = FloatVector.zero(F);
        FloatVector s6 = FloatVector.zero(F);
        FloatVector t6 = FloatVector.zero(F);
        FloatVector s7 = FloatVector.zero(F);
        FloatVector t7 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector u = FloatVector.fromArray(F, panel, b + k * PANEL);
            FloatVector v = FloatVector.fromArray(F, panel, b + k * PANEL + LANES);
            int at = a + k * TILE;
            FloatVector x0 = FloatVector.broadcast(F, x[at]);
            s0 = x0.fma(u, s0);
            t0 = x0.fma(v, t0);
            FloatVector x1 = FloatVector.broadcast(F, x[at + 1]);
            s1 = x1.fma(u, s1);
            t1 = x1.fma(v, t1);
            FloatVector x2 = FloatVector.broadcast(F, x[at + 2]);
            s2 = x2.fma(u, s2);
            t2 = x2.fma(v, t2);
            FloatVector x3 = FloatVector.broadcast(F, x[at + 3]);
            s3 = x3.fma(u, s3);
            t3 = x3.fma(v, t3);
            FloatVector x4 = FloatVector.broadcast(F, x[at + 4]);
            s4 = x4.fma(u, s4);
            t4 = x4.fma(v, t4);
            FloatVector x5 = FloatVector.broadcast(F, x[at + 5]);
            s5 = x5.fma(u, s5);
            t5 = x5.fma(v, t5);
            FloatVector x6 = FloatVector.broadcast(F, x[at + 6]);
            s6 = x6.fma(u, s6);
            t6 = x6.fma(v, t6);
            FloatVector x7 = FloatVector.broadcast(F, x[at + 7]);
            s7 = x7.fma(u, s7);
            t7 = x7.fma(v, t7);
        }
        s0.add(FloatVector.fromArray(F, y, to)).intoArray(y, to);
        t0.add(FloatVector.fromArray(F, y, to + LANES)).intoArray(y, to + LANES);
        s1.add(FloatVector.fromArray(F, y, to + ldy)).intoArray(y, to + ldy);
        t1.add(FloatVector.fromArray(F, y, to + ldy + LANES)).intoArray(y, to + ldy + LANES);
        s2.add(FloatVector.fromArray(F, y, to + 2 * ldy)).intoArray(y, to + 2 * ldy);
        t2.add(FloatVector.fromArray(F, y, to + 2 * ldy + LANES)).intoArray(y, to + 2 * ldy + LANES);
        s3.add(FloatVector.fromArray(F, y, to + 3 * ldy)).intoArray(y, to + 3 * ldy);
        t3.add(FloatVector.fromArray(F, y, to + 3 * ldy + LANES)).intoArray(y, to + 3 * ldy + LANES);
        s4.add(FloatVector.fromArray(F, y, to + 4 * ldy)).intoArray(y, to + 4 * ldy);
        t4.add(FloatVector.fromArray(F, y, to + 4 * ldy + LANES)).intoArray(y, to + 4 * ldy + LANES);
        s5.add(FloatVector.fromArray(F, y, to + 5 * ldy)).intoArray(y, to + 5 * ldy);
        t5.add(FloatVector.fromArray(F, y, to + 5 * ldy + LANES)).intoArray(y, to + 5 * ldy + LANES);
        s6.add(FloatVector.fromArray(F, y, to + 6 * ldy)).intoArray(y, to + 6 * ldy);
        t6.add(FloatVector.fromArray(F, y, to + 6 * ldy + LANES)).intoArray(y, to + 6 * ldy + LANES);
        s7.add(FloatVector.fromArray(F, y, to + 7 * ldy)).intoArray(y, to + 7 * ldy);
        t7.add(FloatVector.fromArray(F, y, to + 7 * ldy + LANES)).intoArray(y, to + 7 * ldy + LANES);
    }

    private static void fourRows(float[] x, int a, float[] panel, int b, int depth, float[] y, int to, int ldy) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector t0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector t1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector t2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        FloatVector t3 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector u = FloatVector.fromArray(F, panel, b + k * PANEL);
            FloatVector v = FloatVector.fromArray(F, panel, b + k * PANEL + LANES);
            int at = a + k * TILE;
            FloatVector x0 = FloatVector.broadcast(F, x[at]);
            s0 = x0.fma(u, s0);
            t0 = x0.fma(v, t0);
            FloatVector x1 = FloatVector.broadcast(F, x[at + 1]);
            s1 = x1.fma(u, s1);
            t1 = x1.fma(v, t1);
            FloatVector x2 = FloatVector.broadcast(F, x[at + 2]);
            s2 = x2.fma(u, s2);
            t2 = x2.fma(v, t2);
            FloatVector x3 = FloatVector.broadcast(F, x[at + 3]);
            s3 = x3.fma(u, s3);
            t3 = x3.fma(v, t3);
        }
        s0.add(FloatVector.fromArray(F, y, to)).intoArray(y, to);
        t0.add(FloatVector.fromArray(F, y, to + LANES)).intoArray(y, to + LANES);
        s1.add(FloatVector.fromArray(F, y, to + ldy)).intoArray(y, to + ldy);
        t1.add(FloatVector.fromArray(F, y, to + ldy + LANES)).intoArray(y, to + ldy + LANES);
        s2.add(FloatVector.fromArray(F, y, to + 2 * ldy)).intoArray(y, to + 2 * ldy);
        t2.add(FloatVector.fromArray(F, y, to + 2 * ldy + LANES)).intoArray(y, to + 2 * ldy + LANES);
        s3.add(FloatVector.fromArray(F, y, to + 3 * ldy)).intoArray(y, to + 3 * ldy);
        t3.add(FloatVector.fromArray(F, y, to + 3 * ldy + LANES)).intoArray(y, to + 3 * ldy + LANES);
    }

    private static void oneRow(float[] x, int a, float[] panel, int b, int depth, float[] y, int to) {
        FloatVector s = FloatVector.zero(F);
        FloatVector t = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xk = FloatVector.broadcast(F, x[a + k]);
            s = xk.fma(FloatVector.fromArray(F, panel, b + k * PANEL), s);
            t = xk.fma(FloatVector.fromArray(F, panel, b + k * PANEL + LANES), t);
        }
        s.add(FloatVector.fromArray(F, y, to)).intoArray(y, to);
        t.add(FloatVector.fromArray(F, y, to + LANES)).intoArray(y, to + LANES);
    }
}
