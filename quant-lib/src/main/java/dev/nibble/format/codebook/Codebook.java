package dev.nibble.format.codebook;

/**
 * Sixteen values in rising order and the fifteen boundaries between them, the float32 midpoints of neighbours.
 *
 * @param values from -1 to 1
 * @param boundaries a number belongs to code k if it is above boundaries[k - 1] and not above boundaries[k]: a number
 *     on a boundary gets the lower code
 */
record Codebook(float[] values, float[] boundaries) {
    static final int SIZE = 16;

    static Codebook of(float... values) {
        if (values.length != SIZE) {
            throw new IllegalArgumentException("a codebook has " + SIZE + " values, not " + values.length);
        }
        float[] boundaries = new float[SIZE - 1];
        for (int k = 0; k < boundaries.length; k++) {
            if (!(values[k] < values[k + 1])) {
                throw new IllegalArgumentException("the values of a codebook must rise");
            }
            boundaries[k] = (values[k] + values[k + 1]) / 2;
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
