package dev.nibble.format.integer;

/** What becomes of unusual blocks, in the words of a manual. */
final class AffineSpecials {
    private AffineSpecials() {}

    static String of(AffineFormat.Spec spec) {
        AffineRule rule = spec.rule();
        StringBuilder text = new StringBuilder(zeros(rule));
        text.append(' ').append(constants(rule));
        text.append(" -0 is quantized as 0. ");
        text.append(
                spec.scaleType() == dev.nibble.format.ScaleType.F32
                        ? "Subnormal weights are rounded to the grid like others as far as their scale is above 0. "
                        : "Where a scale rounds to 0 in " + spec.scaleType().fullName()
                                + " every weight of its group decodes to the zero. ");
        text.append("A scale or zero too large for ")
                .append(spec.scaleType().fullName())
                .append(" is refused, even where the origin writes infinity.");
        if (rule.clipsFreely() || spec.search().clips()) {
            text.append(" Weights beyond the grid become its outermost codes; how far they lay beyond is known, and in"
                    + " the error bound, only for a matrix quantized here; of one read back from bytes the weights of a block together have a bound"
                    + " (sumBound).");
        }
        if (rule.range() == AffineRule.Range.MIRRORED) {
            text.append(" A group without negative weights keeps only the upper half of the codes, and its weights"
                    + " beyond the top code are clipped, as in GPTQ.");
        }
        return text.toString();
    }

    private static String zeros(AffineRule rule) {
        if (rule.isSign()) {
            return "A block of zeros has the scale 0 and decodes to zeros; its codes are those of positive weights.";
        }
        return "A block of zeros decodes to zeros: its scale is "
                + switch (rule.floor()) {
                    case NONE -> "0 and its codes are the zero";
                    case SCALE, ZERO_SCALE -> rule.least() + ", the origin's smallest";
                    case RANGE -> "that of a range of " + rule.least();
                    case UNIT_RANGE -> "that of the range -1 to 1";
                    case STORED -> rule.least() + " as stored";
                    case INVERSE -> "1";
                }
                + ".";
    }

    private static String constants(AffineRule rule) {
        if (rule.range() == AffineRule.Range.MEAN) {
            return "A constant block is exact but for the rounding of its scale.";
        }
        return switch (rule.zero()) {
            case MINIMUM ->
                "A constant block is its minimum, exact as far as that is stored; where the origin divides 0 by 0 the code"
                        + " is 0.";
            case IN_CODES -> "A constant block has the scale 1 and is exact as far as its zero is stored.";
            case IN_WEIGHTS -> "A constant block has the smallest scale and is exact as far as its zero is stored.";
            case INTEGER ->
                rule.range() == AffineRule.Range.AS_IS
                        ? "A constant block has the smallest range, and is clipped to it: it decodes to nearly nothing, as"
                                + " in the origin."
                        : "A constant block is an end of its grid.";
            case NONE -> "A constant block is an end of its grid, or within half a step of one.";
        };
    }
}
