package dev.nibble.compute;

/** The loops behind {@link Rows}, which says what they do. Stateless; arguments are trusted. */
interface RowKernels {
    /** What runs in this process. */
    RowKernels BEST = Provider.choose(RowKernels.class, new ScalarRows(), "dev.nibble.compute.VectorRows");

    void exp(float[] x, int from, int n);

    float sum(float[] x, int from, int n);

    float squares(float[] x, int from, int n, float center);

    float max(float[] x, int from, int n);

    void normalize(
            float[] x, int from, int n, float center, float factor, float[] weight, float[] bias, float[] y, int to);

    float expSum(float[] x, int from, int n, float max);

    void scale(float[] x, int from, int n, float factor);

    void add(float[] x, int from, int n, float[] y, int to);

    void siluTimes(float[] x, int from, int n, float[] y, int to);

    void geluTanh(float[] x, int from, int n);
}
