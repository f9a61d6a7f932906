package dev.nibble.explain;

import dev.nibble.checkpoint.AffineRows;
import dev.nibble.checkpoint.Weight;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether the zeros of a GPTQ file are stored less one (version 1) or as they are (version 2), which the tensors do not
 * say. Weights of a layer average nearly 0, so codes lie about their zeros evenly: under the wrong version all of them
 * are off by one step.
 */
final class GptqZeros {
    /** Steps by which the mean under the one version has to be nearer to 0: most of the step between them. */
    private static final double CLEARLY = 0.5;

    private GptqZeros() {}

    /** What the codes say; empty for another layout, and where all zeros are alike and therefore known. */
    static Optional<String> told(Weight weight) {
        if (!weight.stored().startsWith("GPTQ")) {
            return Optional.empty();
        }
        boolean readAsFirst = !weight.stored().startsWith("GPTQ v2");
        return weight.affine(0, Math.toIntExact(weight.rows()))
                .filter(GptqZeros::hasSeveral)
                .map(rows -> words(mean(rows), readAsFirst));
    }

    private static boolean hasSeveral(AffineRows rows) {
        for (byte zero : rows.zeros()) {
            if (zero != rows.zeros()[0]) {
                return true;
            }
        }
        return false;
    }

    /** Mean of code less zero, in steps. */
    private static double mean(AffineRows rows) {
        long sum = 0;
        for (int i = 0; i < rows.codes().length; i++) {
            int group = i / rows.cols() * rows.groups() + rows.group()[i % rows.cols()];
            sum += (rows.codes()[i] & 0xff) - (rows.zeros()[group] & 0xff);
        }
        return sum / (double) rows.codes().length;
    }

    private static String words(double asRead, boolean readAsFirst) {
        double first = readAsFirst ? asRead : asRead - 1;
        double second = first + 1;
        String numbers =
                String.format(Locale.ROOT, "code - zero averages %.2f as version 1, %.2f as version 2", first, second);
        double other = readAsFirst ? second : first;
        if (Math.abs(asRead) - Math.abs(other) > CLEARLY) {
            return "its zeros are not those of version " + (readAsFirst ? 1 : 2)
                    + ", as which it is read, but of version " + (readAsFirst ? 2 : 1) + ": " + numbers;
        }
        return Math.abs(other) - Math.abs(asRead) > CLEARLY ? numbers : numbers + ", which tells nothing";
    }
}
