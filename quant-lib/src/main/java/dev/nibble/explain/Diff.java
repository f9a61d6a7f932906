package dev.nibble.explain;

import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.explain.Difference.Cause;
import dev.nibble.explain.Difference.Example;
import dev.nibble.explain.ScaleRule.Extremes;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Why two quantized forms of one tensor differ. Every code that differs is traced to its cause: the rule of each form is
 * found by trying which one gives its codes back, and each weight is encoded again with one ingredient exchanged after
 * the other. Nothing is known of the forms but their bytes and how these decode, so it holds for any format with a code
 * of at most eight bits for each weight, and for files that others wrote.
 */
public final class Diff {
    /** Slabs that the rules are found from. */
    private static final int SAMPLES = 16;

    private static final int EXAMPLES = 3;
    /** Name of the cause that is none: codes are equal, and what they decode to is not. */
    public static final String SAME_CODE = "same code, other value";

    /** How the note of a comparison begins in which a side holds plain numbers. */
    public static final String BY_VALUE_NOTE = "plain numbers have no codes: compared by value";

    private static final String UNKNOWN = "the original weights would tell";
    private static final String BY_VALUE = "another number of codes";

    private Diff() {}

    /** Two recipes on one matrix, under the progress of whoever runs the calling thread. */
    public static Difference recipes(Matrix w, String a, String b) {
        return recipes(w, a, b, Progress.current());
    }

    /**
     * Two recipes on one matrix.
     *
     * @param w finite weights, [out, in]
     * @throws IllegalArgumentException if a recipe is unknown or does not take the matrix
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Difference recipes(Matrix w, String a, String b, Progress progress) {
        Quantized qa = Formats.parse(a).quantize(w, progress);
        Quantized qb = Formats.parse(b).quantize(w, progress);
        return of(qa, a, qb, b, w, progress);
    }

    /**
     * Two forms of one tensor.
     *
     * @param nameA what the first is called
     * @param nameB what the second is called
     * @param original the weights that both were made from; null if they are not known, and then causes are not either
     * @throws IllegalArgumentException if the shapes differ
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Difference of(
            Quantized a, String nameA, Quantized b, String nameB, Matrix original, Progress progress) {
        return of(Form.of(a), nameA, Form.of(b), nameB, original, progress);
    }

    private static Difference of(Form a, String nameA, Form b, String nameB, Matrix original, Progress progress) {
        requireSameShape(a, nameA, b, nameB, original);
        return new Table(a, b, original, progress).difference(nameA, nameB);
    }

    /**
     * A recipe and a file, weight by weight: whether the file is what the recipe makes of the original weights, and if
     * not, why.
     *
     * @param original where the weights are that the file was made from
     * @param names of the weights that are compared; empty for all matrices that the file holds quantized
     * @throws dev.nibble.checkpoint.CheckpointException if a weight is not there or can not be read
     * @throws IllegalArgumentException if the recipe is unknown or does not take a weight, or shapes differ
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static List<Difference> recipeAndFile(
            String recipe, Weights file, Weights original, List<String> names, Progress progress) {
        Format format = Formats.parse(recipe);
        List<Difference> found = new ArrayList<>();
        for (Weight weight : file.all()) {
            boolean asked = names.isEmpty() ? isMatrix(weight) : names.contains(weight.name());
            Form stored = asked ? Form.of(weight).orElse(null) : null;
            if (stored != null) {
                Matrix w = all(original.get(weight.name()), progress);
                Form made = Form.of(format.quantize(w, progress));
                found.add(of(made, recipe, stored, called(file, weight), w, progress));
            } else if (!names.isEmpty() && asked) {
                Matrix w = all(original.get(weight.name()), progress);
                Matrix made = format.quantize(w, progress).dequantize();
                found.add(values(made, recipe, all(weight, progress), called(file, weight), w));
            }
        }
        names.forEach(file::get);
        return List.copyOf(found);
    }

    private static String called(Weights file, Weight weight) {
        return file.checkpoint().path().getFileName() + " (" + weight.stored() + ")";
    }

    /**
     * Two files, weight by weight: those of one name and shape in both, matrices only.
     *
     * @param original where the weights are that both were made from; null if they are not known
     * @param names of the weights that are compared; empty for all that both files have
     * @throws dev.nibble.checkpoint.CheckpointException if a weight that was named is not there or can not be read
     * @throws IllegalArgumentException if the shapes of a weight that was named differ
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static List<Difference> files(
            Weights a, Weights b, Weights original, List<String> names, Progress progress) {
        List<String> asked = new ArrayList<>(names);
        if (names.isEmpty()) {
            Set<String> there =
                    b.all().stream().filter(Diff::isMatrix).map(Weight::name).collect(Collectors.toSet());
            a.all().stream()
                    .filter(w -> isMatrix(w) && there.contains(w.name()))
                    .filter(w -> Arrays.equals(w.shape(), b.get(w.name()).shape()))
                    .forEach(w -> asked.add(w.name()));
        }
        List<Difference> found = new ArrayList<>();
        for (String name : asked) {
            found.add(weights(a, b, original == null ? null : original.get(name), name, progress));
        }
        return List.copyOf(found);
    }

    private static boolean isMatrix(Weight weight) {
        return weight.shape().length == 2 && weight.count() > 0;
    }

    private static Difference weights(Weights a, Weights b, Weight original, String name, Progress progress) {
        Weight x = a.get(name);
        Weight y = b.get(name);
        String nameX = called(a, x);
        String nameY = called(b, y);
        Matrix w = original == null ? null : all(original, progress);
        Optional<Form> fx = Form.of(x);
        Optional<Form> fy = Form.of(y);
        if (fx.isPresent() && fy.isPresent()) {
            return of(fx.get(), nameX, fy.get(), nameY, w, progress);
        }
        return values(all(x, progress), nameX, all(y, progress), nameY, w);
    }

    private static Matrix all(Weight weight, Progress progress) {
        return weight.rows(0, Math.toIntExact(weight.rows()), progress).named(weight.name());
    }

    private static Difference values(Matrix a, String nameA, Matrix b, String nameB, Matrix original) {
        a.requireSameShape(b);
        ErrorStatistics errorA = original == null ? null : ErrorStatistics.of(original, a);
        ErrorStatistics errorB = original == null ? null : ErrorStatistics.of(original, b);
        long differing = 0;
        for (int i = 0; i < a.size(); i++) {
            differing += a.values()[i] == b.values()[i] ? 0 : 1;
        }
        double mseA = errorA == null ? Double.NaN : errorA.mse();
        double mseB = errorB == null ? Double.NaN : errorB.mse();
        double sqnrA = errorA == null ? Double.NaN : errorA.sqnrDb();
        double sqnrB = errorB == null ? Double.NaN : errorB.sqnrDb();
        List<Cause> causes = differing == 0
                ? List.of()
                : List.of(new Cause("other value", differing, mseB - mseA, mseA > 0 ? sqnrB - sqnrA : Double.NaN));
        String note = differing == 0
                ? BY_VALUE_NOTE + ", and equal"
                : String.format(
                        Locale.ROOT,
                        BY_VALUE_NOTE + "; the difference is %.2f dB below the first's signal",
                        ErrorStatistics.of(a, b).sqnrDb());
        return new Difference(
                a.name(), nameA, nameB, "", "", a.size(), differing, mseA, mseB, sqnrA, sqnrB, causes, List.of(), note);
    }

    private static void requireSameShape(Form a, String nameA, Form b, String nameB, Matrix original) {
        if (a.rows() != b.rows() || a.cols() != b.cols()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s is [%d, %d] in %s, but [%d, %d] in %s: they can not be compared",
                    a.name(),
                    a.rows(),
                    a.cols(),
                    nameA,
                    b.rows(),
                    b.cols(),
                    nameB));
        }
        if (original != null && (original.rows() != a.rows() || original.cols() != a.cols())) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s is [%d, %d], but the original is [%d, %d]",
                    a.name(),
                    a.rows(),
                    a.cols(),
                    original.rows(),
                    original.cols()));
        }
    }

    /** Counts and sums of one cause, and its first examples. */
    private static final class Tally {
        private long count;
        private double added;
        private final List<Example> examples = new ArrayList<>();

        void add(Tally other) {
            count += other.count;
            added += other.added;
            for (Example example : other.examples) {
                if (examples.size() < EXAMPLES) {
                    examples.add(example);
                }
            }
        }
    }

    /** One comparison under way. */
    private static final class Table {
        private final Form a;
        private final Form b;
        private final Matrix original;
        private final Progress progress;
        private final int rows;
        private final String what;
        private Rule ruleA;
        private Rule ruleB;
        private boolean byValue;
        private boolean fromZero;

        Table(Form a, Form b, Matrix original, Progress progress) {
            this.a = a;
            this.b = b;
            this.original = original;
            this.progress = progress;
            this.what = "compare " + a.name();
            this.rows = a.rows() == 0 ? 1 : Slab.rows(a, b);
        }

        Difference difference(String nameA, String nameB) {
            findRules();
            int slabs = a.rows() == 0 ? 0 : (a.rows() - 1) / rows + 1;
            List<Map<String, Tally>> bySlab = new ArrayList<>();
            for (int i = 0; i < slabs; i++) {
                bySlab.add(null);
            }
            Parallel.ranges(slabs, 1, progress, what, "slabs", (from, to) -> {
                for (int s = from; s < to; s++) {
                    bySlab.set(s, compare(s));
                }
            });
            Map<String, Tally> all = new LinkedHashMap<>();
            for (Map<String, Tally> slab : bySlab) { // in order, so that sums are the same on any number of threads
                slab.forEach((cause, tally) ->
                        all.computeIfAbsent(cause, c -> new Tally()).add(tally));
            }
            return told(nameA, nameB, all);
        }

        private Difference told(String nameA, String nameB, Map<String, Tally> all) {
            double n = (double) a.rows() * a.cols();
            ErrorStatistics errorA = original == null ? null : ErrorStatistics.of(original, a.decoded(progress));
            ErrorStatistics errorB = original == null ? null : ErrorStatistics.of(original, b.decoded(progress));
            double mseA = errorA == null ? Double.NaN : errorA.mse();
            List<Cause> causes = new ArrayList<>();
            List<Example> examples = new ArrayList<>();
            long differing = 0;
            for (Map.Entry<String, Tally> entry : inOrder(all)) {
                Tally tally = entry.getValue();
                boolean counts = !entry.getKey().equals(SAME_CODE);
                differing += counts ? tally.count : 0;
                double added = original == null ? Double.NaN : tally.added / n;
                double db = -10 * Math.log10((mseA + added) / mseA);
                causes.add(new Cause(entry.getKey(), tally.count, added, mseA > 0 ? db : Double.NaN));
                examples.addAll(tally.examples);
            }
            return new Difference(
                    a.name(),
                    nameA,
                    nameB,
                    ruleA == null ? "" : ruleA.words(),
                    ruleB == null ? "" : ruleB.words(),
                    (long) n,
                    differing,
                    mseA,
                    errorB == null ? Double.NaN : errorB.mse(),
                    errorA == null ? Double.NaN : errorA.sqnrDb(),
                    errorB == null ? Double.NaN : errorB.sqnrDb(),
                    causes,
                    examples,
                    byValue ? "codes can not be compared one by one: what differs is counted by value" : "");
        }

        private static List<Map.Entry<String, Tally>> inOrder(Map<String, Tally> all) {
            Comparator<Map.Entry<String, Tally>> last =
                    Comparator.comparing(e -> e.getKey().equals(SAME_CODE));
            return all.entrySet().stream()
                    .sorted(last.thenComparingLong(e -> -e.getValue().count).thenComparing(Map.Entry::getKey))
                    .toList();
        }

        private Choices choices(Form form, int slab) {
            int from = slab * rows;
            int to = Math.min(form.rows(), from + rows);
            Slab cut = form.slab(from, to);
            return cut == null
                    ? null
                    : Choices.of(cut, original == null ? null : original.values(), from * form.cols());
        }

        private void findRules() {
            int slabs = a.rows() == 0 ? 0 : (a.rows() - 1) / rows + 1;
            int samples = Math.min(SAMPLES, slabs);
            Extremes whole = original == null ? null : Extremes.of(original.values(), 0, original.size());
            float[] numbers = original == null ? null : original.values();
            List<Rule.Sample> fromA = new ArrayList<>();
            List<Rule.Sample> fromB = new ArrayList<>();
            for (int i = 0; i < samples && !byValue; i++) {
                progress.cancelToken().check(what);
                int slab = (int) ((long) i * slabs / samples);
                Choices choicesA = choices(a, slab);
                Choices choicesB = choices(b, slab);
                byValue = choicesA == null || choicesB == null || !comparable(choicesA, choicesB);
                if (!byValue) {
                    int first = slab * rows * a.cols();
                    fromA.add(new Rule.Sample(choicesA, numbers, first, whole));
                    fromB.add(new Rule.Sample(choicesB, numbers, first, whole));
                }
            }
            if (!byValue && !fromA.isEmpty()) {
                fromZero = isFromZero(fromA) && isFromZero(fromB);
            }
            if (!byValue && !fromA.isEmpty() && original != null) {
                ruleA = Rule.fit(fromA, null);
                ruleB = Rule.fit(fromB, ruleA);
                ruleA = Rule.fit(fromA, ruleB);
            }
        }

        /** Whether 0 has the same place in all grids, as {@link Attribution#place} wants to know. */
        private static boolean isFromZero(List<Rule.Sample> samples) {
            return Rule.kind(samples) != BlockGrid.Kind.BOOK && Rule.fixedZero(samples);
        }

        private static boolean comparable(Choices a, Choices b) {
            for (int i = 0; i < a.size(); i++) {
                if (!Attribution.comparable(a.run(i), b.run(i))) {
                    return false;
                }
            }
            return true;
        }

        private Map<String, Tally> compare(int slab) {
            int first = slab * rows * a.cols();
            Map<String, Tally> found = new LinkedHashMap<>();
            Choices choicesA = byValue ? null : choices(a, slab);
            Choices choicesB = byValue ? null : choices(b, slab);
            if (choicesA == null || choicesB == null) {
                byValue(slab, first, found);
                return found;
            }
            Attribution attribution = ruleA == null ? null : new Attribution(ruleA, ruleB);
            for (int i = 0; i < choicesA.size(); i++) {
                Choices.Run runA = choicesA.run(i);
                Choices.Run runB = choicesB.run(i);
                int placeA = place(attribution, runA, choicesA.rank(i));
                int placeB = place(attribution, runB, choicesB.rank(i));
                float x = original == null ? Float.NaN : original.values()[first + i];
                float valueA = choicesA.value(i);
                float valueB = choicesB.value(i);
                if (placeA == placeB && valueA == valueB) {
                    continue;
                }
                String cause = placeA == placeB
                        ? SAME_CODE
                        : attribution == null
                                ? visible(runA, runB)
                                : attribution.cause(x, runA, choicesA.rank(i), runB, choicesB.rank(i));
                Tally tally = found.computeIfAbsent(cause, c -> new Tally());
                tally.count++;
                tally.added += original == null ? 0 : square((double) valueB - x) - square((double) valueA - x);
                if (tally.examples.size() < EXAMPLES && placeA != placeB) {
                    tally.examples.add(new Example(
                            (first + i) / a.cols(),
                            (first + i) % a.cols(),
                            x,
                            placeA,
                            placeB,
                            attribution == null ? Float.NaN : ruleA.coding(runA).scaled(x),
                            attribution == null ? Float.NaN : ruleB.coding(runB).scaled(x),
                            valueA,
                            valueB,
                            cause));
                }
            }
            return found;
        }

        /** What can be said without the original weights: how the grids differ. */
        private static String visible(Choices.Run x, Choices.Run y) {
            BlockGrid gridX = x.grid();
            BlockGrid gridY = y.grid();
            if (gridX.sameAs(gridY)) {
                return UNKNOWN;
            }
            if (x.from() != y.from() || x.to() != y.to()) {
                return "other blocks";
            }
            if (gridX.kind() != BlockGrid.Kind.MULTIPLES || gridY.kind() != BlockGrid.Kind.MULTIPLES) {
                return "other values of the grid";
            }
            boolean zero = gridX.zero() != gridY.zero() || gridX.levels().length != gridY.levels().length;
            boolean scale = gridX.step() != gridY.step();
            return zero ? scale ? "other scale and zero point" : "other zero point" : "other scale";
        }

        private int place(Attribution attribution, Choices.Run run, int rank) {
            return attribution != null
                    ? attribution.place(run, rank)
                    : fromZero ? rank - run.grid().zero() : rank;
        }

        private void byValue(int slab, int first, Map<String, Tally> found) {
            int from = slab * rows;
            int to = Math.min(a.rows(), from + rows);
            float[] x = a.values(from, to);
            float[] y = b.values(from, to);
            for (int i = 0; i < x.length; i++) {
                if (x[i] != y[i]) {
                    Tally tally = found.computeIfAbsent(BY_VALUE, c -> new Tally());
                    tally.count++;
                    float w = original == null ? Float.NaN : original.values()[first + i];
                    tally.added += original == null ? 0 : square((double) y[i] - w) - square((double) x[i] - w);
                }
            }
        }

        private static double square(double v) {
            return v * v;
        }
    }
}
