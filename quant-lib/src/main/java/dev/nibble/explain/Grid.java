package dev.nibble.explain;

/**
 * Equally spaced numbers that a block lies on: origin + k · step for k = 0 … steps.
 *
 * @param origin smallest number of the block
 * @param step distance, positive
 * @param steps from the smallest to the largest number
 * @param chance log10 of the chance that unrelated numbers would fit as well
 */
record Grid(double origin, double step, int steps, double chance) {
    /** Most steps that are looked for: those of eight bits. */
    static final int MOST_STEPS = 255;

    /**
     * The coarsest grid that all numbers of a block lie on, each within the rounding of its type and of one float32
     * product, or null if there is none of at most {@link #MOST_STEPS} steps.
     *
     * @param d at least two different numbers
     */
    static Grid of(Distinct d, Precision precision) {
        return of(d, precision, MOST_STEPS);
    }

    static Grid of(Distinct d, Precision precision, int mostSteps) {
        float[] v = d.values();
        int last = v.length - 1;
        double origin = v[0];
        double range = v[last] - origin;
        double product = Math.ulp((float) range) / 2; // of code · step
        double ends = Math.max(precision.halfUnit(v[0]), precision.halfUnit(v[last])) + product;
        double[] tolerance = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            tolerance[i] = precision.halfUnit(v[i]) + product + ends;
        }
        for (int steps = last; steps <= mostSteps; steps++) {
            double step = range / steps;
            if (fits(v, origin, step, tolerance)) {
                double chance = d.chanceOfRepeats(precision) + Math.log10(steps - last + 1.0);
                for (int i = 1; i < last; i++) {
                    chance += Math.log10(Math.min(1, 2 * tolerance[i] / step));
                }
                return new Grid(origin, step, steps, chance);
            }
        }
        return null;
    }

    private static boolean fits(float[] v, double origin, double step, double[] tolerance) {
        for (int i = v.length - 2; i > 0; i--) {
            double place = (v[i] - origin) / step;
            if (Math.abs(place - Math.rint(place)) * step > tolerance[i]) {
                return false;
            }
        }
        return true;
    }

    /** Place of a number on the grid. */
    int place(float v) {
        return (int) Math.rint((v - origin) / step);
    }

    /** Place of the number 0, perhaps outside 0 … steps; or {@link Integer#MIN_VALUE} if 0 is not on the grid. */
    int zero(Precision precision) {
        double place = -origin / step;
        double nearest = Math.rint(place);
        double tolerance = 2 * precision.halfUnit(Math.max(Math.abs(origin), Math.abs(origin + steps * step)))
                + Math.ulp((float) (steps * step));
        // far from the block a grid passes near 0 whatever its step is
        boolean near = Math.abs(nearest) <= 2 * MOST_STEPS;
        return near && Math.abs(place - nearest) * step <= tolerance ? (int) nearest : Integer.MIN_VALUE;
    }
}
