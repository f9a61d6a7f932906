package dev.nibble.model;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.model.tokenizer.Tokenizer;
import dev.nibble.model.transformer.HiddenStates;
import dev.nibble.model.transformer.Sampler;
import dev.nibble.model.transformer.Sampling;
import dev.nibble.model.transformer.Session;
import dev.nibble.model.transformer.Transformer;
import dev.nibble.model.transformer.TransformerConfig;
import dev.nibble.model.transformer.WindowRunner;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A model that reads and writes text: a decoder-only transformer in float32 over the weights of a file, or over what a
 * recipe makes of them. Immutable; the weights are read, and quantized, when something runs.
 */
public final class LanguageModel implements LogitsSource {
    private final String name;
    private final Transformer transformer;
    private final Supplier<Tokenizer> tokenizer;
    private final ModelRecipe recipe;

    private LanguageModel(String name, Transformer transformer, Supplier<Tokenizer> tokenizer, ModelRecipe recipe) {
        this.name = name;
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.recipe = recipe;
    }

    /**
     * The model of some weights.
     *
     * @param settings what config.json says; empty for a GGUF file
     * @param tokenizer asked for once it is needed
     * @throws CheckpointException if it is of no family that is known here
     */
    static LanguageModel of(String name, Weights weights, Map<String, Object> settings, Supplier<Tokenizer> tokenizer) {
        return new LanguageModel(name, Transformer.of(weights, settings), tokenizer, null);
    }

    /**
     * The same model with its weights in another recipe, quantized on the fly: {@code int4:g128}, or the long form.
     *
     * @throws IllegalArgumentException if it is no recipe
     */
    public LanguageModel in(String other) {
        return in(ModelRecipe.parse(other));
    }

    /** The same model with its weights in another recipe. */
    public LanguageModel in(ModelRecipe other) {
        return new LanguageModel(name, transformer.in(other), tokenizer, other);
    }

    /** The name of the model, and the recipe if there is one. */
    @Override
    public String name() {
        return recipe == null ? name : name + " in " + recipe;
    }

    /** Its shape. */
    public TransformerConfig config() {
        return transformer.config();
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer.get();
    }

    @Override
    public int vocabulary() {
        return config().vocabulary();
    }

    @Override
    public int contextLength() {
        return config().contextLength();
    }

    @Override
    public void logits(List<Window> windows, Progress progress, LogitsSink sink) {
        new WindowRunner(transformer).logits(windows, progress, sink);
    }

    /**
     * What goes into the first layer.
     *
     * @throws IllegalArgumentException if a window is longer than the model was made for, or has a token that it does not
     *     know
     */
    public HiddenStates states(List<Window> windows, Progress progress) {
        return new WindowRunner(transformer).states(windows, progress);
    }

    /**
     * What comes out of the layer that states go into.
     *
     * @throws IllegalArgumentException if they came out of the last
     */
    public HiddenStates next(HiddenStates states, Progress progress) {
        return new WindowRunner(transformer).next(states, progress);
    }

    /**
     * This model over the windows of some hidden states, begun at their layer: for a model whose weights before that are
     * those that the states were computed with, the same bits as the whole run.
     */
    public LogitsSource from(HiddenStates states) {
        return new View(this, (windows, progress, sink) -> {
            if (!windows.equals(states.windows())) {
                throw new IllegalArgumentException("the hidden states are of other windows than these");
            }
            new WindowRunner(transformer).logits(states, progress, sink);
        });
    }

    /**
     * This model, telling what comes out of each layer while it runs: the same logits, and in passing the hidden states of
     * the first tokens, which are those that the tokens alone would give.
     *
     * @param positions how many tokens of the first window of each run, at most
     * @param each told the states behind each layer, in order, on the calling thread
     */
    public LogitsSource watched(int positions, Consumer<HiddenStates> each) {
        return new View(
                this,
                (windows, progress, sink) ->
                        new WindowRunner(transformer).logits(windows, progress, sink, positions, each));
    }

    /** How a view of this model makes logits. */
    @FunctionalInterface
    private interface Run {
        void logits(List<Window> windows, Progress progress, LogitsSink sink);
    }

    /** This model, run in another way. */
    private record View(LanguageModel model, Run run) implements LogitsSource {
        @Override
        public String name() {
            return model.name();
        }

        @Override
        public Tokenizer tokenizer() {
            return model.tokenizer();
        }

        @Override
        public int vocabulary() {
            return model.vocabulary();
        }

        @Override
        public int contextLength() {
            return model.contextLength();
        }

        @Override
        public void logits(List<Window> windows, Progress progress, LogitsSink sink) {
            run.logits(windows, progress, sink);
        }
    }

    /**
     * Begins a text that grows, with all weights in memory.
     *
     * @param capacity most tokens of it
     */
    public Session session(int capacity, Progress progress) {
        return new Session(transformer, capacity, progress);
    }

    /** The tokens of a text to continue, behind the one that begins texts where the model expects it. */
    public int[] prompt(String text) {
        int[] tokens = tokenizer().encode(text);
        if (!tokenizer().addsBos() || tokenizer().bos().isEmpty()) {
            return tokens;
        }
        int bos = tokenizer().bos().getAsInt();
        return tokens.length > 0 && tokens[0] == bos
                ? tokens
                : IntStream.concat(IntStream.of(bos), IntStream.of(tokens)).toArray();
    }

    /**
     * Continues some tokens.
     *
     * @param prompt at least one token
     * @param most tokens at most
     * @param each told each token as it comes
     * @return the new tokens; the one that ends a text is the last of them if it came
     * @throws IllegalArgumentException if the prompt is empty, or both together are longer than the model was made for
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public int[] generate(int[] prompt, int most, Sampling sampling, Progress progress, IntConsumer each) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException(
                    "there is no token to continue; a model without a token that begins texts" + " needs a prompt");
        }
        int end = tokenizer().eos().orElse(-1);
        Session session = session(Math.addExact(prompt.length, most), progress);
        Sampler sampler = new Sampler(sampling, vocabulary());
        float[] logits = new float[vocabulary()];
        int[] tokens = new int[most];
        session.read(prompt, 0, prompt.length, logits, progress.cancelToken());
        for (int i = 0; i < most; i++) {
            progress.cancelToken().check("generate");
            tokens[i] = sampler.next(logits);
            each.accept(tokens[i]);
            if (tokens[i] == end) {
                return Arrays.copyOf(tokens, i + 1);
            }
            if (i + 1 < most) {
                session.read(tokens, i, 1, logits, progress.cancelToken());
            }
        }
        return tokens;
    }

    @Override
    public String toString() {
        return name() + ": " + config();
    }
}
