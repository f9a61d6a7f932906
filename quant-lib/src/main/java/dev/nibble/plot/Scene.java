package dev.nibble.plot;

import dev.nibble.plot.Drawing.Anchor;
import dev.nibble.plot.Drawing.Ink;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** A frame's drawing as it grows downwards: a title, a piece of the matrix, number lines, curves, formulas. */
final class Scene {
    static final int WIDTH = 760;
    private static final int LEFT = 24;
    private static final int RIGHT = WIDTH - 24;
    /** Weights of a block that are shown around the one that a frame is about. */
    private static final int WINDOW = 16;
    /** Levels with more neighbours than this go without their codes. */
    private static final int LABELLED = 33;
    /** More candidates are a line. */
    private static final int DOTS = 60;
    /** Of more levels, some are drawn. */
    private static final int TICKS = 129;

    private final Drawing drawing;
    private double y = 26;

    Scene(String title, String sentence) {
        drawing = new Drawing(WIDTH, 0, sentence);
        drawing.bold(LEFT, y, title, 16, Ink.TEXT, Anchor.START);
        y += 16;
    }

    Drawing done() {
        return drawing.cut((int) Math.ceil(y));
    }

    /**
     * Some weights of a block in boxes: orange above zero, blue below, those that have their codes with them.
     *
     * @param values what came in
     * @param at which one the frame is about; −1 for none
     * @param coded how many have codes
     */
    Scene weights(float[] values, byte[] codes, int at, int coded) {
        int shown = Math.min(WINDOW, values.length);
        int first = Math.clamp(at - shown / 2, 0, values.length - shown);
        double size = Math.min(64, (double) (RIGHT - LEFT) / shown);
        double most = 1e-30;
        for (float value : values) {
            most = Math.max(most, Math.abs(value));
        }
        for (int k = 0; k < shown; k++) {
            int i = first + k;
            double x = LEFT + k * size;
            Ink heat = (values[i] < 0 ? Ink.BLUE : Ink.ORANGE).at(0.06 + 0.5 * Math.abs(values[i]) / most);
            drawing.box(x + 1, y, size - 2, 44, heat, null, 0);
            drawing.digits(x + size / 2, y + 17, Numbers.text(values[i], 2), 11.5, Ink.TEXT, Anchor.MIDDLE);
            if (i < coded) {
                drawing.digits(x + size / 2, y + 36, Integer.toString(codes[i] & 0xff), 13, Ink.TEXT, Anchor.MIDDLE);
            }
            if (i == at) {
                drawing.box(x + 1, y, size - 2, 44, null, Ink.TEXT, 2);
            }
        }
        y += 44 + 14;
        String more = values.length == shown
                ? values.length + " weights"
                : "weights " + first + " to " + (first + shown - 1) + " of " + values.length;
        drawing.text(LEFT, y, more + "; below each the code that is stored for it", 11.5, Ink.SOFT, Anchor.START);
        y += 14;
        return this;
    }

    /**
     * A number line with the values there are, and a number that becomes one of them.
     *
     * @param levels rising
     * @param names of the levels, or empty
     * @param bounds where rounding turns over, or empty
     * @param number what comes in; NaN for none
     * @param becomes the level it becomes
     */
    Scene line(double[] levels, List<String> names, double[] bounds, double number, double becomes, String says) {
        double low = levels.length == 0 ? 0 : levels[0];
        double high = levels.length == 0 ? 1 : levels[levels.length - 1];
        if (!Double.isNaN(number)) {
            low = Math.min(low, number);
            high = Math.max(high, number);
        }
        double room = high > low ? (high - low) * 0.04 : 1;
        double from = low - room;
        double to = high + room;
        DoubleUnaryOperator place = v -> LEFT + (v - from) / (to - from) * (RIGHT - LEFT);
        double ground = y + 62;
        drawing.line(LEFT, ground, RIGHT, ground, Ink.LINE, 1.5);
        for (double bound : bounds) {
            drawing.dashed(place.applyAsDouble(bound), ground - 20, place.applyAsDouble(bound), ground, Ink.LINE, 1);
        }
        double nearest = nearestGap(levels, place);
        int every = 1 + levels.length / TICKS;
        for (int i = 0; i < levels.length; i++) {
            double x = place.applyAsDouble(levels[i]);
            boolean chosen = levels[i] == becomes;
            if (i % every == 0 || chosen) {
                drawing.line(x, ground - 6, x, ground + 6, chosen ? Ink.BLUE : Ink.SOFT, chosen ? 3 : 1.2);
            }
            if (!names.isEmpty() && (chosen || (levels.length <= LABELLED && nearest > 12))) {
                drawing.digits(x, ground + 20, names.get(i), 11.5, chosen ? Ink.BLUE : Ink.SOFT, Anchor.MIDDLE);
            }
        }
        if (names.isEmpty() || !names.getFirst().equals(Numbers.text(levels[0]))) {
            ends(levels, place, ground);
        }
        if (!Double.isNaN(number)) {
            arrow(place.applyAsDouble(number), place.applyAsDouble(becomes), ground, says);
        }
        y = ground + 60;
        return this;
    }

    private void ends(double[] levels, DoubleUnaryOperator place, double ground) {
        if (levels.length > 0) {
            double low = levels[0];
            double high = levels[levels.length - 1];
            drawing.digits(place.applyAsDouble(low), ground + 37, Numbers.text(low, 3), 11, Ink.SOFT, Anchor.START);
            drawing.digits(place.applyAsDouble(high), ground + 37, Numbers.text(high, 3), 11, Ink.SOFT, Anchor.END);
        }
    }

    private static double nearestGap(double[] levels, DoubleUnaryOperator place) {
        return IntStream.range(1, levels.length)
                .mapToDouble(i -> place.applyAsDouble(levels[i]) - place.applyAsDouble(levels[i - 1]))
                .min()
                .orElse(100);
    }

    /** The number above the line, the value on it, and the error between them. */
    private void arrow(double number, double value, double ground, String says) {
        double top = ground - 30;
        drawing.line(number, top, number, ground - 1, Ink.ORANGE, 1.5);
        drawing.dot(number, top, 5.5, Ink.ORANGE, null, 0);
        if (Math.abs(value - number) > 1.5) {
            drawing.line(number, ground - 14, value, ground - 14, Ink.RED, 3);
            drawing.line(value, ground - 18, value, ground - 6, Ink.RED, 1.5);
        }
        drawing.dot(value, ground, 5.5, Ink.BLUE, null, 0);
        double wide = 7.2 * says.length() / 2;
        double middle = Math.clamp(number, LEFT + wide, RIGHT - wide);
        drawing.digits(middle, top - 11, says, 12.5, Ink.ORANGE, Anchor.MIDDLE);
    }

    /** A line of a calculation, in letters of equal width. */
    Scene formula(String text) {
        drawing.digits(LEFT, y, text, 13.5, Ink.TEXT, Anchor.START);
        y += 22;
        return this;
    }

    /** A remark. */
    Scene note(String text) {
        drawing.text(LEFT, y, text, 12.5, Ink.SOFT, Anchor.START);
        y += 20;
        return this;
    }

    /** Bits in boxes with a name below each group. */
    Scene bits(String name, List<BitGroup> groups) {
        drawing.text(LEFT, y + 20, name, 12.5, Ink.SOFT, Anchor.START);
        double x = LEFT + 130;
        for (BitGroup group : groups) {
            double boxes = 29 * group.bits.length() - 3;
            double wide = Math.max(boxes, 6.6 * Math.max(group.name.length(), group.says.length()));
            double middle = x + wide / 2;
            for (int i = 0; i < group.bits.length(); i++) {
                double at = middle - boxes / 2 + 29 * i;
                drawing.roundBox(at, y, 26, 30, 3, group.ink.at(0.2), group.ink, 1.6);
                drawing.digits(at + 13, y + 21, group.bits.substring(i, i + 1), 16, Ink.TEXT, Anchor.MIDDLE);
            }
            drawing.text(middle, y + 46, group.name, 11.5, Ink.SOFT, Anchor.MIDDLE);
            drawing.text(middle, y + 61, group.says, 11.5, group.ink, Anchor.MIDDLE);
            x += wide + 14;
        }
        y += 82;
        return this;
    }

    /**
     * Some of the bits.
     *
     * @param says what they mean
     */
    record BitGroup(String bits, String name, String says, Ink ink) {}

    /**
     * Errors of candidates, one after another.
     *
     * @param errors of all candidates of the search
     * @param now up to which one they have been tried
     * @param best the best so far
     */
    Scene search(double[] errors, int now, int best) {
        double[] finite = Arrays.stream(errors).filter(Double::isFinite).toArray();
        double low = Arrays.stream(finite).min().orElse(0);
        double high = Arrays.stream(finite).max().orElse(1);
        double room = high > low ? (high - low) * 0.08 : Math.max(1e-12, Math.abs(high) * 0.1);
        double bottom = y + 130;
        double left = LEFT + 64;
        DoubleUnaryOperator up = e -> bottom - (e - low + room) / (high - low + 2 * room) * 122;
        double step = Math.min(34, (RIGHT - left - 10) / Math.max(1, errors.length));
        drawing.line(left, y + 4, left, bottom, Ink.LINE, 1.5);
        drawing.line(left, bottom, RIGHT, bottom, Ink.LINE, 1.5);
        drawing.digits(left - 6, up.applyAsDouble(high) + 4, Numbers.text(high, 3), 11, Ink.SOFT, Anchor.END);
        drawing.digits(left - 6, up.applyAsDouble(low) + 4, Numbers.text(low, 3), 11, Ink.SOFT, Anchor.END);
        drawing.text(RIGHT, bottom + 15, "candidates, in the order they are tried", 11.5, Ink.SOFT, Anchor.END);
        drawing.text(left + 6, y + 8, "error", 11.5, Ink.SOFT, Anchor.START);
        DoubleUnaryOperator along = i -> left + (i + 0.7) * step;
        int[] tried = IntStream.rangeClosed(0, now)
                .filter(i -> Double.isFinite(errors[i]))
                .toArray();
        if (tried.length > DOTS) {
            drawing.path(
                    Arrays.stream(tried).mapToDouble(along::applyAsDouble).toArray(),
                    Arrays.stream(tried)
                            .mapToDouble(i -> up.applyAsDouble(errors[i]))
                            .toArray(),
                    null,
                    Ink.SOFT,
                    1.5);
        }
        for (int i : tried) {
            if (tried.length <= DOTS || i == best || i == now) {
                Ink ink = i == best ? Ink.GREEN : Ink.SOFT;
                drawing.dot(along.applyAsDouble(i), up.applyAsDouble(errors[i]), i == now ? 6 : 4, ink, null, 0);
            }
        }
        if (Double.isFinite(errors[now])) {
            drawing.dot(along.applyAsDouble(now), up.applyAsDouble(errors[now]), 9, null, Ink.TEXT, 1.5);
        }
        if (best >= 0) {
            double top = up.applyAsDouble(errors[best]);
            drawing.dashed(left, top, left + (now + 1.2) * step, top, Ink.GREEN, 1);
        }
        y = bottom + 34;
        return this;
    }

    /** Weights as dots over the lines of a grid, each with the way to its nearest line. */
    Scene grid(float[] weights, double[] levels) {
        double low = Math.min(min(weights), levels.length == 0 ? 0 : levels[0]);
        double high = Math.max(max(weights), levels.length == 0 ? 0 : levels[levels.length - 1]);
        double span = high > low ? high - low : 1;
        double top = y;
        DoubleUnaryOperator down = v -> top + 8 + (high - v) / span * 134;
        for (double level : levels) {
            drawing.line(LEFT, down.applyAsDouble(level), RIGHT, down.applyAsDouble(level), Ink.LINE, 1);
        }
        double step = (double) (RIGHT - LEFT) / weights.length;
        for (int i = 0; i < weights.length; i++) {
            double x = LEFT + (i + 0.5) * step;
            double to = nearest(levels, weights[i]);
            if (!Double.isNaN(to)) {
                drawing.line(x, down.applyAsDouble(weights[i]), x, down.applyAsDouble(to), Ink.RED, 2.4);
            }
            drawing.dot(x, down.applyAsDouble(weights[i]), Math.min(4.2, 1 + step / 4), Ink.ORANGE, null, 0);
        }
        y += 164;
        drawing.text(
                LEFT,
                y,
                "the weights, on the lines that this scale can say; red is what is lost",
                11.5,
                Ink.SOFT,
                Anchor.START);
        y += 16;
        return this;
    }

    /** Two curves over the places of a block: what came in, and what its codes stand for. */
    Scene before(float[] weights, float[] decoded) {
        double low = Math.min(min(weights), min(decoded));
        double high = Math.max(max(weights), max(decoded));
        double span = high > low ? high - low : 1;
        double top = y;
        double step = (double) (RIGHT - LEFT) / Math.max(1, weights.length);
        double[] x = new double[weights.length];
        double[] a = new double[weights.length];
        double[] b = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            x[i] = LEFT + (i + 0.5) * step;
            a[i] = top + 8 + (high - weights[i]) / span * 180;
            b[i] = top + 8 + (high - decoded[i]) / span * 180;
        }
        double zero = top + 8 + high / span * 180;
        if (zero > top && zero < top + 196) {
            drawing.line(LEFT, zero, RIGHT, zero, Ink.LINE, 1);
        }
        drawing.path(x, a, null, Ink.ORANGE, 2.6);
        drawing.path(x, b, null, Ink.BLUE, 1.4);
        y += 212;
        drawing.text(LEFT, y, "weights", 12, Ink.ORANGE, Anchor.START);
        drawing.text(LEFT + 62, y, "what their codes stand for", 12, Ink.BLUE, Anchor.START);
        y += 22;
        return this;
    }

    private static double nearest(double[] levels, double value) {
        double best = Double.NaN;
        for (double level : levels) {
            if (Double.isNaN(best) || Math.abs(level - value) < Math.abs(best - value)) {
                best = level;
            }
        }
        return best;
    }

    static double min(float[] values) {
        double least = Double.POSITIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
        }
        return least;
    }

    static double max(float[] values) {
        double most = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            most = Math.max(most, value);
        }
        return most;
    }

    static double rms(float[] a, float[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        }
        return Math.sqrt(squares / Math.max(1, a.length));
    }
}
