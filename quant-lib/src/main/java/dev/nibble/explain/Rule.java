package dev.nibble.explain;

import dev.nibble.explain.BlockGrid.Kind;
import dev.nibble.explain.Choices.Run;
import dev.nibble.explain.ScaleRule.Extremes;
import dev.nibble.format.ScaleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The rule by which a form chose its codes: of all combinations of ingredients, the one that gives most of the codes
 * back from the original weights; of equals, the simplest.
 *
 * @param kind of its grids
 * @param fixedZero whether 0 has the same place in every grid, but for the sign of the scale
 * @param multiply whether it multiplies by 1 / s
 * @param inside whether it adds the zero point before rounding
 * @param tie its tie rule
 * @param unrounded whether it computes codes from the scale before that is stored
 * @param scaling how scales follow from weights; null if by none of the rules known: by a search
 * @param tieSeen whether another tie rule gives fewer of the codes
 * @param multiplySeen whether dividing instead of multiplying, or the reverse, gives fewer of them
 * @param misses codes that the rule does not give
 * @param looked codes looked at
 */
record Rule(
        Kind kind,
        boolean fixedZero,
        boolean multiply,
        boolean inside,
        Tie tie,
        boolean unrounded,
        Scaling scaling,
        boolean tieSeen,
        boolean multiplySeen,
        long misses,
        long looked) {
    private static final double NEARLY_ALL = 0.95;

    /** Some rows of one form, where their original weights begin, and what the whole tensor spans. */
    record Sample(Choices choices, float[] original, int first, Extremes whole) {}

    /**
     * @param preferred the other form's rule, taken if it explains the codes as well; or null
     * @param stored how the form says that its scales are stored; or null
     */
    static Rule fit(List<Sample> samples, Rule preferred, ScaleType stored) {
        Kind kind = kind(samples);
        boolean fixedZero = fixedZero(samples);
        Scaling scaling = kind == Kind.BOOK ? null : scaling(samples, stored);
        List<Rule> tried = candidates(kind, fixedZero, scaling, preferred).stream()
                .map(rule -> rule.counted(samples))
                .toList();
        long fewest = tried.stream().mapToLong(Rule::misses).min().orElseThrow();
        List<Rule> best = tried.stream().filter(r -> r.misses == fewest).toList();
        Rule chosen = best.getFirst();
        return new Rule(
                kind,
                fixedZero,
                chosen.multiply,
                chosen.inside,
                chosen.tie,
                chosen.unrounded,
                scaling,
                best.stream().allMatch(r -> r.tie == chosen.tie),
                best.stream().allMatch(r -> r.multiply == chosen.multiply),
                fewest,
                chosen.looked);
    }

    /** The rule that gives nearly all scales in the type that they are said to be stored in, or else in any. */
    private static Scaling scaling(List<Sample> samples, ScaleType stored) {
        Scaling told = stored == null ? null : scaling(samples, new ScaleType[] {stored});
        return told == null ? scaling(samples, ScaleType.values()) : told;
    }

    /** Of rules and types that give the scales equally well, the first, and the widest type. */
    private static Scaling scaling(List<Sample> samples, ScaleType[] types) {
        Scaling found = null;
        double best = 0;
        for (Extremes whole : new Extremes[] {null, samples.getFirst().whole}) {
            for (ScaleRule rule : ScaleRule.values()) {
                for (ScaleType type : types) {
                    var scaling = new Scaling(rule, type, whole, "");
                    double share = matches(samples, scaling);
                    // a float32 scale that float16 holds as well was stored as float32 for all that is known
                    boolean wider =
                            found != null && found.rule == rule && Objects.equals(found.whole, whole) && share == best;
                    if (share >= NEARLY_ALL && (share > best || wider)) {
                        best = share;
                        String scope = whole == null ? "" : " of the tensor";
                        found = new Scaling(rule, type, whole, words(samples, rule, type, whole, share) + scope);
                    }
                }
            }
        }
        return found;
    }

    /** Where no block lies on one side of 0, nothing tells whether 0 is in range by rule. */
    private static String words(List<Sample> samples, ScaleRule rule, ScaleType type, Extremes whole, double share) {
        boolean open = rule == ScaleRule.RANGE_WITH_ZERO
                && matches(samples, new Scaling(ScaleRule.RANGE, type, whole, "")) == share;
        return (open ? ScaleRule.RANGE : rule).words(anyGrid(samples));
    }

    private static BlockGrid anyGrid(List<Sample> samples) {
        return samples.stream()
                .flatMap(s -> s.choices.runs().stream())
                .map(Run::grid)
                .filter(g -> g.step() != 0)
                .findFirst()
                .orElseThrow();
    }

    /**
     * How scales follow from weights.
     *
     * @param rule which
     * @param type how they are stored
     * @param whole extremes of the whole tensor if that shares one scale, else null
     * @param words the rule for people
     */
    record Scaling(ScaleRule rule, ScaleType type, Extremes whole, String words) {
        /** The scale of a run before it is stored. */
        float wanted(Run run) {
            return rule.scale(
                    whole == null ? run.extremes() : whole,
                    run.grid().levels().length,
                    run.grid().zero());
        }
    }

    private Rule(
            Kind kind,
            boolean fixedZero,
            boolean multiply,
            boolean inside,
            Tie tie,
            boolean unrounded,
            Scaling scaling) {
        this(kind, fixedZero, multiply, inside, tie, unrounded, scaling, false, false, 0, 0);
    }

    private static List<Rule> candidates(Kind kind, boolean fixedZero, Scaling scaling, Rule preferred) {
        List<Rule> all = new ArrayList<>();
        if (preferred != null) {
            all.add(new Rule(
                    kind,
                    fixedZero,
                    preferred.multiply,
                    preferred.inside,
                    preferred.tie,
                    preferred.unrounded && scaling != null && scaling.type != ScaleType.F32,
                    scaling));
        }
        boolean[] no = {false};
        boolean[] both = {false, true};
        boolean canBeInside = kind == Kind.MULTIPLES && !fixedZero;
        for (boolean unrounded : scaling != null && scaling.type != ScaleType.F32 ? both : no) {
            for (Tie tie : Tie.values()) {
                for (boolean inside : canBeInside ? both : no) {
                    for (boolean multiply : kind == Kind.BOOK ? no : both) {
                        all.add(new Rule(kind, fixedZero, multiply, inside, tie, unrounded, scaling));
                    }
                }
            }
        }
        return all;
    }

    static Kind kind(List<Sample> samples) {
        long[] counts = new long[3];
        for (Sample sample : samples) {
            for (Run run : sample.choices.runs()) {
                BlockGrid grid = run.grid();
                if (grid.levels().length > 1) {
                    counts[
                            switch (grid.kind()) {
                                case MULTIPLES -> 0;
                                case FROM_MINIMUM -> 1;
                                case BOOK -> 2;
                            }]++;
                }
            }
        }
        return counts[2] > 0 ? Kind.BOOK : counts[1] > 0 ? Kind.FROM_MINIMUM : Kind.MULTIPLES;
    }

    static boolean fixedZero(List<Sample> samples) {
        int place = -1;
        for (Sample sample : samples) {
            for (Run run : sample.choices.runs()) {
                BlockGrid grid = run.grid();
                int top = grid.levels().length - 1;
                if (top > 0) {
                    int folded = Math.max(grid.zero(), top - grid.zero());
                    boolean middle = Math.abs(2 * grid.zero() - top) <= 1;
                    if (!middle || (place >= 0 && place != folded)) {
                        return false;
                    }
                    place = folded;
                }
            }
        }
        return true;
    }

    /** Share of the scales that a rule gives, of those that are not 0. */
    private static double matches(List<Sample> samples, Scaling scaling) {
        long matches = 0;
        long all = 0;
        for (Sample sample : samples) {
            for (Run run : sample.choices.runs()) {
                BlockGrid grid = run.grid();
                if (grid.step() != 0) {
                    all++;
                    matches += scaling.type.round(scaling.wanted(run)) == grid.step() ? 1 : 0;
                }
            }
        }
        return all == 0 ? 0 : (double) matches / all;
    }

    private Rule counted(List<Sample> samples) {
        long wrong = 0;
        long all = 0;
        for (Sample sample : samples) {
            Choices choices = sample.choices;
            for (Run run : choices.runs()) {
                Coding coding = coding(run);
                for (int i = run.from(); i < run.to(); i++) {
                    wrong += coding.rank(sample.original[sample.first + i]) == choices.rank(i) ? 0 : 1;
                }
            }
            all += choices.size();
        }
        return new Rule(kind, fixedZero, multiply, inside, tie, unrounded, scaling, false, false, wrong, all);
    }

    /** The rule applied to one run. */
    Coding coding(Run run) {
        BlockGrid grid = run.grid();
        int top = grid.levels().length - 1;
        boolean flipped = fixedZero && grid.kind() == Kind.MULTIPLES && top - grid.zero() > grid.zero();
        float scale = unrounded ? unrounded(run) : grid.step();
        boolean fromLow = unrounded && run.extremes() != null;
        return new Coding(
                kind == Kind.BOOK ? Kind.BOOK : grid.kind(),
                grid.levels(),
                scale,
                fromLow ? run.extremes().low() : grid.levels()[0],
                grid.zero(),
                flipped,
                multiply,
                inside,
                tie);
    }

    /** The scale of a run before it was stored, if that is what was stored; else as it was stored. */
    private float unrounded(Run run) {
        float stored = run.grid().step();
        float wanted = stored == 0 ? 0 : scaling.wanted(run);
        return scaling.type.round(wanted) == stored ? wanted : stored;
    }

    /** For people: "x · (1/s), ties to even; s = absmax / 7.5, stored as float16". What no weight tells is left open. */
    String words() {
        String ties = tieSeen ? tie.words() : "to nearest";
        if (kind == Kind.BOOK) {
            return "nearest value of the code book" + (tieSeen ? ", " + ties : "") + missed();
        }
        String x = kind == Kind.FROM_MINIMUM ? "(x - min)" : "x";
        String quotient = !multiplySeen ? x + " / s or " + x + " · (1/s)" : multiply ? x + " · (1/s)" : x + " / s";
        String scale = scaling == null
                ? "; s by a search or a rule not known here"
                : "; s = " + scaling.words + ", stored as " + scaling.type.fullName()
                        + (unrounded ? " but used before that" : "");
        return quotient + (inside ? " + zero" : "") + ", " + ties + scale + missed();
    }

    private String missed() {
        return misses == 0 ? "" : "; " + misses + " of " + looked + " codes chosen otherwise";
    }
}
