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
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Supplier;

/**
 * A trace as a film: pictures in the order in which things happened, each with a sentence, drawn from the trace alone.
 * Integers and code books are shown weight by weight, floating-point types bit by bit, searches candidate by candidate;
 * a step of a kind that is not known here is shown by its names and numbers. A frame is made when it is looked at, so
 * that the film of a large matrix takes no more memory than its trace. Safe to use from any thread.
 */
public final class Frames extends AbstractList<Frame> implements RandomAccess {
    private static final int MAX_TEXT = 90;

    /**
     * Frames that are made together.
     *
     * @param end how many there are up to here
     */
    private record Part(int end, Supplier<List<Frame>> make) {}

    /** The part that was looked at last. */
    private record Made(int part, List<Frame> frames) {}

    private final List<Part> parts = new ArrayList<>();
    private volatile Made latest = new Made(-1, List.of());

    private Frames(List<? extends Trace.Step> steps) {
        gather(steps);
    }

    /**
     * The frames of a trace.
     *
     * @throws IllegalArgumentException if there are no steps
     */
    public static List<Frame> of(List<? extends Trace.Step> steps) {
        if (steps.isEmpty()) {
            throw new IllegalArgumentException(
                    "the trace is empty: make it with Trace.record() and hand it to quantize(w, trace) first");
        }
        return new Frames(List.copyOf(steps));
    }

    @Override
    public int size() {
        return parts.isEmpty() ? 0 : parts.getLast().end;
    }

    @Override
    public Frame get(int index) {
        Objects.checkIndex(index, size());
        int low = 0;
        int high = parts.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (parts.get(middle).end > index) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Made made = latest;
        if (made.part != low) {
            made = new Made(low, parts.get(low).make.get());
            latest = made;
        }
        return made.frames.get(index - (low == 0 ? 0 : parts.get(low - 1).end));
    }

    private void add(int count, Supplier<List<Frame>> make) {
        if (count > 0) {
            parts.add(new Part(Math.addExact(size(), count), make));
        }
    }

    private void gather(List<? extends Trace.Step> steps) {
        // What the next steps refer to.
        CodebookUsed book = null;
        BlockScaled scaled = null;
        AffineBlock affine = null;
        List<ScaleTried> tried = new ArrayList<>();
        List<ClipCandidate> clips = new ArrayList<>();
        BlockChosen chosen = null;
        for (Trace.Step step : steps) {
            switch (step) {
                case CodebookUsed used -> {
                    book = used;
                    add(1, () -> List.of(BookFrames.book(used)));
                }
                case BlockScaled one -> scaled = one;
                case ClipCandidate one -> clips.add(one);
                case AffineBlock one -> affine = one;
                case ScaleTried one -> tried.add(one);
                case BlockChosen one -> chosen = one;
                case BlockWeights weights -> {
                    if (affine != null) {
                        block(clips, scaled, affine, weights);
                    } else if (chosen != null) {
                        search(tried, chosen, weights);
                    }
                    affine = null;
                    chosen = null;
                    tried = new ArrayList<>();
                    clips = new ArrayList<>();
                }
                case CodesChosen codes -> look(book, scaled, codes);
                case LloydRound round -> add(1, () -> List.of(BookFrames.round(round)));
                case WeightRounded weight
                when weight.rounding().isPresent() ->
                    add(
                            1,
                            () -> List.of(
                                    FloatFrames.of(weight, weight.rounding().get())));
                default -> add(1, () -> List.of(plain(step)));
            }
        }
    }

    private void block(List<ClipCandidate> clips, BlockScaled scaled, AffineBlock block, BlockWeights weights) {
        add(AffineFrames.count(clips, block), () -> AffineFrames.of(clips, scaled, block, weights));
    }

    private void search(List<ScaleTried> tried, BlockChosen chosen, BlockWeights weights) {
        add(SearchFrames.count(tried), () -> SearchFrames.of(tried, chosen, weights));
    }

    private void look(CodebookUsed book, BlockScaled scaled, CodesChosen codes) {
        if (book != null && scaled != null) {
            add(codes.codes().length, () -> BookFrames.of(book, scaled, codes));
        } else {
            add(1, () -> List.of(plain(codes)));
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
