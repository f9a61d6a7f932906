package dev.nibble.format.integer;

import dev.nibble.format.ScaleType;

/**
 * How far a decoded weight may lie from the original in one block, derived from the rule: in units of the weights.
 *
 * <pre>
 *   rounding to the grid                     step / 2
 *   scale stored rounded                     codes away from the zero · half a unit of the stored scale
 *   zero stored rounded                      half a unit of it (· step where it counts in codes)
 *   float32 arithmetic on the way            2^-21 of the largest numbers met
 *   weights beyond the outermost code        see {@link #above} and {@link #beyond}
 * </pre>
 */
final class ErrorBound {
    private final AffineFormat.Spec spec;
    private final AffineRule rule;
    private final double step;
    private final double levels;
    private final double inside;

    ErrorBound(AffineFormat.Spec spec, float scale, float zero) {
        this.spec = spec;
        this.rule = spec.rule();
        this.step = Math.abs((double) scale) * rule.factor();
        this.levels = 1 << rule.bits();
        this.inside = inside(scale, zero);
    }

    private double inside(float scale, float zero) {
        ScaleType type = spec.scaleType();
        double codes = rule.zero() == AffineRule.Zero.IN_CODES ? Math.abs((double) zero) + levels : levels;
        double halfScale = type.halfUnit(Math.abs(scale)) * rule.factor();
        double bound = step * 0.5 + codes * halfScale;
        double reach = codes * step;
        switch (rule.zero()) {
            case IN_CODES -> bound += type.halfUnit(Math.abs(zero)) * step;
            case IN_WEIGHTS, MINIMUM -> {
                bound += type.halfUnit(Math.abs(zero));
                reach += Math.abs((double) zero);
            }
            default -> {}
        }
        if (rule.multiply() && !IntegerScalar.usable(1 / scale * rule.steps())) {
            bound += levels * step; // 1 / s overflows: all codes are that of 0
        }
        return bound + reach * 0x1p-21;
    }

    /** Of a weight that is not clipped. */
    double inside() {
        return inside;
    }

    /** Whether the rule does not say how far beyond the grid a weight may lie. */
    boolean freely() {
        return rule.clipsFreely() || spec.search().clips();
    }

    /** What a weight with the largest code may lie further away than others, by a rule that tells. */
    double above(boolean nothingBelowCentre) {
        return Math.max(0, rule.stepsAboveTop(nothingBelowCentre) - 0.5) * step;
    }

    /** What a weight may lie beyond the grid by, for all that the stored bytes tell. */
    double beyond(long count) {
        // A mean of n magnitudes is at least an n-th of the largest.
        return rule.range() == AffineRule.Range.MEAN && !spec.search().clips()
                ? count * step * 1.01
                : Double.POSITIVE_INFINITY;
    }

    /** What a weight so far beyond the grid may be further away than one that is rounded: it is not both. */
    double furtherThanRounding(double beyond) {
        return Math.max(0, (spec.rowsThroughFp8() ? 1.08 : 1) * beyond - step * 0.5);
    }

    /** What a row's way through FP8 adds: half a unit of three mantissa bits, or of its subnormals. */
    double throughFp8(int index, AffineQuantized q) {
        if (!spec.rowsThroughFp8()) {
            return 0;
        }
        double reach = Math.max(1.07 * q.reachOfRow(index), 1e-12);
        double decoded = step * (levels / 2) * 1.01 + inside;
        return decoded * 0x1.1p-4 + reach / 448 * 0x1p-10;
    }
}
