package dev.nibble.compute;

/** The specification of {@link LogSums}. */
final class ScalarLogSums implements LogSums {
    static final int LANES = 16;
    static final double LOG2_E = 0x1.71547652b82fep0;
    /** ln 2 in two parts, the first with so few bits that its product with an exponent is exact (as in fdlibm's e_exp.c). */
    static final double LN2_HIGH = 0x1.62e42feep-1;

    static final double LN2_LOW = 0x1.a39ef35793c76p-33;
    /** Adding and taking it away rounds to an integer, ties to even; the integer is in the low bits in between. */
    static final double MAGIC = 0x1.8p52;

    static final double C13 = 1.0 / 6227020800.0;
    static final double C12 = 1.0 / 479001600;
    static final double C11 = 1.0 / 39916800;
    static final double C10 = 1.0 / 3628800;
    static final double C9 = 1.0 / 362880;
    static final double C8 = 1.0 / 40320;
    static final double C7 = 1.0 / 5040;
    static final double C6 = 1.0 / 720;
    static final double C5 = 1.0 / 120;
    static final double C4 = 1.0 / 24;
    static final double C3 = 1.0 / 6;

    /** x = n ln 2 + r with |r| at most half of ln 2; the series of exp(r) to the 13th power is exact to 5e-18. */
    static double exp(double x) {
        if (x < LOWEST) {
            return 0;
        }
        double magic = x * LOG2_E + MAGIC;
        double n = magic - MAGIC;
        double r = (x - n * LN2_HIGH) - n * LN2_LOW;
        double p = C13;
        p = p * r + C12;
        p = p * r + C11;
        p = p * r + C10;
        p = p * r + C9;
        p = p * r + C8;
        p = p * r + C7;
        p = p * r + C6;
        p = p * r + C5;
        p = p * r + C4;
        p = p * r + C3;
        p = p * r + 0.5;
        p = p * r * r + r;
        long exponent = Double.doubleToRawLongBits(magic) - Double.doubleToRawLongBits(MAGIC) + 1023;
        return (1 + p) * Double.longBitsToDouble(exponent << 52);
    }

    @Override
    public void exponentials(float[] x, int from, int n, float max, double[] sums) {
        double[] plain = new double[LANES];
        double[] weighted = new double[LANES];
        exponentials(x, from, 0, n, max, plain, weighted);
        sums[0] = tree(plain);
        sums[1] = tree(weighted);
    }

    static void exponentials(float[] x, int from, int i, int n, float max, double[] plain, double[] weighted) {
        for (; i < n; i++) {
            double t = (double) x[from + i] - max;
            double e = exp(t);
            plain[i % LANES] += e;
            weighted[i % LANES] += e == 0 ? 0 : e * t;
        }
    }

    @Override
    public double weightedDifference(float[] p, int pFrom, double pLogSum, float[] q, int qFrom, int n) {
        double[] sums = new double[LANES];
        weightedDifference(p, pFrom, pLogSum, q, qFrom, 0, n, sums);
        return tree(sums);
    }

    static void weightedDifference(
            float[] p, int pFrom, double pLogSum, float[] q, int qFrom, int i, int n, double[] sums) {
        for (; i < n; i++) {
            double e = exp(p[pFrom + i] - pLogSum);
            sums[i % LANES] += e == 0 ? 0 : e * ((double) p[pFrom + i] - q[qFrom + i]);
        }
    }

    static double tree(double[] lanes) {
        for (int step = LANES / 2; step > 0; step /= 2) {
            for (int i = 0; i < step; i++) {
                lanes[i] += lanes[i + step];
            }
        }
        return lanes[0];
    }
}
