package dev.nibble.explain;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.explain.Difference.Cause;
import dev.nibble.explain.Difference.Example;
import dev.nibble.explain.ScaleRule.Extremes;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two forms of one tensor being compared, slab by slab: first the rule of each is found, then each code that differs gets
 * its cause.
 */
final class Comparison {
    /** Slabs that the rules are found from. */
    private static final int SAMPLES = 16;

    private static final String UNKNOWN = "the original weights would tell";
    private static final String BY_VALUE = "another number of codes";

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

    Comparison(Form a, Form b, Matrix original, Progress progress) {
        this.a = a;
        this.b = b;
        this.original = original;
        this.progress = progress;
        this.what = "compare " + a.name();
        this.rows = a.rows() == 0 ? 1 : Slab.rows(a, b);
    }

    /** Compares everything, under the progress given. */
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
        return sumUp(nameA, nameB, all);
    }

    private Difference sumUp(String nameA, String nameB, Map<String, Tally> all) {
        double n = (double) a.rows() * a.cols();
        ErrorStatistics errorA = original == null ? null : ErrorStatistics.of(original, a.decoded(progress));
        ErrorStatistics errorB = original == null ? null : ErrorStatistics.of(original, b.decoded(progress));
        double mseA = errorA == null ? Double.NaN : errorA.mse();
        List<Cause> causes = new ArrayList<>();
        List<Example> examples = new ArrayList<>();
        long differing = 0;
        for (Map.Entry<String, Tally> entry : inOrder(all)) {
            Tally tally = entry.getValue();
            boolean counts = !entry.getKey().equals(Diff.SAME_CODE);
            differing += counts ? tally.count() : 0;
            double added = original == null ? Double.NaN : tally.added() / n;
            double db = -10 * Math.log10((mseA + added) / mseA);
            causes.add(new Cause(entry.getKey(), tally.count(), added, mseA > 0 ? db : Double.NaN));
            examples.addAll(tally.examples());
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
                Comparator.comparing(e -> e.getKey().equals(Diff.SAME_CODE));
        return all.entrySet().stream()
                .sorted(last.thenComparingLong(e -> -e.getValue().count()).thenComparing(Map.Entry::getKey))
                .toList();
    }

    private Choices choices(Form form, int slab) {
        int from = slab * rows;
        int to = Math.min(form.rows(), from + rows);
        Slab cut = form.slab(from, to);
        return cut == null ? null : Choices.of(cut, original == null ? null : original.values(), from * form.cols());
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
            ScaleType storedA = a.scales().orElse(null);
            ruleA = Rule.fit(fromA, null, storedA);
            ruleB = Rule.fit(fromB, ruleA, b.scales().orElse(null));
            ruleA = Rule.fit(fromA, ruleB, storedA);
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
                    ? Diff.SAME_CODE
                    : attribution == null
                            ? visible(runA, runB)
                            : attribution.cause(x, runA, choicesA.rank(i), runB, choicesB.rank(i));
            Tally tally = found.computeIfAbsent(cause, c -> new Tally());
            tally.add(original == null ? 0 : square((double) valueB - x) - square((double) valueA - x));
            if (tally.wantsExample() && placeA != placeB) {
                tally.add(new Example(
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
                float w = original == null ? Float.NaN : original.values()[first + i];
                tally.add(original == null ? 0 : square((double) y[i] - w) - square((double) x[i] - w));
            }
        }
    }

    private static double square(double v) {
        return v * v;
    }
}
