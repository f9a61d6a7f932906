package dev.nibble.explain;

import dev.nibble.format.ScaleType;
import java.util.Arrays;

/** What the blocks of one partition say when each is held against the coarsest grid that it lies on. */
final class GridEvidence extends Evidence {
    private final Precision precision;
    /** Steps of the blocks that fit, in their order; NaN elsewhere. */
    private final double[] step;
    /** Origins of the same. */
    private final double[] origin;

    private int mostSteps;
    private long zeroOnGrid;
    private int lowestPlace;
    private int highestPlace;
    private final long[] extremes = new long[Grid.MOST_STEPS * 2 + 2];
    private long halfScale;
    private long halfBoth;
    private long bfloatScale;

    GridEvidence(Precision precision, int blocks) {
        this.precision = precision;
        this.step = new double[blocks];
        this.origin = new double[blocks];
    }

    @Override
    Verdict look(int block, Distinct d) {
        step[block] = Double.NaN;
        if (d.tooMany()) {
            return Verdict.MISFIT;
        }
        if (d.size() < 2) {
            return Verdict.SILENT;
        }
        Grid grid = Grid.of(d, precision);
        if (grid == null) {
            return Verdict.MISFIT;
        }
        if (grid.chance() > CONVINCING) {
            return Verdict.SILENT;
        }
        step[block] = grid.step();
        origin[block] = grid.origin();
        int zero = grid.zero(precision);
        boolean half = stored(d, grid, zero, ScaleType.F16);
        boolean bfloat = stored(d, grid, zero, ScaleType.BF16);
        boolean halfOrigin = ScaleType.F16.round((float) grid.origin()) == (float) grid.origin();
        synchronized (this) {
            mostSteps = Math.max(mostSteps, grid.steps());
            halfScale += half ? 1 : 0;
            bfloatScale += bfloat ? 1 : 0;
            halfBoth += half && halfOrigin ? 1 : 0;
            if (zero != Integer.MIN_VALUE) {
                zeroOnGrid++;
                lowestPlace = Math.min(lowestPlace, -zero);
                highestPlace = Math.max(highestPlace, grid.steps() - zero);
                extremes[Math.min(extremes.length - 1, Math.max(Math.abs(zero), Math.abs(grid.steps() - zero)))]++;
            }
        }
        return Verdict.FIT;
    }

    @Override
    void reset() {
        mostSteps = 0;
        zeroOnGrid = 0;
        lowestPlace = 0;
        highestPlace = 0;
        halfScale = 0;
        halfBoth = 0;
        bfloatScale = 0;
        Arrays.fill(extremes, 0);
    }

    /** Whether a scale of that type gives back every number of the block, bit for bit. */
    private boolean stored(Distinct d, Grid grid, int zero, ScaleType type) {
        float scale = type.round((float) grid.step());
        float[] v = d.values();
        for (float number : v) {
            int place = grid.place(number);
            float again = zero == Integer.MIN_VALUE ? place * scale + v[0] : (place - zero) * scale;
            if (precision.round(again) != number) {
                return false;
            }
        }
        return true;
    }

    double[] steps() {
        return step;
    }

    double[] origins() {
        return origin;
    }

    int mostSteps() {
        return mostSteps;
    }

    /** Whether nearly all blocks have 0 on their grid. */
    boolean zeroIsOnTheGrid() {
        return mostly(zeroOnGrid);
    }

    /** Lowest place of a number, counted from 0; of blocks that have 0 on their grid. */
    int lowestPlace() {
        return lowestPlace;
    }

    int highestPlace() {
        return highestPlace;
    }

    /** Blocks whose largest number is that many steps away from 0, of those that have 0 on their grid. */
    long withExtreme(int place) {
        return extremes[place];
    }

    boolean scaleIsFloat16() {
        return mostly(halfScale);
    }

    boolean scaleIsBfloat16() {
        return mostly(bfloatScale);
    }

    boolean scaleAndMinimumAreFloat16() {
        return mostly(halfBoth);
    }

    private boolean mostly(long blocks) {
        return fits() > 0 && blocks >= 0.95 * fits();
    }
}
