package dev.nibble.plot;

import dev.nibble.core.Trace;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.BlockWeights;
import dev.nibble.format.codebook.CodebookUsed;
import dev.nibble.format.codebook.CodesChosen;
import dev.nibble.format.codebook.LloydRound;
import dev.nibble.format.gguf.BlockChosen;
import dev.nibble.format.gguf.ScaleTried;
import dev.nibble.format.integer.AffineBlock;
import dev.nibble.format.integer.ClipCandidate;
import dev.nibble.format.minifloat.WeightRounded;
import dev.nibble.plot.Drawing.Anchor;
import dev.nibble.plot.Drawing.Ink;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A trace as a film: pictures in the order in which things happened, each with a sentence, drawn from the trace alone.
 * Integers and code books are shown weight by weight, floating-point types bit by bit, searches candidate by candidate;
 * a step of a kind that is not known here is shown by its names and numbers.
 */
public final class Frames {
    /** Longer traces are cut: nobody steps that far, and each frame takes some memory. */
    public static final int MAX = 100_000;

    private static final int MAX_TEXT = 90;

    private final List<? extends Trace.Step> steps;
    private final List<Frame> frames = new ArrayList<>();
    // What the next steps refer to.
    private CodebookUsed book;
    private BlockScaled scaled;

    private Frames(List<? extends Trace.Step> steps) {
        this.steps = steps;
    }

    /**
     * The frames of a trace, at most {@link #MAX}.
     *
     * @throws IllegalArgumentException if there are no steps
     */
    public static List<Frame> of(List<? extends Trace.Step> steps) {
        if (steps.isEmpty()) {
            throw new IllegalArgumentException(
                    "the trace is empty: make it with Trace.record() and hand it to quantize(w, trace) first");
        }
        var frames = new Frames(steps);
        frames.make();
        return List.copyOf(frames.frames.subList(0, Math.min(MAX, frames.frames.size())));
    }

    private void make() {
        AffineBlock affine = null;
        List<ScaleTried> tried = new ArrayList<>();
        List<ClipCandidate> clips = new ArrayList<>();
        BlockChosen chosen = null;
        for (Trace.Step step : steps) {
            if (frames.size() >= MAX) {
                return;
            }
            switch (step) {
                case CodebookUsed used -> {
                    book = used;
                    frames.add(BookFrames.book(used));
                }
                case BlockScaled one -> scaled = one;
                case ClipCandidate one -> clips.add(one);
                case AffineBlock one -> affine = one;
                case ScaleTried one -> tried.add(one);
                case BlockChosen one -> chosen = one;
                case BlockWeights weights -> {
                    if (affine != null) {
                        frames.addAll(AffineFrames.of(clips, scaled, affine, weights));
                    } else if (chosen != null) {
                        frames.addAll(SearchFrames.of(tried, chosen, weights));
                    }
                    affine = null;
                    chosen = null;
                    tried = new ArrayList<>();
                    clips = new ArrayList<>();
                }
                case CodesChosen codes
                when book != null && scaled != null -> frames.addAll(BookFrames.of(book, scaled, codes));
                case LloydRound round -> frames.add(BookFrames.round(round));
                case WeightRounded weight
                when weight.rounding().isPresent() ->
                    frames.add(FloatFrames.of(weight, weight.rounding().get()));
                default -> frames.add(plain(step));
            }
        }
    }

    /** A step that nobody draws: its name, and its fields. */
    private static Frame plain(Trace.Step step) {
        var says = new ArrayList<String>();
        RecordComponent[] fields = step.getClass().isRecord() ? step.getClass().getRecordComponents() : null;
        if (fields == null) {
            says.add(cut(step.toString()));
        } else {
            for (RecordComponent field : fields) {
                says.add(field.getName() + " = " + cut(value(step, field)));
            }
        }
        String name = words(step.getClass().getSimpleName());
        String sentence = name + ": " + cut(String.join(", ", says)) + ".";
        return new Frame(sentence, () -> {
            int height = 60 + 24 * says.size();
            var drawing = new Drawing(Scene.WIDTH, height, sentence);
            drawing.bold(24, 28, name, 16, Ink.TEXT, Anchor.START);
            for (int i = 0; i < says.size(); i++) {
                drawing.digits(24, 58 + 24 * i, says.get(i), 13, Ink.TEXT, Anchor.START);
            }
            return drawing;
        });
    }

    private static String value(Trace.Step step, RecordComponent field) {
        try {
            field.getAccessor().setAccessible(true);
            Object value = field.getAccessor().invoke(step);
            if (value == null || !value.getClass().isArray()) {
                return value instanceof Number number && !(value instanceof Integer)
                        ? Numbers.text(number.doubleValue())
                        : String.valueOf(value);
            }
            var text = new StringBuilder("[");
            for (int i = 0; i < Array.getLength(value) && text.length() <= MAX_TEXT; i++) {
                Object one = Array.get(value, i);
                text.append(i == 0 ? "" : ", ")
                        .append(one instanceof Number number ? Numbers.text(number.doubleValue()) : one);
            }
            return text.append(']').toString();
        } catch (ReflectiveOperationException | RuntimeException notReadable) {
            return "?";
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
    }

    /** "ScaleStored" as "Scale stored". */
    private static String words(String name) {
        String apart = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        return apart.isEmpty() ? "Step" : apart.charAt(0) + apart.substring(1).toLowerCase(Locale.ROOT);
    }
}
