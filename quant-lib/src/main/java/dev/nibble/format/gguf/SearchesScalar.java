package dev.nibble.format.gguf;

/** One run after the other: the specification. */
final class SearchesScalar implements Searches {
    private final SearchLog log;

    /** @param log told what is tried; null for none */
    SearchesScalar(SearchLog log) {
        this.log = log;
    }

    @Override
    public Searches own() {
        return this;
    }

    @Override
    public void affine(
            int n,
            ScaleSearch.Affine grid,
            int count,
            float[] x,
            int from,
            float[] weights,
            float[] scales,
            float[] mins,
            float[] inverses,
            float[] origins) {
        for (int k = 0; k < count; k++) {
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, k * n, n);
            ScaleSearch.affine(n, grid, x, from + k * n, weights, k * n, scales, mins, inverses, origins, k, log);
        }
    }

    @Override
    public void symmetric(
            int n,
            int nmax,
            int count,
            float[] x,
            int from,
            float[] weights,
            int weightsFrom,
            float[] scales,
            float[] inverses) {
        for (int k = 0; k < count; k++) {
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, k * n, n);
            ScaleSearch.symmetric(n, nmax, x, from + k * n, weights, weightsFrom + k * n, scales, inverses, k, log);
        }
    }

    @Override
    public void descent(int n, int nmax, int count, float[] x, int from, float[] scales) {
        int[] codes = new int[n];
        for (int k = 0; k < count; k++) {
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, k * n, n);
            scales[k] = ScaleSearch.descent(n, nmax, x, from + k * n, codes, 0, log);
        }
    }

    @Override
    public void narrow(int[] codes, byte[] bytes) {
        for (int i = 0; i < codes.length; i++) {
            bytes[i] = (byte) codes[i];
        }
    }

    @Override
    public void round(
            int n,
            int count,
            float[] x,
            int from,
            float[] adds,
            float[] divisors,
            int low,
            int high,
            int offset,
            int[] codes) {
        for (int k = 0; k < count; k++) {
            if (divisors[k] != 0) {
                for (int i = k * n; i < (k + 1) * n; i++) {
                    int l = CRounding.nearest((x[from + i] + adds[k]) / divisors[k]);
                    codes[i] = ScaleSearch.clamp(l, low, high) + offset;
                }
            }
        }
    }
}
