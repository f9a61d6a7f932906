package dev.nibble.explain;

/** How a scale follows from the weights of its block; found by trying which one gives the stored scales. */
enum ScaleRule {
    ABSMAX_TOP("absmax") {
        @Override
        float scale(Extremes e, int levels, int zero) {
            return e.absmax() / Math.min(zero, levels - 1 - zero);
        }
    },
    ABSMAX_MIDDLE("absmax") {
        @Override
        float scale(Extremes e, int levels, int zero) {
            return e.absmax() / ((levels - 1) / 2f);
        }
    },
    ABSMAX_BOTTOM("absmax") {
        @Override
        float scale(Extremes e, int levels, int zero) {
            return e.absmax() / Math.max(zero, levels - 1 - zero);
        }
    },
    RANGE_WITH_ZERO("(max - min)") {
        @Override
        float scale(Extremes e, int levels, int zero) {
            return (Math.max(0, e.high()) - Math.min(0, e.low())) / (levels - 1);
        }
    },
    RANGE("(max - min)") {
        @Override
        float scale(Extremes e, int levels, int zero) {
            return (e.high() - e.low()) / (levels - 1);
        }
    };

    /** What a block spans. */
    record Extremes(float low, float high) {
        static Extremes of(float[] x, int from, int to) {
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (int i = from; i < to; i++) {
                low = Math.min(low, x[i]);
                high = Math.max(high, x[i]);
            }
            return new Extremes(low, high);
        }

        float absmax() {
            return Math.max(Math.abs(low), Math.abs(high));
        }
    }

    private final String words;

    ScaleRule(String words) {
        this.words = words;
    }

    /** For people, with the numbers of a grid: "absmax / 7.5". */
    String words(BlockGrid grid) {
        int top = grid.levels().length - 1;
        String by = switch (this) {
            case ABSMAX_TOP -> Integer.toString(Math.min(grid.zero(), top - grid.zero()));
            case ABSMAX_MIDDLE -> Float.toString(top / 2f);
            case ABSMAX_BOTTOM -> Integer.toString(Math.max(grid.zero(), top - grid.zero()));
            case RANGE_WITH_ZERO, RANGE -> Integer.toString(top);
        };
        return words + " / " + by + (this == RANGE_WITH_ZERO ? ", with 0 in range" : "");
    }

    /**
     * The scale before it is stored.
     *
     * @param levels values of the grid
     * @param zero how many of them are below 0
     */
    abstract float scale(Extremes e, int levels, int zero);
}
