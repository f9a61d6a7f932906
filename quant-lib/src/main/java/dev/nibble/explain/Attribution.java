package dev.nibble.explain;

import dev.nibble.explain.BlockGrid.Kind;
import dev.nibble.explain.Choices.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Why two forms gave one weight different codes: the weight is encoded again under the rule of the first, with one
 * ingredient taken from the second, then with two, until that gives the code of the second.
 */
final class Attribution {
    /** Parts of a rule that can be exchanged. */
    private enum Ingredient {
        TIE,
        MULTIPLY,
        INSIDE,
        ZERO,
        RANGE,
        SCALE,
        BOOK
    }

    private static final String SEARCH = "search choice";

    private final Rule a;
    private final Rule b;
    private final boolean book;
    /** Places are counted from 0 instead of from the lowest code. */
    private final boolean fromZero;

    Attribution(Rule a, Rule b) {
        this.a = a;
        this.b = b;
        this.book = a.kind() == Kind.BOOK || b.kind() == Kind.BOOK;
        this.fromZero = a.fixedZero() && b.fixedZero() && !book;
    }

    /** Where a code lies, so that codes of both forms can be compared. */
    int place(Run run, int rank) {
        return fromZero ? rank - run.grid().zero() : rank;
    }

    /** Whether places can be compared at all: both grids have about as many values. */
    static boolean comparable(Run a, Run b) {
        return Math.abs(a.grid().levels().length - b.grid().levels().length) <= 1
                || a.grid().levels().length == 1
                || b.grid().levels().length == 1;
    }

    /** The cause of a difference, in words. */
    String cause(float x, Run runA, int rankA, Run runB, int rankB) {
        Coding codingA = a.coding(runA);
        Coding codingB = b.coding(runB);
        int againA = codingA.rank(x);
        int againB = codingB.rank(x);
        if (againA != rankA || againB != rankB) {
            boolean nearly = (againA == rankA || codingA.isNearlyTie(x, againA, rankA))
                    && (againB == rankB || codingB.isNearlyTie(x, againB, rankB));
            return nearly ? "rounding of the arithmetic at a tie" : SEARCH;
        }
        List<Ingredient> differing = differing(codingA, codingB);
        int wanted = place(runB, rankB);
        for (int size = 1; size <= differing.size(); size++) {
            List<String> found = new ArrayList<>();
            for (int mask = 1; mask < 1 << differing.size(); mask++) {
                if (Integer.bitCount(mask) == size) {
                    Coding mixed = mixed(codingA, codingB, differing, mask);
                    int place = mixed.rank(x) - (fromZero ? mixed.zero() : 0);
                    if (place == wanted) {
                        found.add(names(differing, mask, runA, runB));
                    }
                }
            }
            if (!found.isEmpty()) {
                return String.join(" or ", found.stream().distinct().sorted().toList());
            }
        }
        return SEARCH;
    }

    private List<Ingredient> differing(Coding x, Coding y) {
        List<Ingredient> all = new ArrayList<>();
        if (x.tie() != y.tie()) {
            all.add(Ingredient.TIE);
        }
        if (book) {
            if (top(x) != top(y)) {
                all.add(Ingredient.SCALE);
            }
            if (!Arrays.equals(scaledTo(x.levels(), 1), scaledTo(y.levels(), 1))) {
                all.add(Ingredient.BOOK);
            }
            return all;
        }
        if (x.multiply() != y.multiply()) {
            all.add(Ingredient.MULTIPLY);
        }
        if (x.inside() != y.inside()) {
            all.add(Ingredient.INSIDE);
        }
        if (x.scale() != y.scale()) {
            all.add(Ingredient.SCALE);
        }
        boolean zeros = x.kind() != y.kind()
                || x.flipped() != y.flipped()
                || (x.kind() == Kind.FROM_MINIMUM ? x.minimum() != y.minimum() : x.zero() != y.zero());
        if (fromZero) {
            if (x.zero() != y.zero() || x.levels().length != y.levels().length || x.flipped() != y.flipped()) {
                all.add(Ingredient.RANGE);
            }
        } else {
            if (zeros) {
                all.add(Ingredient.ZERO);
            }
            if (x.levels().length != y.levels().length) {
                all.add(Ingredient.RANGE);
            }
        }
        return all;
    }

    private Coding mixed(Coding x, Coding y, List<Ingredient> differing, int mask) {
        Coding scale = from(x, y, differing, mask, Ingredient.SCALE);
        Coding tie = from(x, y, differing, mask, Ingredient.TIE);
        if (book) {
            Coding shape = from(x, y, differing, mask, Ingredient.BOOK);
            float[] levels = top(shape) == top(scale) ? shape.levels() : scaledTo(shape.levels(), top(scale));
            return new Coding(Kind.BOOK, levels, 0, 0, shape.zero(), false, false, false, tie.tie());
        }
        Coding range = from(x, y, differing, mask, Ingredient.RANGE);
        Coding zero = from(x, y, differing, mask, Ingredient.ZERO);
        return new Coding(
                zero.kind(),
                range.levels(),
                scale.scale(),
                zero.minimum(),
                fromZero ? range.zero() : zero.zero(),
                fromZero ? range.flipped() : zero.flipped(),
                from(x, y, differing, mask, Ingredient.MULTIPLY).multiply(),
                from(x, y, differing, mask, Ingredient.INSIDE).inside(),
                tie.tie());
    }

    private static Coding from(Coding x, Coding y, List<Ingredient> differing, int mask, Ingredient ingredient) {
        int at = differing.indexOf(ingredient);
        return at >= 0 && (mask >>> at & 1) != 0 ? y : x;
    }

    private static float top(Coding coding) {
        return largest(coding.levels());
    }

    private static float largest(float[] levels) {
        return Math.max(Math.abs(levels[0]), Math.abs(levels[levels.length - 1]));
    }

    private static float[] scaledTo(float[] levels, float top) {
        float largest = largest(levels);
        double factor = largest == 0 ? 0 : top / (double) largest;
        float[] scaled = new float[levels.length];
        for (int i = 0; i < levels.length; i++) {
            scaled[i] = (float) (levels[i] * factor);
        }
        return scaled;
    }

    private String names(List<Ingredient> differing, int mask, Run runA, Run runB) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < differing.size(); i++) {
            if ((mask >>> i & 1) != 0) {
                names.add(name(differing.get(i), runA, runB));
            }
        }
        return String.join(" + ", names);
    }

    private String name(Ingredient ingredient, Run runA, Run runB) {
        return switch (ingredient) {
            case TIE -> "tie rule";
            case MULTIPLY -> "multiply by 1/s or divide by s";
            case INSIDE -> "zero point added before or after rounding";
            case RANGE -> "range of the codes";
            case BOOK -> "code book";
            case ZERO -> zeroName(runA.grid(), runB.grid());
            case SCALE -> scaleName(runA, runB);
        };
    }

    private String zeroName(BlockGrid x, BlockGrid y) {
        if (x.kind() == Kind.FROM_MINIMUM || y.kind() == Kind.FROM_MINIMUM) {
            boolean oneRounds = x.kind() != y.kind() && !a.fixedZero() && !b.fixedZero();
            return oneRounds ? "rounded zero point" : "minimum"; // a real number in one, a whole code in the other
        }
        return Math.abs(x.zero() - y.zero()) == 1 ? "zero point off by one" : "zero point";
    }

    private String scaleName(Run runA, Run runB) {
        if (runA.from() != runB.from() || runA.to() != runB.to()) {
            return "block size";
        }
        float x = book ? largest(runA.grid().levels()) : runA.grid().step();
        float y = book ? largest(runB.grid().levels()) : runB.grid().step();
        if (x == y) {
            return "rounded scale"; // one computes codes before the scale is rounded, the other after
        }
        if (!book && a.scaling() != null && b.scaling() != null) {
            if ((a.scaling().whole() == null) != (b.scaling().whole() == null)) {
                return "block size";
            }
            return a.scaling().wanted(runA) == b.scaling().wanted(runB) ? "rounded scale" : "range of the scale";
        }
        boolean close = Math.abs(x - y) <= 0x1p-8 * Math.abs(y) && x != 0;
        return close ? "rounded scale" : book ? "range of the scale" : "search choice of the scale";
    }
}
