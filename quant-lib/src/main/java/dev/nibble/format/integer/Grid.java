package dev.nibble.format.integer;

/**
 * The numbers of some groups of weights side by side: what was seen, what was chosen, and what the kernels need to
 * encode and decode. Filled again and again by one worker; nothing in it is allocated while it works.
 */
final class Grid {
    final float fieldFactor;
    final boolean multiply;
    final int fieldMin;
    final int fieldMax;
    /** 0xff where fields are unsigned, else all ones. */
    final int mask;
    /** Weights of each group but the last of a row. */
    final int size;

    final float[] low;
    final float[] high;
    final float[] from;
    final float[] to;
    final float[] wanted;
    final float[] stored;
    /** Zero before and after it is stored, in the units of its kind. */
    final float[] zero;

    final float[] storedZero;
    final float[] by;
    final float[] sub;
    final float[] add;
    final int[] outside;
    final float[] a;
    final float[] s;
    final float[] b;

    Grid(AffineRule rule, int groups, int size) {
        fieldFactor = rule.factor();
        multiply = rule.multiply();
        fieldMin = rule.qmin() + rule.offset();
        fieldMax = rule.qmax() + rule.offset();
        mask = rule.offset() == 0 && rule.lowest() < 0 ? -1 : 0xff;
        this.size = size;
        low = new float[groups];
        high = new float[groups];
        from = new float[groups];
        to = new float[groups];
        wanted = new float[groups];
        stored = new float[groups];
        zero = new float[groups];
        storedZero = new float[groups];
        by = new float[groups];
        sub = new float[groups];
        add = new float[groups];
        outside = new int[groups];
        a = new float[groups];
        s = new float[groups];
        b = new float[groups];
    }

    int capacity() {
        return low.length;
    }

    /** Smallest or largest value of group k's grid, by its own rule of decoding. */
    double value(int k, int field) {
        return ((double) field - a[k]) * s[k] * fieldFactor + b[k];
    }
}
