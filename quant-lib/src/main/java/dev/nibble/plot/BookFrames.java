package dev.nibble.plot;

import dev.nibble.format.BlockScaled;
import dev.nibble.format.codebook.CodebookUsed;
import dev.nibble.format.codebook.CodesChosen;
import dev.nibble.format.codebook.LloydRound;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Code books: how they are fitted, and how each weight looks up its code. */
final class BookFrames {
    private BookFrames() {}

    static Frame book(CodebookUsed book) {
        double[] levels = levels(book);
        String sentence = String.format(
                Locale.ROOT,
                "The code book: %d values between %s and %s, in units of the block's scale.",
                levels.length,
                Numbers.text(levels[0]),
                Numbers.text(levels[levels.length - 1]));
        return new Frame(
                sentence,
                () -> new Scene("The code book", sentence)
                        .line(levels, names(book), doubles(book.boundaries()), Double.NaN, Double.NaN, "")
                        .note("dashed: where rounding turns from one value to the next; below: the codes")
                        .done());
    }

    private static double[] levels(CodebookUsed book) {
        return order(book).stream().mapToDouble(code -> book.values()[code]).toArray();
    }

    private static List<String> names(CodebookUsed book) {
        return order(book).stream().map(String::valueOf).toList();
    }

    /** The codes by their values, rising. */
    private static List<Integer> order(CodebookUsed book) {
        return IntStream.range(0, book.values().length)
                .boxed()
                .sorted(Comparator.comparingDouble(code -> book.values()[code]))
                .toList();
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    static List<Frame> of(CodebookUsed book, BlockScaled scaled, CodesChosen chosen) {
        var frames = new ArrayList<Frame>();
        for (int i = 0; i < chosen.codes().length; i++) {
            frames.add(weight(book, scaled, chosen, i));
        }
        return frames;
    }

    private static Frame weight(CodebookUsed book, BlockScaled scaled, CodesChosen chosen, int i) {
        double number = chosen.scaled()[i];
        int code = chosen.codes()[i] & 0xff;
        int neighbour = chosen.neighbours()[i] & 0xff;
        double value = book.values()[code];
        double scale = scaled.stored();
        String sentence = String.format(
                Locale.ROOT,
                "Weight %d is %s of the block's scale %s: the nearest value is %s, code %d; the next, %s, is %s away"
                        + " from being taken.",
                i,
                Numbers.text(number),
                Numbers.text(scale),
                Numbers.text(value),
                code,
                Numbers.text(book.values()[neighbour]),
                Numbers.text(chosen.distances()[i], 3));
        return new Frame(sentence, () -> {
            float[] weights = new float[chosen.scaled().length];
            for (int k = 0; k < weights.length; k++) {
                weights[k] = (float) (chosen.scaled()[k] * scale);
            }
            String title = "Row " + chosen.row() + ", columns " + chosen.column() + " to "
                    + (chosen.column() + weights.length - 1) + ": weight " + i;
            return new Scene(title, sentence)
                    .weights(weights, chosen.codes(), i, i + 1)
                    .line(levels(book), names(book), doubles(book.boundaries()), number, value, Numbers.text(number))
                    .formula(String.format(
                            Locale.ROOT,
                            "%s / %s = %s  →  code %d (%s)",
                            Numbers.text(weights[i]),
                            Numbers.text(scale),
                            Numbers.text(number),
                            code,
                            binary(code, book.values().length)))
                    .formula(String.format(
                            Locale.ROOT,
                            "%s · %s = %s, error %s",
                            Numbers.text(value),
                            Numbers.text(scale),
                            Numbers.text(value * scale),
                            Numbers.text((value - number) * scale, 3)))
                    .done();
        });
    }

    private static String binary(int code, int size) {
        int bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(size - 1));
        String digits = Integer.toBinaryString(code);
        return "0".repeat(Math.max(0, bits - digits.length())) + digits;
    }

    static Frame round(LloydRound round) {
        double[] levels = doubles(round.levels());
        String sentence = String.format(
                Locale.ROOT,
                "%s %d values, a mean squared error of %s.",
                round.round() == 0 ? "The beginning:" : "After round " + round.round() + ":",
                levels.length,
                Numbers.text(round.meanSquaredError()));
        return new Frame(
                sentence,
                () -> new Scene(String.format(Locale.ROOT, "Fitting %,d weights", round.count()), sentence)
                        .line(levels, List.of(), new double[0], Double.NaN, Double.NaN, "")
                        .done());
    }
}
