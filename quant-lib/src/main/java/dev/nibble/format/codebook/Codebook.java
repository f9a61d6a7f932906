package dev.nibble.format.codebook;

/**
 * Sixteen values in rising order and the boundaries between them, the float32 midpoints of neighbours.
 *
 * @param values from -1 to 1
 * @param boundaries boundaries[k] lies between codes k - 1 and k, and boundaries[0] is -infinity: a number belongs to
 *     the last code whose boundary lies strictly below it, so a number on a boundary gets the lower code
 */
record Codebook(float[] values, float[] boundaries) {
    static final int SIZE = 16;

    static Codebook of(float... values) {
        if (values.length != SIZE) {
            throw new IllegalArgumentException("a codebook has " + SIZE + " values, not " + values.length);
        }
        float[] boundaries = new float[SIZE];
        boundaries[0] = Float.NEGATIVE_INFINITY;
        for (int k = 1; k < SIZE; k++) {
            if (!(values[k - 1] < values[k])) {
                throw new IllegalArgumentException("the values of a codebook must rise");
            }
            boundaries[k] = (values[k - 1] + values[k]) / 2;
        }
        return new Codebook(values, boundaries);
    }

    /** Half of the widest gap between neighbours: the largest error of a number in -1..1. */
    float halfGap() {
        float widest = 0;
        for (int k = 1; k < SIZE; k++) {
            widest = Math.max(widest, values[k] - values[k - 1]);
        }
        return widest / 2;
    }
}
