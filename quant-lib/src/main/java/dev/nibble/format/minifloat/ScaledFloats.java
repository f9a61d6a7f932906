package dev.nibble.format.minifloat;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Importance;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.format.Survey;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Elements of one type under scales of one kind: FP8 with a scale per row, MXFP4, NVFP4 and all their relatives.
 *
 * <pre>
 *   codes     row after row, the bits of the type each, each row filled up to whole bytes; the first weight in the
 *             lowest bits of the first byte
 *   scales    one per group, row after row; none if weights are not scaled, or by one number for all
 *   tensor    one float32 for the whole tensor, if there is such a number
 * </pre>
 *
 * Codes are computed from the scale as stored.
 */
public final class ScaledFloats implements Format {
    /** What a user reads about it. */
    public record Texts(String description, String specials) {}

    private final Recipe recipe;
    private final Recipe canonical;
    private final Texts texts;
    private final FloatElement element;
    private final Scaling scaling;
    /** Largest magnitude of the tensor, if it is known: of a piece of it, one can not tell. */
    private final Optional<Float> absmax;

    /**
     * @param recipe as it was asked for
     * @param canonical with every choice spelled out
     */
    public ScaledFloats(Recipe recipe, Recipe canonical, Texts texts, FloatElement element, Scaling scaling) {
        this(recipe, canonical, texts, element, scaling, Optional.empty());
    }

    private ScaledFloats(
            Recipe recipe,
            Recipe canonical,
            Texts texts,
            FloatElement element,
            Scaling scaling,
            Optional<Float> absmax) {
        this.recipe = recipe;
        this.canonical = canonical;
        this.texts = texts;
        this.element = element;
        this.scaling = scaling;
        this.absmax = absmax;
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    @Override
    public Recipe canonical() {
        return canonical;
    }

    @Override
    public String description() {
        return texts.description();
    }

    @Override
    public String specials() {
        return texts.specials();
    }

    /** What one scaled weight becomes. */
    public FloatElement element() {
        return element;
    }

    /** How weights are scaled. */
    public Scaling scaling() {
        return scaling;
    }

    /** Groups of a row. */
    int groups(int cols) {
        return scaling.bytes() == 0 && scaling.group(cols) == cols ? 1 : Blocks.count(cols, scaling.group(cols));
    }

    boolean hasTensor() {
        return !scaling.tensorName().isEmpty();
    }

    @Override
    public List<PartLayout> layout(long rows, int cols) {
        scaling.requireColumns(cols, recipe);
        List<PartLayout> parts = new ArrayList<>();
        parts.add(new PartLayout(
                "codes",
                ElementCodes.encoding(element.bits()),
                Math.multiplyExact(rows, ElementCodes.rowBytes(cols, element.bits()))));
        if (scaling.bytes() > 0) {
            long count = Math.multiplyExact(rows, (long) groups(cols));
            parts.add(new PartLayout("scales", scaling.encoding(), Math.multiplyExact(count, (long) scaling.bytes())));
        }
        if (hasTensor()) {
            parts.add(new PartLayout(scaling.tensorName(), "float32 little-endian", 4, true));
        }
        return parts;
    }

    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        return quantize(w, null, progress, trace, null);
    }

    @Override
    public Quantized quantize(Matrix w, Importance importance, Progress progress, Trace trace, Quantized out) {
        requireNoImportance(importance);
        Blocks.requireWeights(w);
        return new ScaledFloatsEncoder(this, w, progress, trace, out).run();
    }

    @Override
    public Optional<Survey> survey() {
        return hasTensor() && absmax.isEmpty() ? Optional.of(new Largest()) : Optional.empty();
    }

    /** The largest magnitude of the tensor if a survey has found it. */
    Optional<Float> absmax() {
        return absmax;
    }

    private final class Largest implements Survey {
        private float largest;

        @Override
        public void add(Matrix piece) {
            largest = Math.max(largest, largest(piece, Progress.current().cancelToken(), "survey " + piece.name()));
        }

        @Override
        public Format fixed() {
            return new ScaledFloats(recipe, canonical, texts, element, scaling, Optional.of(largest));
        }
    }

    /** Largest magnitude of a matrix whose weights must be finite. */
    static float largest(Matrix w, CancelToken cancel, String what) {
        // As bits: magnitudes order like integers, and the largest is the same in whatever order they come.
        AtomicInteger largest = new AtomicInteger();
        Parallel.ranges(w.rows(), Blocks.rowsAtATime(w.cols()), cancel, what, (first, end) -> {
            float[] one = new float[1];
            for (int row = first; row < end; row++) {
                int from = row * w.cols();
                Blocks.absmax(w.values(), from, from + w.cols(), Math.max(1, w.cols()), one, cancel, what);
                if (!Float.isFinite(one[0])) {
                    throw Blocks.notFinite(w, from, from + w.cols());
                }
                largest.accumulateAndGet(Float.floatToRawIntBits(one[0]), Math::max);
            }
        });
        return Float.intBitsToFloat(largest.get());
    }

    @Override
    public Quantized stored(String name, int rows, int cols, List<StoredPart> parts) {
        List<PartLayout> layout = layout(rows, cols);
        if (parts.size() != layout.size()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: %s has the parts %s, but %d were given",
                    name,
                    recipe,
                    String.join(", ", layout.stream().map(PartLayout::name).toList()),
                    parts.size()));
        }
        ScaledFloatMatrix made = new ScaledFloatMatrix(this, name, rows, cols);
        for (int i = 0; i < layout.size(); i++) {
            if (parts.get(i).size() != layout.get(i).bytes()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: the part \"%s\" of a [%d, %d] matrix as %s has %,d bytes, not %,d",
                        name,
                        layout.get(i).name(),
                        rows,
                        cols,
                        recipe,
                        layout.get(i).bytes(),
                        parts.get(i).size()));
            }
            made.set(i, parts.get(i));
        }
        return made;
    }

    @Override
    public Quantized replay(String name, int rows, int cols, List<Trace.Step> steps) {
        return new ScaledFloatsReplay(this, name, rows, cols).run(steps);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScaledFloats format
                && canonical.equals(format.canonical)
                && absmax.equals(format.absmax);
    }

    @Override
    public int hashCode() {
        return canonical.hashCode();
    }

    @Override
    public String toString() {
        return recipe.toString();
    }
}
