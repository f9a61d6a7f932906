package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.Weights;
import dev.nibble.compute.Panels;
import dev.nibble.compute.Rows;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.model.transformer.TransformerConfig.Activation;
import java.util.List;
import java.util.Map;

/**
 * A decoder-only transformer over the weights of a file, in float32. What it computes for a position depends on the
 * tokens before it and on nothing else: not on how many rows are computed together, on threads, or on the width of the
 * vector unit ({@link dev.nibble.compute.Gemm}). Its parts, embedding, blocks and head, are read when they are asked for.
 */
public final class Transformer {
    /** Rows that a thread norms, turns or activates at a time. */
    private static final int GRAIN = 16;

    private final TransformerConfig config;
    private final WeightReader reader;
    private final boolean tied;
    private final KeptPanels kept;

    private Transformer(TransformerConfig config, WeightReader reader, boolean tied, KeptPanels kept) {
        this.config = config;
        this.reader = reader;
        this.tied = tied;
        this.kept = kept;
    }

    /**
     * The transformer of a file.
     *
     * @param settings what config.json says; empty for a GGUF file, whose metadata says it
     * @throws CheckpointException if it is of no family that is known, does not say what it is, or lacks weights or has
     *     them in other shapes than it says
     */
    public static Transformer of(Weights weights, Map<String, Object> settings) {
        String file = String.valueOf(weights.checkpoint().path().getFileName());
        boolean gguf = weights.checkpoint().kind().startsWith("GGUF");
        Facts facts =
                gguf ? new Facts(file, weights.checkpoint().metadata()) : new Facts(file + ", config.json", settings);
        Family family = gguf ? Families.ofGguf(facts) : Families.ofConfig(facts);
        TransformerConfig config = config(family, facts, gguf);
        WeightReader reader = new WeightReader(weights, family, gguf, new Shapes(config), null);
        boolean tied = gguf ? !reader.has(Slot.HEAD, 0) : config.tied();
        Inventory.check(config, reader, tied, family.biases(facts));
        return new Transformer(config, reader, tied, new KeptPanels());
    }

    private static TransformerConfig config(Family family, Facts facts, boolean gguf) {
        try {
            return gguf
                    ? family.gguf(
                            facts,
                            facts.under(facts.text("general.architecture").orElseThrow() + "."))
                    : family.config(facts);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(facts.file() + ": " + e.getMessage(), e);
        }
    }

    /** The same over other numbers: every weight as the recipe stores it; null for the file's own. */
    public Transformer in(ModelRecipe recipe) {
        return new Transformer(config, reader.with(recipe), tied, kept);
    }

    /** Its shape. */
    public TransformerConfig config() {
        return config;
    }

    Workspace workspace() {
        return new Workspace(config);
    }

    KeyValueCache cache() {
        return new KeyValueCache(config.keyHeads(), config.headSize());
    }

    /** One layer's weights. */
    Block block(int layer, Progress progress) {
        return new Block(config, reader, layer, progress);
    }

    /** Rotary positions as the file stretches them; null where positions are learned. */
    Angles angles() {
        if (config.rope() == null) {
            return null;
        }
        float[] factors = reader.ropeFactors(config.rope().size() / 2);
        return new Angles(factors == null ? config.rope() : config.rope().divided(factors, "factors in the file"));
    }

    /** What stands before the blocks and behind them. */
    Ends ends(Progress progress) {
        return new Ends(progress);
    }

    /** The embeddings, and the way from the last block to logits. */
    final class Ends {
        private final Panels embedding;
        private final Panels head;
        private final float[] positions;
        private final Linear projectIn;
        private final Linear projectOut;
        private final Normalization finalNorm;

        private Ends(Progress progress) {
            embedding = panels(Slot.EMBEDDING, progress);
            head = !tied
                    ? panels(Slot.HEAD, progress)
                    : reader.headIsEmbedding() ? embedding : reader.tiedHead(progress);
            positions = config.rope() == null
                    ? reader.matrix(Slot.POSITIONS, 0, progress).values()
                    : null;
            projectIn = config.projects() ? new Linear(reader.panels(Slot.PROJECT_IN, 0, progress), null) : null;
            projectOut = config.projects() ? new Linear(reader.panels(Slot.PROJECT_OUT, 0, progress), null) : null;
            finalNorm = config.finalNorm() ? Normalization.read(config, reader, Slot.FINAL_NORM, 0) : null;
        }

        private Panels panels(Slot slot, Progress progress) {
            return reader.keeps(slot)
                    ? kept.find(slot, () -> reader.panels(slot, 0, progress))
                    : reader.panels(slot, 0, progress);
        }

        /** Bytes in memory. */
        long bytes() {
            return embedding.bytes() + (head == embedding ? 0 : head.bytes());
        }

        /** The first hidden state of a token: {@code hidden} numbers. */
        void embed(int token, int position, float[] x, int at, Workspace work) {
            if (projectIn == null) {
                embedding.row(token, x, at);
            } else {
                work.normed = Workspace.grown(work.normed, config.embeddingSize());
                work.added = Workspace.grown(work.added, config.hidden());
                embedding.row(token, work.normed, 0);
                projectIn.apply(work.normed, 1, work.added, work);
                System.arraycopy(work.added, 0, x, at, config.hidden());
            }
            if (positions != null) {
                Rows.add(positions, (position + config.positionOffset()) * config.hidden(), config.hidden(), x, at);
            }
        }

        /** Logits of some rows that lie one after the other. */
        void logits(float[] x, int from, int rows, float[] out, Workspace work) {
            float[] h = work.normed;
            if (finalNorm != null) {
                finalNorm.apply(x, from, rows, h, 0);
            } else {
                System.arraycopy(x, from, h, 0, rows * config.hidden());
            }
            if (projectOut != null) {
                projectOut.apply(h, rows, work.added, work);
                h = work.added;
            }
            work.gemm.multiply(h, 0, head.inputs(), rows, head, out, 0, config.vocabulary(), work.cancel);
        }
    }

    /**
     * One layer over a batch, in place.
     *
     * @param x hidden states, [rows, hidden]
     * @param angles of all positions of the batch; null where positions are learned
     * @param segments which rows belong together; their caches hold what came before
     */
    void run(Block block, int layer, Angles angles, float[] x, int rows, List<Segment> segments, Workspace work) {
        work.require(config, rows);
        int hidden = config.hidden();
        if (config.normFirst()) {
            norm(block.attentionNorm, x, rows, work);
        } else {
            System.arraycopy(x, 0, work.normed, 0, rows * hidden);
        }
        project(block, rows, work);
        if (angles != null) {
            turn(block, angles, segments, work);
        } else if (block.queryNorm != null) {
            throw new IllegalStateException("norms of queries and keys without rotary positions");
        }
        int keys = config.keyHeads() * config.headSize();
        for (int i = 0; i < segments.size(); i++) { // by number: an iterator would be new memory for every token
            Segment s = segments.get(i);
            for (int r = 0; r < s.rows(); r++) {
                int row = (s.at() + r) * keys;
                s.cache().put(s.start() + r, work.key, row, work.value, row);
            }
            work.attention.attend(s, work.query, config.window(layer), work.attended, work.cancel);
        }
        block.output.apply(work.attended, rows, work.added, work);
        Rows.add(work.added, 0, rows * hidden, x, 0);
        if (!config.normFirst()) {
            block.attentionNorm.apply(x, 0, rows, x, 0);
        }
        feedForward(block, x, rows, work);
    }

    private void project(Block block, int rows, Workspace work) {
        if (block.queryKeyValue == null) {
            block.query.apply(work.normed, rows, work.query, work);
            block.key.apply(work.normed, rows, work.key, work);
            block.value.apply(work.normed, rows, work.value, work);
            return;
        }
        int queries = config.heads() * config.headSize();
        int keys = config.keyHeads() * config.headSize();
        int all = queries + 2 * keys;
        work.fused = Workspace.grown(work.fused, rows * all);
        block.queryKeyValue.apply(work.normed, rows, work.fused, work);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(work.fused, r * all, work.query, r * queries, queries);
            System.arraycopy(work.fused, r * all + queries, work.key, r * keys, keys);
            System.arraycopy(work.fused, r * all + queries + keys, work.value, r * keys, keys);
        }
    }

    private void turn(Block block, Angles angles, List<Segment> segments, Workspace work) {
        for (int i = 0; i < segments.size(); i++) {
            Segment s = segments.get(i);
            if (s.rows() <= GRAIN) {
                turn(block, angles, s, 0, s.rows(), work);
            } else {
                Parallel.ranges(s.rows(), GRAIN, work.cancel, "layer", (a, b) -> turn(block, angles, s, a, b, work));
            }
        }
    }

    private void turn(Block block, Angles angles, Segment s, int from, int to, Workspace work) {
        for (int r = from; r < to; r++) {
            int row = s.at() + r;
            heads(work.query, row, config.heads(), block.queryNorm, angles, s.start() + r);
            heads(work.key, row, config.keyHeads(), block.keyNorm, angles, s.start() + r);
        }
    }

    /** Few rows stay on this thread, which takes no memory; the same below. */
    private void norm(Normalization norm, float[] x, int rows, Workspace work) {
        int hidden = config.hidden();
        if (rows <= GRAIN) {
            norm.apply(x, 0, rows, work.normed, 0);
        } else {
            Parallel.ranges(
                    rows,
                    GRAIN,
                    work.cancel,
                    "layer",
                    (a, b) -> norm.apply(x, a * hidden, b - a, work.normed, a * hidden));
        }
    }

    private void heads(float[] x, int row, int heads, Normalization norm, Angles angles, int position) {
        for (int h = 0; h < heads; h++) {
            int at = (row * heads + h) * config.headSize();
            if (norm != null) {
                norm.apply(x, at, 1, x, at);
            }
            angles.turn(x, at, position);
        }
    }

    private void feedForward(Block block, float[] x, int rows, Workspace work) {
        int hidden = config.hidden();
        int inner = config.feedForward();
        if (config.normFirst()) {
            norm(block.feedForwardNorm, x, rows, work);
        } else {
            System.arraycopy(x, 0, work.normed, 0, rows * hidden);
        }
        block.up.apply(work.normed, rows, work.up, work);
        float[] activated;
        if (config.activation() == Activation.SWIGLU) {
            block.gate.apply(work.normed, rows, work.gate, work);
            activated = work.gate;
        } else {
            activated = work.up;
        }
        if (rows <= GRAIN) {
            activate(0, rows * inner, work);
        } else {
            Parallel.ranges(rows, GRAIN, work.cancel, "layer", (a, b) -> activate(a * inner, (b - a) * inner, work));
        }
        block.down.apply(activated, rows, work.added, work);
        Rows.add(work.added, 0, rows * hidden, x, 0);
        if (!config.normFirst()) {
            block.feedForwardNorm.apply(x, 0, rows, x, 0);
        }
    }

    private void activate(int from, int count, Workspace work) {
        switch (config.activation()) {
            case SWIGLU -> Rows.siluTimes(work.gate, from, count, work.up, from);
            case GELU -> Rows.gelu(work.up, from, count);
            case GELU_TANH -> Rows.geluTanh(work.up, from, count);
            case RELU -> {
                for (int i = from; i < from + count; i++) {
                    work.up[i] = work.up[i] < 0 ? 0 : work.up[i];
                }
            }
        }
    }
}
