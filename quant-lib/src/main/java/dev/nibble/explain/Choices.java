package dev.nibble.explain;

import dev.nibble.explain.ScaleRule.Extremes;
import java.util.ArrayList;
import java.util.List;

/** What one quantized form chose in some rows: a grid for each run of weights, and a place on it for each weight. */
final class Choices {
    /**
     * Weights that share a grid.
     *
     * @param from first of them
     * @param to behind the last
     * @param grid their values
     * @param extremes of the original weights; null if they are not known
     */
    record Run(int from, int to, BlockGrid grid, Extremes extremes) {}

    private final List<Run> runs;
    private final int[] runOf;
    private final int[] rank;
    private final Slab slab;

    private Choices(Slab slab, List<Run> runs, int[] runOf, int[] rank) {
        this.slab = slab;
        this.runs = runs;
        this.runOf = runOf;
        this.rank = rank;
    }

    /** Null if the format has no code for each weight. */
    static Choices of(Slab slab, float[] original, int first) {
        if (slab == null) {
            return null;
        }
        int n = slab.size();
        List<Run> runs = new ArrayList<>();
        int[] runOf = new int[n];
        int[] rank = new int[n];
        for (int from = 0, to; from < n; from = to) {
            to = from + 1;
            while (to < n && !slab.starts(to)) {
                to++;
            }
            BlockGrid grid = BlockGrid.of(slab.levels(from));
            Extremes extremes = original == null ? null : Extremes.of(original, first + from, first + to);
            for (int i = from; i < to; i++) {
                runOf[i] = runs.size();
                rank[i] = grid.rank(slab.value(i));
                if (rank[i] < 0) {
                    return null; // a stranger's scale: not a number, or infinite
                }
            }
            runs.add(new Run(from, to, grid, extremes));
        }
        return new Choices(slab, runs, runOf, rank);
    }

    List<Run> runs() {
        return runs;
    }

    Run run(int i) {
        return runs.get(runOf[i]);
    }

    int rank(int i) {
        return rank[i];
    }

    float value(int i) {
        return slab.value(i);
    }

    int size() {
        return rank.length;
    }
}
