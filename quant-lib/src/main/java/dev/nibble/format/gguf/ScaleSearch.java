package dev.nibble.format.gguf;

import java.util.Arrays;

/**
 * The searches for a scale that ggml's block types share, operation for operation: float32, no fused multiply-add, sums
 * from the left. Source: ggml-quants.c, make_qx_quants, make_q3_quants, make_qkx2_quants, make_qkx3_quants and
 * make_qp_quants.
 */
final class ScaleSearch {
    /** Magnitudes below this are zero to the searches (GROUP_MAX_EPS). */
    static final float NOTHING = 1e-15f;

    private ScaleSearch() {}

    /**
     * The grid of an affine search: {@code scale · code + min}, code 0..nmax.
     *
     * @param nmax largest code
     * @param first the inverse scale of candidate i is (first + delta · i + nmax) / (max − min)
     * @param steps last i
     * @param absolute minimise Σ w |error| instead of Σ w error²
     */
    record Affine(int nmax, float first, float delta, int steps, boolean absolute) {}

    /**
     * Symmetric codes −nmax..nmax−1: the candidates' inverse scales go in steps of 0.1 around −nmax / (first largest
     * magnitude, with its sign); each gets its least-squares scale (make_qx_quants, rmse_type 1).
     *
     * @param x n numbers from {@code from} on
     * @param weights of the numbers, from {@code weightsFrom} on; null for their squares
     * @param scales gets the scale at {@code k}, of either sign; 0 if there is nothing to scale
     * @param inverses gets the inverse scale that {@link #symmetricCodes} makes the codes with; 0 if there is nothing
     */
    static void symmetric(
            int n,
            int nmax,
            float[] x,
            int from,
            float[] weights,
            int weightsFrom,
            float[] scales,
            float[] inverses,
            int k,
            SearchLog log) {
        scales[k] = 0;
        inverses[k] = 0;
        float max = firstLargest(x, from, n);
        if (Math.abs(max) < NOTHING) {
            return;
        }
        float best = 0;
        for (int step = 0; step <= 18; step++) {
            int tenths = step == 0 ? 0 : step <= 9 ? step - 10 : step - 9; // 0, -9 .. -1, 1 .. 9
            float inverse = step == 0 ? -nmax / max : -(nmax + 0.1f * tenths) / max;
            float sumLx = 0;
            float sumL2 = 0;
            for (int i = 0; i < n; i++) {
                float v = x[from + i];
                int l = clamp(CRounding.nearest(inverse * v), -nmax, nmax - 1);
                float w = weights == null ? v * v : weights[weightsFrom + i];
                sumLx += w * v * l;
                sumL2 += w * l * l;
            }
            boolean better = step == 0 || (sumL2 > 0 && sumLx * sumLx > best * sumL2);
            float scale = sumL2 != 0 ? sumLx / sumL2 : 0;
            if (better) {
                best = scale * sumLx;
                scales[k] = scale;
                inverses[k] = inverse;
            }
            if (log != null) {
                double error = error(n, nmax, x, from, weights, weightsFrom, inverse, scale);
                log.tried(tenths, scale, 0, error, better);
            }
        }
    }

    /** The codes of {@link #symmetric}, with nmax added; all 0 where it found nothing. */
    static void symmetricCodes(int n, int nmax, float[] x, int from, float inverse, int[] codes, int to) {
        for (int i = 0; i < n; i++) {
            codes[to + i] = inverse == 0 ? 0 : nmax + clamp(CRounding.nearest(inverse * x[from + i]), -nmax, nmax - 1);
        }
    }

    private static double error(
            int n, int nmax, float[] x, int from, float[] weights, int weightsFrom, float inverse, float scale) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            int l = clamp(CRounding.nearest(inverse * x[from + i]), -nmax, nmax - 1);
            double w = weights == null ? (double) x[from + i] * x[from + i] : weights[weightsFrom + i];
            double e = x[from + i] - (double) scale * l;
            sum += w * e * e;
        }
        return sum;
    }

    /**
     * Symmetric codes −nmax..nmax−1, stored with nmax added, weighted by x²: from the plain grid on, one code after the
     * other moves to where it lowers the error most, up to five rounds (make_q3_quants).
     *
     * @return the scale, of either sign; 0 if there is nothing to scale, and then all codes are 0
     */
    static float descent(int n, int nmax, float[] x, int from, int[] codes, int to, SearchLog log) {
        float max = firstLargest(x, from, n);
        if (Math.abs(max) < NOTHING) {
            Arrays.fill(codes, to, to + n, 0);
            return 0;
        }
        float inverse = -nmax / max;
        float sumLx = 0;
        float sumL2 = 0;
        for (int i = 0; i < n; i++) {
            int l = clamp(CRounding.nearest(inverse * x[from + i]), -nmax, nmax - 1);
            codes[to + i] = l;
            float w = x[from + i] * x[from + i];
            sumLx += w * x[from + i] * l;
            sumL2 += w * l * l;
        }
        if (log != null) {
            log.tried(0, quotient(sumLx, sumL2), 0, error(n, x, from, codes, to, quotient(sumLx, sumL2)), true);
        }
        for (int round = 1; round <= 5; round++) {
            boolean changed = false;
            for (int i = 0; i < n; i++) {
                float w = x[from + i] * x[from + i];
                int old = codes[to + i];
                float lx = sumLx - w * x[from + i] * old;
                if (lx > 0) {
                    float l2 = sumL2 - w * old * old;
                    int l = clamp(CRounding.nearest(x[from + i] * l2 / lx), -nmax, nmax - 1);
                    if (l != old) {
                        lx += w * x[from + i] * l;
                        l2 += w * l * l;
                        if (l2 > 0 && lx * lx * sumL2 > sumLx * sumLx * l2) {
                            codes[to + i] = l;
                            sumLx = lx;
                            sumL2 = l2;
                            changed = true;
                        }
                    }
                }
            }
            if (!changed) {
                break;
            }
            if (log != null) {
                log.tried(round, quotient(sumLx, sumL2), 0, error(n, x, from, codes, to, quotient(sumLx, sumL2)), true);
            }
        }
        for (int i = 0; i < n; i++) {
            codes[to + i] += nmax;
        }
        return quotient(sumLx, sumL2);
    }

    private static float quotient(float sumLx, float sumL2) {
        return sumL2 > 0 ? sumLx / sumL2 : 0;
    }

    private static double error(int n, float[] x, int from, int[] codes, int to, float scale) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double e = x[from + i] - (double) scale * codes[to + i];
            sum += (double) x[from + i] * x[from + i] * e * e;
        }
        return sum;
    }

    /**
     * Scale and minimum: every candidate's codes get the scale and minimum of weighted least squares; the best by
     * weighted error stays, and its minimum is where the following candidates begin (make_qkx2_quants, and
     * make_qkx3_quants, which differs from it in nothing that is used).
     *
     * @param weights n numbers from {@code weightsFrom} on
     * @param scales gets the scale at {@code k}; 0 if all numbers are equal, or none is above a minimum of 0 or less
     * @param mins gets minus the minimum: not negative
     * @param inverses gets the inverse scale that {@link #affineCodes} makes the codes with; 0 if the scale is
     * @param origins gets what it makes them from: the minimum that the candidate taken began at
     */
    static void affine(
            int n,
            Affine grid,
            float[] x,
            int from,
            float[] weights,
            int weightsFrom,
            float[] scales,
            float[] mins,
            float[] inverses,
            float[] origins,
            int k,
            SearchLog log) {
        float low = x[from];
        float high = x[from];
        float sumW = weights[weightsFrom];
        float sumX = sumW * x[from];
        for (int i = 1; i < n; i++) {
            float v = x[from + i];
            low = v < low ? v : low;
            high = v > high ? v : high;
            sumW += weights[weightsFrom + i];
            sumX += weights[weightsFrom + i] * v;
        }
        if (low > 0) {
            low = 0;
        }
        scales[k] = 0;
        mins[k] = -low;
        inverses[k] = 0;
        origins[k] = low;
        if (high <= low) { // they can only be equal: low is one of the numbers, or 0 below all of them
            return;
        }
        int nmax = grid.nmax();
        float inverse = nmax / (high - low);
        float best = 0;
        scales[k] = 1 / inverse;
        inverses[k] = inverse;
        for (int i = 0; i < n; i++) {
            int l = clamp(CRounding.nearest(inverse * (x[from + i] - low)), 0, nmax);
            best += weights[weightsFrom + i] * penalty(scales[k] * l + low - x[from + i], grid.absolute());
        }
        if (log != null) {
            log.tried(-1, scales[k], low, best, true);
        }
        for (int step = 0; step <= grid.steps(); step++) {
            inverse = (grid.first() + grid.delta() * step + nmax) / (high - low);
            float sumL = 0;
            float sumL2 = 0;
            float sumXl = 0;
            for (int i = 0; i < n; i++) {
                int l = clamp(CRounding.nearest(inverse * (x[from + i] - low)), 0, nmax);
                float wl = weights[weightsFrom + i] * l;
                sumL += wl;
                sumL2 += wl * l;
                sumXl += wl * x[from + i];
            }
            float determinant = sumW * sumL2 - sumL * sumL;
            if (determinant > 0) {
                float s = (sumW * sumXl - sumX * sumL) / determinant;
                float m = (sumL2 * sumX - sumL * sumXl) / determinant;
                if (m > 0) {
                    m = 0;
                    s = sumXl / sumL2;
                }
                float error = 0;
                for (int i = 0; i < n; i++) {
                    int l = clamp(CRounding.nearest(inverse * (x[from + i] - low)), 0, nmax);
                    error += weights[weightsFrom + i] * penalty(s * l + m - x[from + i], grid.absolute());
                }
                boolean better = error < best;
                if (better) {
                    best = error;
                    scales[k] = s;
                    mins[k] = -m;
                    inverses[k] = inverse;
                    origins[k] = low;
                    low = m;
                }
                if (log != null) {
                    log.tried(step, s, m, error, better);
                }
            }
        }
    }

    /** The codes of {@link #affine}. */
    static void affineCodes(int n, int nmax, float[] x, int from, float inverse, float origin, int[] codes, int to) {
        for (int i = 0; i < n; i++) {
            codes[to + i] = clamp(CRounding.nearest(inverse * (x[from + i] - origin)), 0, nmax);
        }
    }

    private static float penalty(float difference, boolean absolute) {
        return absolute ? Math.abs(difference) : difference * difference;
    }

    /**
     * Scales or minima of sub-blocks, none negative, as integers 0..nmax: nine grids, then codes that move one by one,
     * up to five rounds (make_qp_quants).
     *
     * @param weights of the numbers
     * @param codes gets the codes, each as an unsigned byte
     * @return the scale; 0 if all are as good as zero
     */
    static float positive(int n, int nmax, float[] x, float[] weights, int[] codes, SearchLog log) {
        float max = 0;
        for (int i = 0; i < n; i++) {
            max = max > x[i] ? max : x[i];
        }
        if (max < NOTHING) {
            Arrays.fill(codes, 0, n, 0);
            return 0;
        }
        float inverse = nmax / max;
        float scale = 1 / inverse;
        float best = 0;
        for (int i = 0; i < n; i++) {
            int l = CRounding.nearest(inverse * x[i]) & 0xff;
            float e = x[i] - scale * l;
            best += weights[i] * e * e;
        }
        if (log != null) {
            log.tried(0, scale, 0, best, true);
        }
        for (int step = -4; step <= 4; step++) {
            if (step == 0) {
                continue;
            }
            float tried = (0.1f * step + nmax) / max;
            float triedScale = 1 / tried;
            float error = 0;
            for (int i = 0; i < n; i++) {
                int l = Math.min(nmax, CRounding.nearest(tried * x[i]));
                float e = x[i] - triedScale * l;
                error += weights[i] * e * e;
            }
            boolean better = error < best;
            if (better) {
                best = error;
                inverse = tried;
            }
            if (log != null) {
                log.tried(step, triedScale, 0, error, better);
            }
        }
        float sumLx = 0;
        float sumL2 = 0;
        for (int i = 0; i < n; i++) {
            int l = Math.min(nmax, CRounding.nearest(inverse * x[i]));
            codes[i] = l & 0xff;
            sumLx += weights[i] * x[i] * l;
            sumL2 += weights[i] * l * l;
        }
        for (int round = 0; round < 5; round++) {
            boolean changed = false;
            for (int i = 0; i < n; i++) {
                float w = weights[i];
                float lx = sumLx - w * x[i] * codes[i];
                float l2 = sumL2 - w * codes[i] * codes[i];
                if (lx > 0 && l2 > 0) {
                    int l = Math.min(nmax, CRounding.nearest(x[i] * l2 / lx));
                    if (l != codes[i]) {
                        lx += w * x[i] * l;
                        l2 += w * l * l;
                        if (lx * lx * sumL2 > sumLx * sumLx * l2) {
                            codes[i] = l & 0xff;
                            sumLx = lx;
                            sumL2 = l2;
                            changed = true;
                        }
                    }
                }
            }
            if (!changed) {
                break;
            }
        }
        float found = quotient(sumLx, sumL2);
        if (log != null) {
            double error = 0;
            for (int i = 0; i < n; i++) {
                double e = x[i] - (double) found * codes[i];
                error += weights[i] * e * e;
            }
            log.tried(5, found, 0, error, true);
        }
        return found;
    }

    /** The first of the numbers of largest magnitude; 0 if all are. */
    static float firstLargest(float[] x, int from, int n) {
        float largest = 0;
        float max = 0;
        for (int i = from; i < from + n; i++) {
            float magnitude = Math.abs(x[i]);
            if (magnitude > largest) {
                largest = magnitude;
                max = x[i];
            }
        }
        return max;
    }

    /** The largest magnitude. */
    static float absmax(float[] x, int from, int n) {
        return Math.abs(firstLargest(x, from, n));
    }

    static int clamp(int l, int low, int high) {
        return Math.max(low, Math.min(high, l));
    }
}
