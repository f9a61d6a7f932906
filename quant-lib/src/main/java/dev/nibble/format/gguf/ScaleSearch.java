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
     * Symmetric codes −nmax..nmax−1, stored with nmax added: the candidates' inverse scales go in steps of 0.1 around
     * −nmax / (first largest magnitude, with its sign); each gets its least-squares scale (make_qx_quants, rmse_type 1).
     *
     * @param x n numbers from {@code from} on
     * @param weights of the numbers, from {@code weightsFrom} on; null for their squares
     * @param codes gets the codes, from {@code to} on; all 0 where the numbers are as good as zero
     * @return the scale, of either sign; 0 if there is nothing to scale
     */
    static float symmetric(
            int n,
            int nmax,
            float[] x,
            int from,
            float[] weights,
            int weightsFrom,
            int[] codes,
            int to,
            SearchLog log) {
        float max = firstLargest(x, from, n);
        if (Math.abs(max) < NOTHING) {
            Arrays.fill(codes, to, to + n, 0);
            return 0;
        }
        float inverse = -nmax / max;
        float sumLx = 0;
        float sumL2 = 0;
        for (int i = 0; i < n; i++) {
            int l = clamp(C.nearest(inverse * x[from + i]), -nmax, nmax - 1);
            codes[to + i] = l + nmax;
            float w = weights == null ? x[from + i] * x[from + i] : weights[weightsFrom + i];
            sumLx += w * x[from + i] * l;
            sumL2 += w * l * l;
        }
        float scale = sumL2 != 0 ? sumLx / sumL2 : 0;
        float best = scale * sumLx;
        if (log != null) {
            log.tried(0, scale, 0, error(n, nmax, x, from, weights, weightsFrom, inverse, scale), true);
        }
        for (int step = -9; step <= 9; step++) {
            if (step == 0) {
                continue;
            }
            inverse = -(nmax + 0.1f * step) / max;
            sumLx = 0;
            sumL2 = 0;
            for (int i = 0; i < n; i++) {
                int l = clamp(C.nearest(inverse * x[from + i]), -nmax, nmax - 1);
                float w = weights == null ? x[from + i] * x[from + i] : weights[weightsFrom + i];
                sumLx += w * x[from + i] * l;
                sumL2 += w * l * l;
            }
            boolean better = sumL2 > 0 && sumLx * sumLx > best * sumL2;
            if (better) {
                for (int i = 0; i < n; i++) {
                    codes[to + i] = nmax + clamp(C.nearest(inverse * x[from + i]), -nmax, nmax - 1);
                }
                scale = sumLx / sumL2;
                best = scale * sumLx;
            }
            if (log != null) {
                float tried = sumL2 > 0 ? sumLx / sumL2 : 0;
                log.tried(step, tried, 0, error(n, nmax, x, from, weights, weightsFrom, inverse, tried), better);
            }
        }
        return scale;
    }

    private static double error(
            int n, int nmax, float[] x, int from, float[] weights, int weightsFrom, float inverse, float scale) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            int l = clamp(C.nearest(inverse * x[from + i]), -nmax, nmax - 1);
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
            int l = clamp(C.nearest(inverse * x[from + i]), -nmax, nmax - 1);
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
                    int l = clamp(C.nearest(x[from + i] * l2 / lx), -nmax, nmax - 1);
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
     * weighted error stays (make_qkx2_quants, and make_qkx3_quants, which differs from it in nothing that is used).
     *
     * @param weights n numbers from 0 on
     * @param codes gets the codes, from {@code to} on
     * @param trial room for n codes
     * @param min gets minus the minimum at {@code minAt}: not negative
     * @return the scale; 0 if all numbers are equal, or none is above the minimum of 0 or less
     */
    static float affine(
            int n,
            Affine grid,
            float[] x,
            int from,
            float[] weights,
            int[] codes,
            int to,
            int[] trial,
            float[] min,
            int minAt,
            SearchLog log) {
        float low = x[from];
        float high = x[from];
        float sumW = weights[0];
        float sumX = sumW * x[from];
        for (int i = 1; i < n; i++) {
            float v = x[from + i];
            low = v < low ? v : low;
            high = v > high ? v : high;
            sumW += weights[i];
            sumX += weights[i] * v;
        }
        if (low > 0) {
            low = 0;
        }
        if (high <= low) { // they can only be equal: low is one of the numbers, or 0 below all of them
            Arrays.fill(codes, to, to + n, 0);
            min[minAt] = -low;
            return 0;
        }
        int nmax = grid.nmax();
        float range = high - low;
        float inverse = nmax / range;
        float scale = 1 / inverse;
        float best = 0;
        for (int i = 0; i < n; i++) {
            int l = clamp(C.nearest(inverse * (x[from + i] - low)), 0, nmax);
            codes[to + i] = l;
            best += weights[i] * penalty(scale * l + low - x[from + i], grid.absolute());
        }
        if (log != null) {
            log.tried(-1, scale, low, best, true);
        }
        float bestLow = low;
        for (int step = 0; step <= grid.steps(); step++) {
            inverse = (grid.first() + grid.delta() * step + nmax) / range;
            float sumL = 0;
            float sumL2 = 0;
            float sumXl = 0;
            for (int i = 0; i < n; i++) {
                int l = clamp(C.nearest(inverse * (x[from + i] - low)), 0, nmax);
                trial[i] = l;
                float wl = weights[i] * l;
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
                    error += weights[i] * penalty(s * trial[i] + m - x[from + i], grid.absolute());
                }
                boolean better = error < best;
                if (better) {
                    System.arraycopy(trial, 0, codes, to, n);
                    best = error;
                    scale = s;
                    bestLow = m;
                }
                if (log != null) {
                    log.tried(step, s, m, error, better);
                }
            }
        }
        min[minAt] = -bestLow;
        return scale;
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
            int l = C.nearest(inverse * x[i]) & 0xff;
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
                int l = Math.min(nmax, C.nearest(tried * x[i]));
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
            int l = Math.min(nmax, C.nearest(inverse * x[i]));
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
                    int l = Math.min(nmax, C.nearest(x[i] * l2 / lx));
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

    static int clamp(int l, int low, int high) {
        return Math.max(low, Math.min(high, l));
    }
}
