package dev.nibble.plot;

import dev.nibble.format.BlockWeights;
import dev.nibble.format.gguf.BlockChosen;
import dev.nibble.format.gguf.ScaleTried;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The searches of GGUF's block types: candidate by candidate, and what the block became. */
final class SearchFrames {
    private static final int MAX_LEVELS = 64;

    private SearchFrames() {}

    /** How many frames {@link #of} makes: each candidate, and the end. */
    static int count(List<ScaleTried> tried) {
        return tried.size() + 1;
    }

    static List<Frame> of(List<ScaleTried> tried, BlockChosen chosen, BlockWeights weights) {
        var frames = new ArrayList<Frame>();
        int from = 0;
        while (from < tried.size()) {
            ScaleTried first = tried.get(from);
            int to = from;
            while (to < tried.size()
                    && tried.get(to).column() == first.column()
                    && tried.get(to).of() == first.of()) {
                to++;
            }
            frames.addAll(search(tried.subList(from, to), weights));
            from = to;
        }
        frames.add(end(chosen, weights));
        return frames;
    }

    private static List<Frame> search(List<ScaleTried> all, BlockWeights block) {
        double[] errors = all.stream().mapToDouble(ScaleTried::error).toArray();
        var frames = new ArrayList<Frame>();
        int best = -1;
        for (int i = 0; i < all.size(); i++) {
            int before = best;
            best = all.get(i).taken() ? i : best;
            frames.add(candidate(all, errors, i, before, best, block));
        }
        return frames;
    }

    private static Frame candidate(
            List<ScaleTried> all, double[] errors, int i, int before, int best, BlockWeights block) {
        ScaleTried one = all.get(i);
        String what = switch (one.of()) {
            case WEIGHTS -> one.count() + " weights from column " + one.column();
            case SCALES -> "the scales of the sub-blocks";
            case MINS -> "the minima of the sub-blocks";
        };
        String sentence = String.format(
                Locale.ROOT,
                "Candidate %d of %d for %s: scale %s%s, error %s, %s.",
                i + 1,
                all.size(),
                what,
                Numbers.text(one.scale()),
                one.min() == 0 ? "" : " from " + Numbers.text(one.min()),
                Numbers.text(one.error()),
                before < 0
                        ? "the first"
                        : i == best
                                ? "less than " + Numbers.text(errors[before]) + ": taken"
                                : "not less than " + Numbers.text(errors[before]) + ": left");
        return new Frame(sentence, () -> {
            int offset = one.column() - block.column();
            boolean ofWeights =
                    one.of() == ScaleTried.Of.WEIGHTS && offset >= 0 && offset + one.count() <= block.weights().length;
            Scene scene =
                    new Scene("Row " + one.row() + ": which scale for " + what + "?", sentence).search(errors, i, best);
            if (ofWeights) {
                float[] part = Arrays.copyOfRange(block.weights(), offset, offset + one.count());
                scene.grid(part, levels(one, part));
            }
            return scene.done();
        });
    }

    /** The values of the candidate's grid that the weights can reach. */
    private static double[] levels(ScaleTried one, float[] weights) {
        double step = Math.abs((double) one.scale());
        double low = Scene.min(weights);
        double high = Scene.max(weights);
        if (step == 0 || (high - low) / step > MAX_LEVELS) {
            return new double[0];
        }
        int from = one.min() == 0 ? (int) Math.rint(low / step) : 0;
        int to = (int) Math.rint((high - one.min()) / step);
        return IntStream.rangeClosed(from, Math.max(from, to))
                .mapToDouble(k -> one.min() + k * step)
                .toArray();
    }

    private static Frame end(BlockChosen chosen, BlockWeights weights) {
        double rms = Scene.rms(weights.weights(), weights.decoded());
        var stored = new StringBuilder("d = " + Numbers.text(chosen.d()));
        if (chosen.min() != 0) {
            stored.append(", second number ").append(Numbers.text(chosen.min()));
        }
        if (chosen.scales().length > 0) {
            stored.append("; scales ").append(Arrays.toString(chosen.scales()));
        }
        String minima = chosen.mins().length > 0 ? "minima " + Arrays.toString(chosen.mins()) : "";
        String sentence = String.format(
                Locale.ROOT,
                "The block of %d weights at row %d, column %d, is stored with %s: root mean square error %s.",
                chosen.count(),
                chosen.row(),
                chosen.column(),
                stored,
                Numbers.text(rms));
        return new Frame(sentence, () -> {
            Scene scene = new Scene(
                            "Row " + chosen.row() + ", from column " + chosen.column() + ": before and after", sentence)
                    .before(weights.weights(), weights.decoded())
                    .formula(stored.toString());
            return (minima.isEmpty() ? scene : scene.formula(minima))
                    .note("rms error " + Numbers.text(rms))
                    .done();
        });
    }
}
