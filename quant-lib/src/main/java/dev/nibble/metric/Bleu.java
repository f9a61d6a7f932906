package dev.nibble.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * BLEU of generated texts against reference texts (Papineni and others, 2002), the numbers that sacrebleu gives by
 * default: signature {@code case:mixed|eff:no|tok:13a|smooth:exp}.
 *
 * @param score 0 to 100
 * @param precisions of runs of 1 to 4 words, in percent; a count of 0 is smoothed to half, a quarter, … of one
 * @param counts of runs that are in a reference
 * @param totals of runs
 * @param brevityPenalty 1 unless the texts are shorter than the references
 * @param length of the texts, in words
 * @param referenceLength of the references that are nearest in length
 */
public record Bleu(
        double score,
        List<Double> precisions,
        List<Long> counts,
        List<Long> totals,
        double brevityPenalty,
        long length,
        long referenceLength) {
    private static final int ORDER = 4;

    /** Rules of mteval-v13a.pl: blanks around symbols, around . and , unless between digits, and behind a digit's dash. */
    private static final Pattern SYMBOL = Pattern.compile("([{-~\\[-` -&(-+:-@/])");

    private static final Pattern STOP_BEHIND = Pattern.compile("([^0-9])([.,])");
    private static final Pattern STOP_BEFORE = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH = Pattern.compile("([0-9])(-)");
    private static final Pattern BLANKS = Pattern.compile("[" + Spaces.CLASS + "]+");

    public Bleu {
        precisions = List.copyOf(precisions);
        counts = List.copyOf(counts);
        totals = List.copyOf(totals);
    }

    /**
     * BLEU of a corpus with one reference for each text.
     *
     * @throws IllegalArgumentException if there are none, or not as many of one as of the other
     */
    public static Bleu of(List<String> texts, List<String> references) {
        return ofMany(texts, references.stream().map(List::of).toList());
    }

    /**
     * BLEU of a corpus.
     *
     * @param references one or more for each text
     */
    public static Bleu ofMany(List<String> texts, List<List<String>> references) {
        if (texts.isEmpty()
                || texts.size() != references.size()
                || references.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException(texts.size() + " texts and references for " + references.size()
                    + ": expected at least one reference for each text");
        }
        long[] right = new long[ORDER];
        long[] total = new long[ORDER];
        long length = 0;
        long referenceLength = 0;
        for (int i = 0; i < texts.size(); i++) {
            List<String> words = words(texts.get(i));
            List<List<String>> all = references.get(i).stream().map(Bleu::words).toList();
            length += words.size();
            referenceLength += nearest(words.size(), all);
            for (int n = 1; n <= ORDER; n++) {
                total[n - 1] += Math.max(0, words.size() - n + 1);
                right[n - 1] += matches(words, all, n);
            }
        }
        return of(right, total, length, referenceLength);
    }

    private static Bleu of(long[] right, long[] total, long length, long referenceLength) {
        double penalty =
                length >= referenceLength ? 1 : length == 0 ? 0 : StrictMath.exp(1 - (double) referenceLength / length);
        Double[] precisions = new Double[ORDER];
        Arrays.fill(precisions, 0.0);
        double score = 0;
        if (Arrays.stream(right).anyMatch(r -> r > 0)) {
            double smooth = 1;
            double logs = 0;
            boolean all = true;
            for (int n = 0; n < ORDER; n++) {
                if (total[n] == 0) {
                    all = false; // sacrebleu takes the logarithm of 0 to be so small that the score is 0
                    break;
                }
                if (right[n] == 0) {
                    smooth *= 2;
                    precisions[n] = 100 / (smooth * total[n]);
                } else {
                    precisions[n] = 100.0 * right[n] / total[n];
                }
                logs += StrictMath.log(precisions[n]);
            }
            score = all ? penalty * StrictMath.exp(logs / ORDER) : 0;
        }
        return new Bleu(
                score,
                List.of(precisions),
                Arrays.stream(right).boxed().toList(),
                Arrays.stream(total).boxed().toList(),
                penalty,
                length,
                referenceLength);
    }

    /** Length of the reference that is nearest in length, the shorter of two. */
    private static int nearest(int length, List<List<String>> references) {
        int best = references.getFirst().size();
        for (List<String> reference : references) {
            int size = reference.size();
            int nearer = Integer.compare(Math.abs(length - size), Math.abs(length - best));
            if (nearer < 0 || (nearer == 0 && size < best)) {
                best = size;
            }
        }
        return best;
    }

    /** Runs of n words that a reference has too, each as often as the reference that has it most often. */
    private static long matches(List<String> words, List<List<String>> references, int n) {
        Map<List<String>, Integer> most = new HashMap<>();
        for (List<String> reference : references) {
            runs(reference, n).forEach((run, count) -> most.merge(run, count, Math::max));
        }
        long matches = 0;
        for (Map.Entry<List<String>, Integer> run : runs(words, n).entrySet()) {
            matches += Math.min(run.getValue(), most.getOrDefault(run.getKey(), 0));
        }
        return matches;
    }

    private static Map<List<String>, Integer> runs(List<String> words, int n) {
        Map<List<String>, Integer> runs = new HashMap<>();
        for (int i = 0; i + n <= words.size(); i++) {
            runs.merge(words.subList(i, i + n), 1, Integer::sum);
        }
        return runs;
    }

    /** The words that the 13a tokenizer makes of a text. */
    static List<String> words(String text) {
        int end = text.length();
        while (end > 0 && Spaces.isSpace(text.charAt(end - 1))) {
            end--;
        }
        String line = text.substring(0, end)
                .replace("<skipped>", "")
                .replace("-\n", "")
                .replace("\n", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
        line = SYMBOL.matcher(" " + line + " ").replaceAll(" $1 ");
        line = STOP_BEHIND.matcher(line).replaceAll("$1 $2 ");
        line = STOP_BEFORE.matcher(line).replaceAll(" $1 $2");
        line = DASH.matcher(line).replaceAll("$1 $2 ");
        List<String> words = new ArrayList<>();
        for (String word : BLANKS.split(line, -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "BLEU %.2f, %.1f/%.1f/%.1f/%.1f (BP %.3f, %,d words, references %,d; 13a, smoothing exp)",
                score,
                precisions.get(0),
                precisions.get(1),
                precisions.get(2),
                precisions.get(3),
                brevityPenalty,
                length,
                referenceLength);
    }
}
