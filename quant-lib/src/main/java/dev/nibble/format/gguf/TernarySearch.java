package dev.nibble.format.gguf;

import java.util.ArrayList;
import java.util.List;

/**
 * What IQ1_S and IQ1_M have in common: the best way to give sorted weights the levels -1, 0, 1, all moved by +1/8 or -1/8,
 * and the points of the grid nearest to it. Holds its own workspace: one for each thread. Source: ggml,
 * quantize_row_iq1_s_impl, quantize_row_iq1_m_impl, iq1_find_best_neighbour2; every sum in its order.
 */
final class TernarySearch {
    /** By how much the levels are moved. Source: ggml, IQ1S_DELTA. */
    static final float DELTA = 0.125f;

    /** The levels moved up, and moved down. */
    static final float[] UP = {-1 + DELTA, DELTA, 1 + DELTA};

    static final float[] DOWN = {-1 - DELTA, -DELTA, 1 - DELTA};

    private final Grid grid = Grid.IQ1.GRID;
    private final int count;
    /** The weights in ascending order, equal ones in theirs. */
    final int[] order;
    /** Level 0..2 of each weight. */
    final byte[] level;
    /** Index of the point of each 8 weights. */
    final int[] index;
    /** Scale and choice of the best split. */
    float scale;

    private float best;
    /** Where the levels 1 and 2 begin in the order; -1 if nothing was found. */
    private int firstZero;

    private int firstPlus;
    /** Which of the ways to move the levels. */
    int shift;

    TernarySearch(int count) {
        this.count = count;
        this.order = new int[count];
        this.level = new byte[count];
        this.index = new int[count / 8];
    }

    /** Sorts the weights of a sub-block: by insertion, which keeps equal ones in their order as glibc's qsort does. */
    void begin(float[] x, int from, float max) {
        for (int i = 0; i < count; i++) {
            int k = i;
            while (k > 0 && x[from + order[k - 1]] > x[from + i]) {
                order[k] = order[k - 1];
                k--;
            }
            order[k] = i;
        }
        best = -Float.MAX_VALUE;
        scale = max;
        firstZero = -1;
    }

    /** Offers a split; it is taken if it leaves less error than those before. */
    boolean offer(float sumqx, float sumq2, int zeroFrom, int plusFrom, int way) {
        if (sumq2 > 0 && sumqx * sumqx > best * sumq2) {
            scale = sumqx / sumq2;
            best = scale * sumqx;
            firstZero = zeroFrom;
            firstPlus = plusFrom;
            shift = way;
            return true;
        }
        return false;
    }

    boolean found() {
        return firstZero >= 0;
    }

    /**
     * Gives the weights the levels of the best split.
     *
     * @return whether the scale was negative, so that levels and scale have changed their signs
     */
    boolean settle() {
        for (int j = 0; j < count; j++) {
            level[order[j]] = (byte) (j < firstZero ? 0 : j < firstPlus ? 1 : 2);
        }
        if (scale >= 0) {
            return false;
        }
        scale = -scale;
        for (int j = 0; j < count; j++) {
            level[j] = (byte) (2 - level[j]);
        }
        return true;
    }

    /** Finds the point of 8 weights; says whether their levels are on the grid. */
    boolean choose(int group, float[] x, int from, float[] weights, float[] values) {
        int at = 8 * group;
        int packed = grid.pack(level, at);
        index[group] = grid.indexOf(packed);
        if (index[group] >= 0) {
            return true;
        }
        float least = Float.MAX_VALUE;
        byte[] points = grid.levels();
        for (int point : grid.neighbours(packed)) {
            float sum = 0;
            for (int i = 0; i < 8; i++) {
                float difference = scale * values[points[point * 8 + i]] - x[from + at + i];
                sum += weights[at + i] * difference * difference;
            }
            if (sum < least) {
                least = sum;
                index[group] = point;
            }
        }
        index[group] = Math.max(0, index[group]); // every error is more than float32 holds: no point is right
        return false;
    }

    /** Tells of the point of 8 weights, beside the levels that the best split gives them. */
    void tell(int group, SearchLog log) {
        int at = 8 * group;
        List<Integer> wanted = new ArrayList<>();
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            wanted.add((int) level[at + i]);
            taken.add((int) grid.levels()[index[group] * 8 + i]);
        }
        int packed = grid.pack(level, at);
        int near = grid.indexOf(packed) >= 0 ? 0 : grid.neighbours(packed).length;
        log.point(at, wanted, taken, index[group], near);
    }
}
