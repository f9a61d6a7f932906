package dev.nibble.format.gguf;

/**
 * How far a weight of IQ4_NL or IQ4_XS may be from its value. Between the outermost values it is half the gap to a
 * neighbour. Beyond them it is what the search allows: without an importance matrix the error of weight i counts x_i², so
 * that the choice leaves Σ x²(x - s·q)² at most what the candidate whose largest magnitude M lies on -120 leaves. In steps of
 * u = M / 120 that is 32 · (115.5 · 11.5)² at worst (half-way between -127 and -104), hence for the largest weight
 * 120 · (120 - 127 s/u) &lt;= sqrt(32) · 1328.25, and M &lt;= 266 s. For scales so large that the squares of the sums
 * overflow any candidate may have been taken: with the widest, M on -134 and opposite weights up to 134, each term is at most
 * 2062² when the values are stretched by 1.05, and in the same way M &lt;= 362 s; 400 s, since those sums are rounded too.
 */
final class Iq4Bound {
    private Iq4Bound() {}

    /**
     * @param code 0..15
     * @param scale magnitude of the scale that the code was made with
     * @param found magnitude of the scale that the search found
     * @param slack by how much the stored scale may differ from that which the code was made with
     */
    static double of(int code, double scale, double found, double slack) {
        byte[] v = Iq4Scalar.VALUES;
        double below = code == 0 ? 0 : (v[code] - v[code - 1]) / 2.0;
        double above = code == 15 ? 0 : (v[code + 1] - v[code]) / 2.0;
        double bound = Math.max(below, above) * scale;
        if (code == 0 || code == 15 || scale == 0) {
            double most = (found < 256 ? 266 : 400) * found;
            bound = Math.max(bound, scale == 0 ? most : most - Math.abs(v[code]) * scale);
        }
        return (bound + Math.abs(v[code]) * slack) * (1 + 0x1p-12);
    }
}
