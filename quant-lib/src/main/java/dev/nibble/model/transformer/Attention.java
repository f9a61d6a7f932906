package dev.nibble.model.transformer;

import dev.nibble.compute.Gemm;
import dev.nibble.compute.Rows;
import dev.nibble.core.Parallel;
import java.util.Arrays;

/** Causal attention of the rows of a text to its cache. */
final class Attention {
    /** Queries whose scores are made together. */
    private static final int ROWS = 64;
    /** Multiplications below which other threads are not asked. */
    private static final long ALONE = 1 << 18;

    private Attention() {}

    /**
     * Attends; the cache holds keys and values up to the segment's last row.
     *
     * @param queries [rows, heads · size]
     * @param window positions that are looked back at; 0 for all
     * @param out gets as much
     */
    static void attend(TransformerConfig c, Segment segment, float[] queries, int window, float[] out, Workspace work) {
        long products = (long) segment.rows() * (segment.start() + segment.rows()) * c.heads() * c.headSize();
        if (products <= ALONE) {
            for (int h = 0; h < c.heads(); h++) {
                head(c, segment, queries, window, out, h, work);
            }
        } else {
            Parallel.ranges(c.heads(), 1, work.cancel, "attention", (first, end) -> {
                for (int h = first; h < end; h++) {
                    head(c, segment, queries, window, out, h, work);
                }
            });
        }
    }

    private static void head(
            TransformerConfig c, Segment segment, float[] queries, int window, float[] out, int h, Workspace work) {
        int size = c.headSize();
        int width = c.heads() * size;
        int keyHead = h / (c.heads() / c.keyHeads());
        KeyValueCache cache = segment.cache();
        Gemm gemm = work.heads[h];
        float factor = (float) (1 / Math.sqrt(size));
        for (int r = 0; r < segment.rows(); r += ROWS) {
            int rows = Math.min(ROWS, segment.rows() - r);
            int end = segment.start() + r + rows;
            work.scores[h] = Workspace.grown(work.scores[h], rows * end);
            float[] scores = work.scores[h];
            int at = (segment.at() + r) * width + h * size;
            gemm.multiply(
                    queries,
                    at,
                    width,
                    rows,
                    cache.keys(),
                    cache.keysOf(keyHead),
                    cache.keyStride(),
                    end,
                    size,
                    scores,
                    0,
                    end,
                    work.cancel);
            for (int i = 0; i < rows; i++) {
                int position = segment.start() + r + i;
                int low = window == 0 ? 0 : Math.max(0, position - window + 1);
                int row = i * end;
                int seen = position + 1 - low;
                Rows.scale(scores, row + low, seen, factor);
                Rows.softmax(scores, row + low, seen);
                Arrays.fill(scores, row, row + low, 0);
                Arrays.fill(scores, row + position + 1, row + end, 0);
            }
            gemm.multiply(
                    scores,
                    0,
                    end,
                    rows,
                    cache.values(),
                    cache.valuesOf(keyHead),
                    cache.valueStride(),
                    size,
                    end,
                    out,
                    at,
                    width,
                    work.cancel);
        }
    }
}
