package dev.nibble.format.codebook;

/** The standard normal distribution in double precision. */
public final class Normal {
    private static final double[] CENTRE_P = {
        3.3871328727963665,
        133.14166789178438,
        1971.5909503065513,
        13731.69376550946,
        45921.95393154987,
        67265.7709270087,
        33430.57558358813,
        2509.0809287301227
    };
    private static final double[] CENTRE_Q = {
        1,
        42.31333070160091,
        687.1870074920579,
        5394.196021424751,
        21213.794301586597,
        39307.89580009271,
        28729.085735721943,
        5226.495278852854
    };
    private static final double[] NEAR_P = {
        1.4234371107496835,
        4.630337846156546,
        5.769497221460691,
        3.6478483247632045,
        1.2704582524523684,
        0.2417807251774506,
        0.022723844989269184,
        0.0007745450142783414
    };
    private static final double[] NEAR_Q = {
        1,
        2.053191626637759,
        1.6763848301838038,
        0.6897673349851,
        0.14810397642748008,
        0.015198666563616457,
        0.0005475938084995345,
        1.0507500716444169E-9
    };
    private static final double[] FAR_P = {
        6.657904643501103,
        5.463784911164114,
        1.7848265399172913,
        0.29656057182850487,
        0.026532189526576124,
        0.0012426609473880784,
        2.7115555687434876E-5,
        2.0103343992922881E-7
    };
    private static final double[] FAR_Q = {
        1,
        0.599832206555888,
        0.1369298809227358,
        0.014875361290850615,
        0.0007868691311456133,
        1.8463183175100548E-5,
        1.421511758316446E-7,
        2.0442631033899397E-15
    };

    private Normal() {}

    /**
     * The number below which a share {@code p} lies: the inverse of the distribution function, to about 1e-16 of its
     * size. Formula and coefficients: Wichura, "Algorithm AS 241: the percentage points of the normal distribution",
     * Applied Statistics 37, 1988 (PPND16).
     *
     * @param p between 0 and 1
     */
    public static double quantile(double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("there is no normal quantile of " + p + "; expected between 0 and 1");
        }
        double q = p - 0.5;
        if (Math.abs(q) <= 0.425) {
            double r = 0.180625 - q * q;
            return q * polynomial(CENTRE_P, r) / polynomial(CENTRE_Q, r);
        }
        double r = StrictMath.sqrt(-StrictMath.log(Math.min(p, 1 - p)));
        double x = r <= 5
                ? polynomial(NEAR_P, r - 1.6) / polynomial(NEAR_Q, r - 1.6)
                : polynomial(FAR_P, r - 5) / polynomial(FAR_Q, r - 5);
        return q < 0 ? -x : x;
    }

    private static double polynomial(double[] c, double x) {
        double y = 0;
        for (int i = c.length - 1; i >= 0; i--) {
            y = y * x + c[i];
        }
        return y;
    }

    /** The density. */
    static double density(double x) {
        return StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * StrictMath.PI);
    }

    /** The share between 0 and {@code x}, not negative: a power series (Marsaglia, J. Stat. Software 11(4), 2004). */
    private static double fromCentre(double x) {
        double term = x;
        double sum = x;
        for (int k = 3; term > sum * 0x1p-56; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return sum * density(x);
    }

    /**
     * The share above {@code x}, not negative: from 3 on by Laplace's continued fraction, x + 1/(x + 2/(x + 3/…)), of
     * which 100 terms are more than double precision needs there.
     */
    static double above(double x) {
        if (x < 3) {
            return 0.5 - fromCentre(x);
        }
        double fraction = x;
        for (int k = 100; k > 0; k--) {
            fraction = x + k / fraction;
        }
        return density(x) / fraction;
    }

    /**
     * The share between {@code a} and {@code b}.
     *
     * @param a not negative
     * @param b above {@code a}, perhaps infinite
     */
    static double between(double a, double b) {
        if (b == Double.POSITIVE_INFINITY) {
            return above(a);
        }
        return b < 3 ? fromCentre(b) - fromCentre(a) : above(a) - above(b);
    }

    /** The mean of what lies between {@code a} and {@code b}; as {@link #between}. */
    static double mean(double a, double b) {
        double tail = b == Double.POSITIVE_INFINITY ? 0 : density(b);
        return (density(a) - tail) / between(a, b);
    }
}
