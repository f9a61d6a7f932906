package dev.nibble.kernel.widget;

import dev.nibble.core.Trace;
import dev.nibble.plot.Frame;
import dev.nibble.plot.Frames;
import java.util.List;
import java.util.function.Function;

/**
 * Stepping through what happened, forwards and backwards, picture by picture.
 *
 * <pre>
 *   var trace = Trace.record();
 *   Formats.parse("int4:g16").quantize(w, trace);
 *   Step.through(trace)
 * </pre>
 */
public final class Step {
    private Step() {}

    /**
     * Through what an algorithm considered and chose.
     *
     * @param trace that was recorded, see {@link Trace#record}
     * @throws IllegalArgumentException if it has no steps
     */
    public static Stepper through(Trace trace) {
        return through(
                Frames.of(Controls.given(trace, "Step.through: the trace").steps()));
    }

    /**
     * Through frames, or some of them: {@code Frames.of(trace.steps()).subList(0, 20)}.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Stepper through(List<Frame> frames) {
        return through(frames, frame -> frame.picture().get(), Frame::sentence);
    }

    /**
     * Through anything.
     *
     * @param items what is stepped through
     * @param picture makes what is shown of one: a chart, a drawing, a table, a text
     * @param sentence says what it shows
     * @throws IllegalArgumentException if there are no items
     */
    public static <T> Stepper through(
            List<T> items, Function<? super T, ?> picture, Function<? super T, String> sentence) {
        List<T> kept = kept(items);
        Controls.given(picture, "Step.through: what makes the picture");
        Controls.given(sentence, "Step.through: what makes the sentence");
        return new Stepper(
                kept.size(), i -> picture.apply(kept.get(i)), i -> String.valueOf(sentence.apply(kept.get(i))));
    }

    /** What does not change under us; the frames of a large trace, which never do, are made one by one. */
    private static <T> List<T> kept(List<T> items) {
        Controls.given(items, "Step.through: the list");
        if (items.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to step through: the list is empty");
        }
        if (items instanceof Frames) {
            return items;
        }
        for (int i = 0; i < items.size(); i++) {
            Controls.given(items.get(i), "Step.through: item " + i + " of the list");
        }
        return List.copyOf(items);
    }
}
