package dev.nibble.explain;

import java.util.List;
import java.util.Locale;

/**
 * How two quantized forms of one tensor differ, and why.
 *
 * @param tensor its name
 * @param a what the first is: a recipe, or a file and its type
 * @param b what the second is
 * @param ruleA how the first chooses its codes, as far as the codes tell: "x / s, ties to even, …"
 * @param ruleB how the second does
 * @param weights number of weights
 * @param differing weights whose codes differ
 * @param mseA mean squared error of the first; NaN if the original weights are not known
 * @param mseB of the second
 * @param sqnrA signal to quantization noise of the first, in dB
 * @param sqnrB of the second
 * @param causes why codes differ, the most frequent first; and last what equal codes cost that decode differently. The
 *     errors that they add sum up to {@code mseB - mseA}
 * @param examples a few weights of each cause
 * @param note what else there is to know, or the empty string
 */
public record Difference(
        String tensor,
        String a,
        String b,
        String ruleA,
        String ruleB,
        long weights,
        long differing,
        double mseA,
        double mseB,
        double sqnrA,
        double sqnrB,
        List<Cause> causes,
        List<Example> examples,
        String note) {
    public Difference {
        causes = List.copyOf(causes);
        examples = List.copyOf(examples);
    }

    /**
     * One cause.
     *
     * @param name "tie rule", "multiplied by 1/s or divided by s", "rounded scale", …; two joined by " or " if either
     *     alone explains the code, by " + " if it takes both
     * @param count weights whose code differs for it
     * @param mseAdded what they add to the mean squared error on the way from the first to the second; NaN without the
     *     original weights
     * @param dbAdded the same as a change of the first one's SQNR, in dB; negative is worse
     */
    public record Cause(String name, long count, double mseAdded, double dbAdded) {}

    /**
     * One weight whose code differs.
     *
     * @param row its row
     * @param column its column
     * @param value the original; NaN if it is not known
     * @param codeA place on the grid of the first, counted from 0 where both grids have a fixed 0, else from the lowest
     * @param codeB place on the grid of the second
     * @param scaledA the original in steps of the first one's grid, as it is before rounding; NaN if it is not known or
     *     the grid has no steps
     * @param scaledB the same of the second
     * @param decodedA what the first decodes to
     * @param decodedB what the second decodes to
     * @param cause name of the cause
     */
    public record Example(
            int row,
            int column,
            float value,
            int codeA,
            int codeB,
            float scaledA,
            float scaledB,
            float decodedA,
            float decodedB,
            String cause) {}

    /** One line: "w: 12 of 4,096 codes differ between int4:ct:g32 and int4:torchao:g32: 12 multiplied by 1/s or …". */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "%s: %,d of %,d codes differ between %s and %s", tensor, differing, weights, a, b));
        String separator = ": ";
        for (Cause cause : causes) {
            if (cause.count() > 0) {
                text.append(separator).append(String.format(Locale.ROOT, "%,d %s", cause.count(), cause.name()));
                separator = ", ";
            }
        }
        return text.toString();
    }
}
