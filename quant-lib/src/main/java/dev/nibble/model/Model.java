package dev.nibble.model;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Progress;
import dev.nibble.core.Vocabulary;
import dev.nibble.model.tokenizer.Tokenizer;
import dev.nibble.model.tokenizer.Tokenizers;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A model that is open: its name and its weights. The weights stay in the file until they are asked for. Thread-safe.
 */
public final class Model implements AutoCloseable {
    /** The number of a layer inside a tensor's name: {@code blk.7.}, {@code model.layers.7.}. */
    private static final Pattern NUMBER = Pattern.compile("(?<=^|\\.)\\d+(?=\\.|$)");

    private final String name;
    private final Checkpoint checkpoint;
    private Tokenizer tokenizer;

    Model(String name, Checkpoint checkpoint) {
        this.name = Objects.requireNonNull(name, "name");
        this.checkpoint = Objects.requireNonNull(checkpoint, "checkpoint");
    }

    /** The name that it was asked for by, or its file's name. */
    public String name() {
        return name;
    }

    /** The file that the weights are read from. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Completes the names of a model's or a checkpoint's tensors, level by level where there are many. */
    public static final class TensorNames implements Vocabulary {
        /** More than these are completed up to the next dot. */
        private static final int MOST = 200;

        @Override
        public String name() {
            return "tensor";
        }

        @Override
        public List<Word> complete(String typed, Object owner) {
            Checkpoint file =
                    owner instanceof Model model ? model.checkpoint : owner instanceof Checkpoint it ? it : null;
            if (file == null) {
                return List.of();
            }
            List<TensorInfo> fitting = file.tensors().stream()
                    .filter(tensor -> tensor.name().startsWith(typed))
                    .toList();
            return fitting.size() <= MOST
                    ? fitting.stream().map(TensorNames::word).toList()
                    : fitting.stream()
                            .map(tensor -> upToDot(tensor, typed.length()))
                            .distinct()
                            .toList();
        }

        private static Word upToDot(TensorInfo tensor, int from) {
            int dot = tensor.name().indexOf('.', from);
            return dot < 0 ? word(tensor) : new Word(tensor.name().substring(0, dot + 1), "");
        }

        private static Word word(TensorInfo tensor) {
            return new Word(
                    tensor.name(),
                    tensor.type() + " "
                            + Arrays.toString(tensor.shape())
                                    .replace(", ", " x ")
                                    .replaceAll("[\\[\\]]", ""));
        }
    }

    /** All tensors, in the order of the file. */
    public List<TensorInfo> tensors() {
        return checkpoint.tensors();
    }

    /**
     * One weight in float32, [out, in].
     *
     * @param tensor its name in the file
     * @throws dev.nibble.checkpoint.CheckpointException if there is no such tensor, with the nearest name; or its type
     *     can not be decoded
     */
    public Matrix weight(@Vocabulary.Of("tensor") String tensor) {
        return checkpoint.matrix(tensor);
    }

    /** {@link #weight(String)}, showing its progress somewhere else than the caller's. */
    public Matrix weight(@Vocabulary.Of("tensor") String tensor, Progress progress) {
        return checkpoint.matrix(tensor, progress);
    }

    /**
     * What reads and writes text with these weights.
     *
     * @throws dev.nibble.checkpoint.CheckpointException if the file does not hold a transformer of a family that is
     *     known here
     */
    public LanguageModel language() {
        return LanguageModel.of(
                name, Weights.of(checkpoint), checkpoint.config().orElse(Map.of()), this::tokenizer);
    }

    /**
     * What cuts text into the model's tokens: the one inside a GGUF file, else the one in the folder of the weights. Read
     * when it is first asked for.
     *
     * @throws dev.nibble.checkpoint.CheckpointException if there is none, or it can not be read
     */
    public synchronized Tokenizer tokenizer() {
        if (tokenizer == null) {
            tokenizer = Tokenizers.of(checkpoint);
        }
        return tokenizer;
    }

    /** Number of values in all tensors. */
    public long parameters() {
        return tensors().stream().mapToLong(TensorInfo::count).sum();
    }

    /** Bytes of all tensors as stored. */
    public long bytes() {
        return tensors().stream().mapToLong(TensorInfo::bytes).sum();
    }

    /** Stored bits per value, over all tensors; not-a-number for a file without any. */
    public double bitsPerWeight() {
        return 8.0 * bytes() / parameters();
    }

    /** {@link #oneMatrixOfEveryKind(Checkpoint)} of this model's file. */
    public List<TensorInfo> oneMatrixOfEveryKind() {
        return oneMatrixOfEveryKind(checkpoint);
    }

    /**
     * The first matrix of every kind, where two tensors are of one kind if their names differ only in the number of the
     * layer: embedding, attention query, …, feed-forward down. In the order of the file.
     */
    public static List<TensorInfo> oneMatrixOfEveryKind(Checkpoint checkpoint) {
        Map<String, TensorInfo> kinds = new LinkedHashMap<>();
        for (TensorInfo tensor : checkpoint.tensors()) {
            if (tensor.isMatrix()) {
                kinds.putIfAbsent(kind(tensor.name()), tensor);
            }
        }
        return List.copyOf(kinds.values());
    }

    /** {@code blk.7.ffn_down.weight} is a {@code blk.*.ffn_down.weight}. */
    static String kind(String tensor) {
        return NUMBER.matcher(tensor).replaceAll("*");
    }

    /** Lets the file go; weights that were read stay. */
    @Override
    public void close() {
        checkpoint.close();
    }

    /** One line: "smollm2-135m: GGUF 3, 272 tensors, 134,515,008 parameters, 5.24 bits each". */
    @Override
    public String toString() {
        int files = checkpoint.files().size();
        return String.format(
                Locale.ROOT,
                "%s: %s, %,d tensors%s, %,d parameters, %.2f bits each",
                name,
                checkpoint.kind(),
                tensors().size(),
                files == 1 ? "" : String.format(Locale.ROOT, " in %,d files", files),
                parameters(),
                bitsPerWeight());
    }
}
