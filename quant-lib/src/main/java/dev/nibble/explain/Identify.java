package dev.nibble.explain;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
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
        return weights(w, "", progress.cancelToken());
    }

    /**
     * What the matrices of a model file lie on, in the order of the file.
     *
     * @param tensors names of those that are looked at; empty for all matrices whose numbers can be read
     * @throws CheckpointException if a tensor that was named is not there or can not be read
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static List<Identity> file(Checkpoint file, List<String> tensors, Progress progress) {
        List<TensorInfo> asked = tensors.isEmpty()
                ? file.tensors().stream().filter(TensorInfo::isMatrix).toList()
                : tensors.stream().map(file::tensor).toList();
        List<Identity> found = new ArrayList<>();
        long total = asked.stream().mapToLong(TensorInfo::count).sum();
        try (Progress.Task task = progress.task("identify " + file.path().getFileName(), total, "weights")) {
            for (TensorInfo tensor : asked) {
                try {
                    Matrix w = file.matrix(tensor.name(), Progress.NONE);
                    found.add(weights(w, tensor.type().name(), progress.cancelToken()));
                } catch (CheckpointException unreadable) {
                    if (!tensors.isEmpty()) {
                        throw unreadable;
                    }
                    found.add(unread(tensor));
                }
                task.step(tensor.count());
            }
        }
        return List.copyOf(found);
    }

    private static Identity unread(TensorInfo tensor) {
        return nothing(tensor.name(), tensor.type().name(), "", "can not be read as numbers");
    }

    private static Identity nothing(String tensor, String stored, String values, String note) {
        return new Identity(tensor, stored, values, Identity.NOTHING, "", 0, Double.NaN, 0, 0, note);
    }

    private static Identity weights(Matrix w, String stored, CancelToken cancel) {
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
                BookEvidence evidence = new BookEvidence(book, precision);
                if (evidence.gather(w, partition, cancel, what) && evidence.share() >= NEARLY_ALL) {
                    double bits = book.bits() + (double) book.scaleBits() / partition.size();
                    guesses.add(new Guess(book.name(), partition, bits, evidence.fits(), evidence.tested()));
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
                note(stored, guess.format()));
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

    /** What the name that was found says about the type that the file declares. */
    private static String note(String stored, String format) {
        boolean isFloat = stored.isEmpty() || stored.matches("B?F(8|16|32|64).*");
        return isFloat
                ? "quantized before"
                : format.startsWith(stored) ? "as the file says" : "stored as " + stored + ", but quantized before";
    }

    /** One reading of the numbers that fits. */
    record Guess(String format, Partition partition, double bitsPerWeight, long fits, long tested) {}
}
