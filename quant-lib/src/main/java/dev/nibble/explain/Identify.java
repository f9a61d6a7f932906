package dev.nibble.explain;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether weights were quantized before, and how: whether the numbers of each block lie on equally spaced
 * places or are values of a known code book times one scale. Every block is tested exactly, within the rounding of the
 * float type that the numbers are written in; a block counts only if unrelated numbers would fit less than once in a
 * million. Of what fits, the one that would take the fewest bits per weight is named.
 */
public final class Identify {
    /** Share of the blocks that have to fit: a tensor that was quantized, and then changed here and there, still does. */
    private static final double NEARLY_ALL = 0.98;

    private Identify() {}

    /**
     * What the numbers of a matrix lie on.
     *
     * @param w [out, in]
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Identity weights(Matrix w) {
        return weights(w, Progress.current());
    }

    /** The same under a progress of one's own. */
    public static Identity weights(Matrix w, Progress progress) {
        return weights(w, "", 32, progress.cancelToken());
    }

    /**
     * What the matrices of a model file lie on, in the order of the file.
     *
     * @param tensors names of those that are looked at; empty for all matrices whose numbers can be read
     * @throws CheckpointException if a tensor that was named is not there or can not be read
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static List<Identity> file(Checkpoint file, List<String> tensors, Progress progress) {
        Weights weights = Weights.of(file);
        List<Weight> asked = tensors.isEmpty()
                ? weights.all().stream().filter(Identify::isMatrix).toList()
                : tensors.stream().map(weights::get).toList();
        List<Identity> found = new ArrayList<>();
        long total = asked.stream().mapToLong(Weight::count).sum();
        try (Progress.Task task = progress.task("identify " + file.path().getFileName(), total, "weights")) {
            for (Weight weight : asked) {
                try {
                    Matrix w = weight.rows(0, Math.toIntExact(weight.rows()), progress.quiet())
                            .named(weight.name());
                    Identity identity = weights(w, weight.stored(), storedBits(weight), progress.cancelToken());
                    found.add(GptqZeros.told(weight).map(identity::noting).orElse(identity));
                } catch (CheckpointException unreadable) {
                    if (!tensors.isEmpty()) {
                        throw unreadable;
                    }
                    found.add(nothing(weight.name(), weight.stored(), "", "can not be read as numbers"));
                }
                task.step(weight.count());
            }
        }
        return List.copyOf(found);
    }

    private static boolean isMatrix(Weight weight) {
        return weight.shape().length == 2 && weight.shape()[0] > 1 && weight.shape()[1] > 1;
    }

    /** Bits per weight of codes and scales: tables and lists of a layout, which small tensors pay dearly for, apart. */
    private static double storedBits(Weight weight) {
        Optional<Quantized> quantized = weight.quantized(0, Math.toIntExact(weight.rows()));
        if (quantized.isPresent()) {
            return quantized.get().bitsPerWeight();
        }
        long bytes = weight.tensors().stream()
                .filter(tensor -> weight.tensors().size() == 1 || tensor.shape().length > 1)
                .mapToLong(TensorInfo::bytes)
                .sum();
        return 8.0 * bytes / weight.count();
    }

    private static Identity nothing(String tensor, String stored, String values, String note) {
        return new Identity(tensor, stored, values, Identity.NOTHING, "", 0, Double.NaN, 0, 0, note);
    }

    private static Identity weights(Matrix w, String stored, double storedBits, CancelToken cancel) {
        if (w.size() == 0) {
            return nothing(w.name(), stored, "", "no weights");
        }
        String what = "identify " + w.name();
        cancel.check(what);
        Precision precision = Precision.of(w.values());
        List<Guess> guesses = new ArrayList<>();
        for (Partition partition : Partition.all(w.rows(), w.cols())) {
            GridEvidence grid = new GridEvidence(precision, partition.blocks(w.rows(), w.cols()));
            if (grid.gather(w, partition, cancel, what) && grid.share() >= NEARLY_ALL) {
                guesses.add(GridNames.name(grid, partition, w.cols()));
            }
            for (Book book : Book.ALL) {
                BookEvidence evidence = new BookEvidence(book, precision, partition.blocks(w.rows(), w.cols()));
                if (evidence.gather(w, partition, cancel, what) && evidence.share() >= NEARLY_ALL) {
                    guesses.add(BookNames.name(book, evidence, partition, precision));
                }
            }
        }
        Optional<Guess> best = guesses.stream().min(Comparator.comparingDouble(Guess::bitsPerWeight));
        if (best.isEmpty()) {
            return nothing(w.name(), stored, precision.fullName(), silence(w));
        }
        Guess guess = best.get();
        return new Identity(
                w.name(),
                stored,
                precision.fullName(),
                guess.format(),
                guess.partition().text(w.rows(), w.cols()),
                guess.partition().size(),
                guess.bitsPerWeight(),
                guess.fits(),
                guess.tested(),
                note(stored, storedBits, guess.bitsPerWeight()));
    }

    private static String silence(Matrix w) {
        float first = w.values()[0];
        boolean constant = true;
        for (float v : w.values()) {
            if (!Float.isFinite(v)) {
                return "it holds numbers that are not finite";
            }
            constant &= v == first;
        }
        return constant ? "all weights are " + first : "";
    }

    /** What the finding says about how the tensor is stored. */
    private static String note(String stored, double storedBits, double foundBits) {
        if (storedBits >= 16) {
            return "quantized before";
        }
        // a scale that is itself quantized takes fewer bits than the finding can know of
        return foundBits < 0.98 * storedBits ? "stored as " + stored + ", but quantized before" : "as the file says";
    }

    /** One reading of the numbers that fits. */
    record Guess(String format, Partition partition, double bitsPerWeight, long fits, long tested) {}
}
