package dev.nibble.model.transformer;

import dev.nibble.compute.Gemm;
import dev.nibble.compute.Rows;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Loop;
import java.util.Arrays;

/** Causal attention of the rows of a text to its cache. */
final class Attention {
    /** Queries whose scores are made together. */
    private static final int ROWS = 64;
    /** Multiplications below which other threads are not asked. */
    private static final long ALONE = 1 << 18;

    private final TransformerConfig config;
    private final Loop loop = new Loop("attention", this::heads);
    /** One worker per head. */
    private final Gemm[] gemms;

    private final float[][] scores;

    // What is attended to now.
    private Segment segment;
    private float[] queries;
    private int window;
    private float[] out;
    private CancelToken cancel;

    Attention(TransformerConfig config) {
        this.config = config;
        gemms = new Gemm[config.heads()];
        scores = new float[config.heads()][0];
        for (int h = 0; h < gemms.length; h++) {
            gemms[h] = Gemm.alone();
        }
    }

    /**
     * Attends; the cache holds keys and values up to the segment's last row.
     *
     * @param of queries, [rows, heads · size]
     * @param back positions that are looked back at; 0 for all
     * @param to gets as much
     */
    void attend(Segment rows, float[] of, int back, float[] to, CancelToken token) {
        segment = rows;
        queries = of;
        window = back;
        out = to;
        cancel = token;
        int heads = config.heads();
        long products = (long) rows.rows() * (rows.start() + rows.rows()) * heads * config.headSize();
        if (products <= ALONE) {
            heads(0, heads);
        } else {
            loop.run(heads, 1, token);
        }
    }

    private void heads(int first, int end) {
        for (int h = first; h < end; h++) {
            head(h);
        }
    }

    private void head(int h) {
        int size = config.headSize();
        int width = config.heads() * size;
        int keyHead = h / (config.heads() / config.keyHeads());
        KeyValueCache cache = segment.cache();
        Gemm gemm = gemms[h];
        float factor = (float) (1 / Math.sqrt(size));
        for (int r = 0; r < segment.rows(); r += ROWS) {
            int rows = Math.min(ROWS, segment.rows() - r);
            int end = segment.start() + r + rows;
            float[] its = room(h, rows * end);
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
                    its,
                    0,
                    end,
                    cancel);
            for (int i = 0; i < rows; i++) {
                int position = segment.start() + r + i;
                int low = window == 0 ? 0 : Math.max(0, position - window + 1);
                int row = i * end;
                int seen = position + 1 - low;
                Rows.scale(its, row + low, seen, factor);
                Rows.softmax(its, row + low, seen);
                Arrays.fill(its, row, row + low, 0);
                Arrays.fill(its, row + position + 1, row + end, 0);
            }
            gemm.multiply(
                    its,
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
                    cancel);
        }
    }

    /** Room that grows by half, so that a text that grows seldom needs more. */
    private float[] room(int h, int size) {
        if (scores[h].length < size) {
            scores[h] = new float[size + size / 2];
        }
        return scores[h];
    }
}
