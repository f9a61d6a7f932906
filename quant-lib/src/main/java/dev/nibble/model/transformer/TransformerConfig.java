package dev.nibble.model.transformer;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The shape of a decoder-only transformer: all that its arithmetic needs to know besides the weights.
 *
 * @param family "llama", "qwen3", "gpt2", …: whose block it is
 * @param vocabulary number of tokens, and of logits
 * @param hidden numbers of a position between blocks
 * @param layers number of blocks
 * @param heads query heads
 * @param keyHeads heads of keys and values; {@code heads} is a multiple of it (grouped-query attention)
 * @param headSize numbers of a head
 * @param feedForward numbers inside the feed-forward part
 * @param contextLength most positions that the model was made for
 * @param norm which norm
 * @param epsilon of the norms
 * @param normFirst whether a part works on the norm of its input (all but the oldest OPT) or its output is normed
 * @param finalNorm whether what the last layer leaves is normed before the head
 * @param activation of the feed-forward part
 * @param rope rotary positions; null where positions are learned
 * @param positionOffset first row of the learned positions that is used; OPT leaves two out
 * @param windows for each layer the positions that attention looks back at, the present one included, 0 for all; empty if
 *     every layer looks at all
 * @param queryKeyNorm whether queries and keys are normed, head by head (Qwen3)
 * @param embeddingSize numbers of a token's embedding; differs from {@code hidden} only in OPT-350M
 * @param tied whether the head is the embedding
 */
public record TransformerConfig(
        String family,
        int vocabulary,
        int hidden,
        int layers,
        int heads,
        int keyHeads,
        int headSize,
        int feedForward,
        int contextLength,
        Norm norm,
        float epsilon,
        boolean normFirst,
        boolean finalNorm,
        Activation activation,
        Rope rope,
        int positionOffset,
        List<Integer> windows,
        boolean queryKeyNorm,
        int embeddingSize,
        boolean tied) {
    /** Which norm. */
    public enum Norm {
        /** Root mean square, no bias. */
        RMS,
        /** Mean and variance, with a bias. */
        LAYER
    }

    /** What stands between the products of the feed-forward part. */
    public enum Activation {
        /** SwiGLU: silu(gate) · up, then down. */
        SWIGLU,
        /** GELU by the error function. */
        GELU,
        /** GELU by its tanh approximation. */
        GELU_TANH,
        RELU
    }

    /** Largest number that any dimension may have: a file that says more is damaged. */
    private static final int MOST = 1 << 24;
    /** Most layers; the largest models have some two hundred. */
    static final int MOST_LAYERS = 1 << 12;

    public TransformerConfig {
        Objects.requireNonNull(family, "family");
        Objects.requireNonNull(norm, "norm");
        Objects.requireNonNull(activation, "activation");
        positive("vocabulary", vocabulary);
        positive("hidden size", hidden);
        positive("number of layers", layers, MOST_LAYERS);
        positive("number of heads", heads);
        positive("number of key/value heads", keyHeads);
        positive("head size", headSize, MOST / heads);
        positive("feed-forward size", feedForward);
        positive("context length", contextLength);
        positive("embedding size", embeddingSize);
        if (heads % keyHeads != 0) {
            throw new IllegalArgumentException(
                    heads + " query heads can not share " + keyHeads + " key/value heads evenly");
        }
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw new IllegalArgumentException("the norms' epsilon is " + epsilon);
        }
        windows = List.copyOf(windows);
        if (!windows.isEmpty() && windows.size() != layers) {
            throw new IllegalArgumentException(windows.size() + " attention windows for " + layers + " layers");
        }
        if (positionOffset < 0 || windows.stream().anyMatch(w -> w < 0)) {
            throw new IllegalArgumentException("attention windows and the offset of positions can not be negative");
        }
        if (rope != null && rope.size() > headSize) {
            throw new IllegalArgumentException(
                    "rotary positions turn " + rope.size() + " numbers of a head of " + headSize);
        }
    }

    private static void positive(String what, int value) {
        positive(what, value, MOST);
    }

    private static void positive(String what, int value, int most) {
        if (value <= 0 || value > most) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "the %s is %,d; expected 1 to %,d", what, value, most));
        }
    }

    /** Positions that a layer looks back at; 0 for all. */
    int window(int layer) {
        return windows.isEmpty() ? 0 : windows.get(layer);
    }

    /** Whether embeddings are projected to hidden states and back. */
    boolean projects() {
        return embeddingSize != hidden;
    }

    /** Numbers that a position adds to the cache of keys and values, over all layers. */
    public long cacheNumbers() {
        return 2L * layers * keyHeads * headSize;
    }

    /** One line: "llama: 30 layers of 576, 9 heads over 3, feed-forward 1536, 49,152 tokens, context 8192". */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d layers of %d, %d heads%s, feed-forward %d, %,d tokens, context %d",
                family,
                layers,
                hidden,
                heads,
                keyHeads == heads ? "" : " over " + keyHeads,
                feedForward,
                vocabulary,
                contextLength);
    }
}
