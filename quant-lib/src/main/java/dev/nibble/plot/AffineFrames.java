package dev.nibble.plot;

import dev.nibble.format.BlockScaled;
import dev.nibble.format.BlockWeights;
import dev.nibble.format.integer.AffineBlock;
import dev.nibble.format.integer.ClipCandidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Integers with a scale: how a block gets its grid, and each weight its code. */
final class AffineFrames {
    private final BlockScaled scaled;
    private final AffineBlock block;
    private final BlockWeights weights;
    /** The value of field 0, and the distance from one field to the next. */
    private final double origin;

    private final double step;
    private final int first;
    private final double[] levels;

    private AffineFrames(BlockScaled scaled, AffineBlock block, BlockWeights weights) {
        this.scaled = scaled;
        this.block = block;
        this.weights = weights;
        // Rules store their scale and zero in different ways; what the codes stand for says the same of all.
        int a = 0;
        int b = 0;
        for (int i = 0; i < block.count(); i++) {
            a = field(i) < field(a) ? i : a;
            b = field(i) > field(b) ? i : b;
        }
        step = field(a) == field(b)
                ? block.scale()
                : ((double) weights.decoded()[b] - weights.decoded()[a]) / (field(b) - field(a));
        origin = weights.decoded()[a] - step * field(a);
        double spread = step == 0 ? 0 : (block.gridHigh() - block.gridLow()) / Math.abs(step);
        int count = Math.clamp(Math.round(spread) + 1, 1, 1 << 16);
        first = step == 0
                ? field(a)
                : (int) Math.round(((step > 0 ? block.gridLow() : block.gridHigh()) - origin) / step);
        levels = IntStream.range(0, count)
                .mapToDouble(i -> origin + step * (first + i))
                .sorted()
                .toArray();
    }

    private int field(int i) {
        return block.fields()[i] & 0xff;
    }

    /** How many frames {@link #of} makes: each range, the grid, each weight, and the end. */
    static int count(List<ClipCandidate> clips, AffineBlock block) {
        return clips.size() + 1 + block.count() + 1;
    }

    static List<Frame> of(List<ClipCandidate> clips, BlockScaled scaled, AffineBlock block, BlockWeights weights) {
        var all = new ArrayList<Frame>();
        double[] errors = clips.stream().mapToDouble(ClipCandidate::error).toArray();
        int best = -1;
        for (int i = 0; i < errors.length; i++) {
            best = clips.get(i).chosen() ? i : best;
            all.add(clip(clips.get(i), errors, i, best));
        }
        var frames = new AffineFrames(scaled, block, weights);
        all.add(frames.begin());
        for (int i = 0; i < block.count(); i++) {
            all.add(frames.weight(i));
        }
        all.add(frames.end());
        return all;
    }

    private static Frame clip(ClipCandidate one, double[] errors, int i, int best) {
        String sentence = String.format(
                Locale.ROOT,
                "Range %d of %d: %s of the full one gives an error of %s, %s.",
                i + 1,
                errors.length,
                Numbers.text(100 * one.factor(), 3) + " %",
                Numbers.text(one.error()),
                i == best ? "the least so far" : "more than " + Numbers.text(errors[Math.max(0, best)]));
        return new Frame(
                sentence,
                () -> new Scene("Which range? Row " + one.row() + ", from column " + one.column(), sentence)
                        .search(errors, i, best)
                        .done());
    }

    private String where() {
        return "Row " + weights.row() + ", columns " + weights.column() + " to "
                + (weights.column() + block.count() - 1);
    }

    private List<String> names() {
        return IntStream.range(0, levels.length)
                .mapToObj(i -> Integer.toString(step >= 0 ? first + i : first + levels.length - 1 - i))
                .toList();
    }

    private Frame begin() {
        String sentence = String.format(
                Locale.ROOT,
                "The %d weights lie between %s and %s; %d codes in steps of %s reach from %s to %s%s.",
                block.count(),
                Numbers.text(Scene.min(weights.weights())),
                Numbers.text(Scene.max(weights.weights())),
                levels.length,
                Numbers.text(Math.abs(step)),
                Numbers.text(block.gridLow()),
                Numbers.text(block.gridHigh()),
                scaled != null && scaled.wanted() != scaled.stored()
                        ? "; the scale " + Numbers.text(scaled.wanted()) + " is stored as "
                                + Numbers.text(scaled.stored())
                        : "");
        return new Frame(
                sentence,
                () -> new Scene(where() + ": the grid", sentence)
                        .weights(weights.weights(), block.fields(), -1, 0)
                        .line(levels, names(), new double[0], Double.NaN, Double.NaN, "")
                        .formula("step = " + Numbers.text(Math.abs(step), 5) + "; code c stands for "
                                + Numbers.text(step, 4) + " · c " + (origin < 0 ? "- " : "+ ")
                                + Numbers.text(Math.abs(origin), 4))
                        .done());
    }

    private Frame weight(int i) {
        double w = weights.weights()[i];
        double back = weights.decoded()[i];
        double at = step == 0 ? 0 : (w - origin) / step;
        double error = back - w;
        boolean clipped = w < block.gridLow() - Math.abs(step) / 2 || w > block.gridHigh() + Math.abs(step) / 2;
        String sentence = String.format(
                Locale.ROOT,
                "Weight %d, %s, lies at %s: code %d, which stands for %s, an error of %s%s.",
                i,
                Numbers.text(w),
                Numbers.text(at),
                field(i),
                Numbers.text(back),
                Numbers.text(error, 3),
                clipped
                        ? "; it lies beyond the grid"
                        : step == 0 ? "" : " or " + Numbers.text(100 * Math.abs(error / step), 2) + " % of a step");
        return new Frame(sentence, () -> {
            double nearest = nearest(back);
            return new Scene(where() + ": weight " + i, sentence)
                    .weights(weights.weights(), block.fields(), i, i + 1)
                    .line(levels, names(), bounds(), w, nearest, Numbers.text(w))
                    .formula(String.format(
                            Locale.ROOT,
                            "(%s %s %s) / %s = %s  →  code %d  →  %s",
                            Numbers.text(w),
                            origin < 0 ? "+" : "-",
                            Numbers.text(Math.abs(origin)),
                            Numbers.text(step),
                            Numbers.text(at),
                            field(i),
                            Numbers.text(back)))
                    .formula("error " + Numbers.text(error, 3))
                    .done();
        });
    }

    private double nearest(double value) {
        double best = levels[0];
        for (double level : levels) {
            best = Math.abs(level - value) < Math.abs(best - value) ? level : best;
        }
        return best;
    }

    private double[] bounds() {
        return levels.length > 33
                ? new double[0]
                : IntStream.range(1, levels.length)
                        .mapToDouble(i -> (levels[i - 1] + levels[i]) / 2)
                        .toArray();
    }

    private Frame end() {
        double rms = Scene.rms(weights.weights(), weights.decoded());
        String sentence = String.format(
                Locale.ROOT,
                "All %d weights have their codes: the root mean square error is %s, or %s of a step%s.",
                block.count(),
                Numbers.text(rms),
                step == 0 ? "0" : Numbers.text(rms / Math.abs(step), 2),
                block.clipped() == 0 ? "" : "; " + block.clipped() + " lie beyond the grid");
        return new Frame(
                sentence,
                () -> new Scene(where() + ": before and after", sentence)
                        .weights(weights.weights(), block.fields(), -1, block.count())
                        .before(weights.weights(), weights.decoded())
                        .note("rms error " + Numbers.text(rms) + "; an even spread over a step would give 0.29 of it")
                        .done());
    }
}
