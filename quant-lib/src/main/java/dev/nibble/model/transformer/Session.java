package dev.nibble.model.transformer;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One text that grows: all weights in memory, keys and values of what was read kept. After the first calls a token takes no
 * new memory. One thread at a time uses it.
 */
public final class Session {
    /** Tokens of a prompt that are read together. */
    private static final int CHUNK = 512;

    private final Transformer transformer;
    private final TransformerConfig config;
    private final Transformer.Ends ends;
    private final Angles angles;
    private final List<Block> blocks = new ArrayList<>();
    private final List<KeyValueCache> caches = new ArrayList<>();
    private final List<List<Segment>> segments = new ArrayList<>();
    private final Workspace work;
    private float[] x = new float[0];
    private int position;

    /**
     * Loads the weights.
     *
     * @param capacity most tokens of the text
     * @throws IllegalArgumentException if the model was made for fewer
     */
    public Session(Transformer transformer, int capacity, Progress progress) {
        this.transformer = transformer;
        config = transformer.config();
        if (capacity <= 0 || capacity > config.contextLength()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a text of %,d tokens, but the model was made for %,d",
                    capacity,
                    config.contextLength()));
        }
        work = transformer.workspace();
        try (Progress.Task task = progress.task("load " + config.family(), config.layers() + 1L, "layers")) {
            ends = transformer.ends(progress);
            angles = transformer.angles();
            task.step(1);
            for (int layer = 0; layer < config.layers(); layer++) {
                blocks.add(transformer.block(layer, progress));
                KeyValueCache cache = transformer.cache();
                cache.require(capacity);
                caches.add(cache);
                segments.add(List.of(new Segment(cache)));
                task.step(1);
            }
        }
    }

    /** Tokens that were read. */
    public int position() {
        return position;
    }

    /** Forgets all but the first tokens. */
    public void rewind(int to) {
        if (to < 0 || to > position) {
            throw new IllegalArgumentException("back to token " + to + " of " + position);
        }
        position = to;
    }

    /**
     * Reads tokens.
     *
     * @param logits gets those of the token that follows the last one, {@code vocabulary} numbers
     * @param cancel the stop request
     * @throws IllegalArgumentException if there are none, the model does not know one, or the text becomes too long
     */
    public void read(int[] tokens, int from, int count, float[] logits, CancelToken cancel) {
        if (count <= 0 || position + count > caches.getFirst().capacity()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%,d tokens behind %,d, in a session made for %,d",
                    count,
                    position,
                    caches.getFirst().capacity()));
        }
        work.cancel = cancel;
        int hidden = config.hidden();
        for (int done = 0; done < count; ) {
            int rows = Math.min(CHUNK, count - done);
            x = Workspace.grown(x, rows * hidden);
            work.require(config, rows);
            for (int r = 0; r < rows; r++) {
                int token = tokens[from + done + r];
                if (token < 0 || token >= config.vocabulary()) {
                    throw new IllegalArgumentException("token " + token + " is not among the model's");
                }
                ends.embed(token, position + r, x, r * hidden, work);
            }
            if (angles != null) {
                angles.require(position + rows, cancel);
            }
            for (int layer = 0; layer < blocks.size(); layer++) {
                segments.get(layer).getFirst().of(0, rows, position);
                transformer.run(blocks.get(layer), layer, angles, x, rows, segments.get(layer), work);
            }
            position += rows;
            done += rows;
            if (done == count) {
                ends.logits(x, (rows - 1) * hidden, 1, logits, work);
            }
        }
    }

    /** Bytes of weights in memory, and of keys and values. */
    public long bytes() {
        return ends.bytes()
                + blocks.stream().mapToLong(Block::bytes).sum()
                + caches.stream().mapToLong(KeyValueCache::bytes).sum();
    }
}
