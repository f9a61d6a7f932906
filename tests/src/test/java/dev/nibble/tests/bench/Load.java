package dev.nibble.tests.bench;

import dev.nibble.format.Importance;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;

/** What is quantized: bell-shaped weights, more than caches hold where the format is fast enough for that to matter. */
final class Load {
    private static final int COLS = 4096;
    private static final int TILE_ROWS = 64;

    private Load() {}

    /**
     * The weights for a recipe, [rows, 4096].
     *
     * @param largest bytes of float32 at most
     */
    static Matrix weights(String recipe, long largest) {
        int rows = (int) (bytes(recipe, largest) / (COLS * 4L));
        float[] tile = Generators.gaussian(Math.min(rows, TILE_ROWS), COLS, 1).values();
        float[] values = new float[rows * COLS];
        for (int at = 0; at < values.length; at += tile.length) {
            System.arraycopy(tile, 0, values, at, Math.min(tile.length, values.length - at));
        }
        return Matrix.of("w", rows, COLS, values);
    }

    /** Their size as float32: so much that one pass takes a fraction of a second. */
    static long bytes(String recipe, long largest) {
        long bytes = Math.min(largest, (long) (megabytes(recipe) * (1 << 20)));
        return Math.max(1, bytes / (COLS * 4L)) * COLS * 4L;
    }

    /** Importance for the types that are never written without, or null. */
    static Importance importance(String recipe) {
        if (!recipe.matches("iq(1_s|1_m|2_xs|2_xxs).*")) {
            return null;
        }
        float[] columns = new float[COLS];
        for (int c = 0; c < COLS; c++) {
            columns[c] = 1 + c % 7;
        }
        return new Importance("w", columns);
    }

    private static double megabytes(String recipe) {
        if (recipe.matches("iq[123].*|kmeans.*|lloyd.*")) {
            return 0.25;
        }
        return recipe.matches("(q[2-6]_k|iq4|.*:hqq|.*:mse).*") ? 4 : 128;
    }
}
