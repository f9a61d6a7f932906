package dev.nibble.format;

import java.util.Arrays;

/**
 * The scales that a format can store for some of its weights, the rest of its numbers staying as they are: all real
 * numbers, the numbers of a floating-point type, or a list.
 */
public final class ScaleSet {
    /** Every number. */
    public static final ScaleSet REAL = new ScaleSet("any real number", null, 1, null);

    private final String name;
    private final ScaleType type;
    private final double factor;
    private final double[] sorted;

    private ScaleSet(String name, ScaleType type, double factor, double[] sorted) {
        this.name = name;
        this.type = type;
        this.factor = factor;
        this.sorted = sorted;
    }

    /**
     * The finite numbers of a type times a number.
     *
     * @param factor what a stored scale is multiplied with; not 0
     */
    public static ScaleSet of(ScaleType type, double factor) {
        return new ScaleSet(type.fullName(), type, factor, null);
    }

    /**
     * A list of scales.
     *
     * @param name what they are: "powers of two"
     * @param scales in any order; those that are not finite are left out
     * @throws IllegalArgumentException if none is finite
     */
    public static ScaleSet of(String name, double... scales) {
        double[] sorted = Arrays.stream(scales)
                .filter(Double::isFinite)
                .sorted()
                .distinct()
                .toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no scale of " + name + " is a finite number");
        }
        return new ScaleSet(name, null, 1, sorted);
    }

    /** Whole multiples of a unit, from {@code low} times to {@code high} times. */
    public static ScaleSet multiples(double unit, int low, int high) {
        double[] scales = new double[high - low + 1];
        for (int k = low; k <= high; k++) {
            scales[k - low] = k * unit;
        }
        return of("multiples of " + unit, scales);
    }

    /** What they are: "float16", "powers of two". */
    public String name() {
        return name;
    }

    /** Whether every number can be stored, but for the rounding of float32. */
    public boolean isReal() {
        return sorted == null && (type == null || type == ScaleType.F32);
    }

    /** All of them, ascending; empty if they are too many to list. */
    public double[] list() {
        return sorted == null ? new double[0] : sorted.clone();
    }

    /** The nearest of them. */
    public double nearest(double scale) {
        if (sorted != null) {
            return nearestListed(scale);
        }
        return type == null ? scale : factor * nearestStored(scale / factor);
    }

    private double nearestListed(double scale) {
        int found = Arrays.binarySearch(sorted, scale);
        if (found >= 0) {
            return scale;
        }
        int above = -found - 1;
        if (above == 0 || above == sorted.length) {
            return sorted[Math.min(above, sorted.length - 1)];
        }
        return scale - sorted[above - 1] <= sorted[above] - scale ? sorted[above - 1] : sorted[above];
    }

    /** Rounded by way of float32, whose neighbours go the other way where that made a tie of what was none. */
    private float nearestStored(double scale) {
        float near = (float) scale;
        float best = 0;
        for (float candidate : new float[] {near, Math.nextUp(near), Math.nextDown(near)}) {
            float stored = type.round(candidate);
            if (Float.isFinite(stored) && Math.abs(stored - scale) < Math.abs(best - scale)) {
                best = stored;
            }
        }
        return best != 0 || Math.abs(scale) < 1 ? best : (float) Math.copySign(largest(), scale);
    }

    private double largest() {
        return switch (type) {
            case F16 -> 65_504;
            case BF16 -> 0x1.fep127;
            case F32 -> Float.MAX_VALUE;
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
