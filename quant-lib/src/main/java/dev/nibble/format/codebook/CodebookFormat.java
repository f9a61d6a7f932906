package dev.nibble.format.codebook;

import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Importance;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.StoredPart;
import dev.nibble.format.Survey;
import dev.nibble.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A fixed code book and one scale per block of weights.
 *
 * <pre>
 *   blocks   run over the matrix row after row, so a block may begin in one row and end in the next
 *   codes    without gaps, see {@link CodeStream}
 *   scales   one per block; under double quantization an 8-bit code per block, a float32 per 256 blocks, and one offset
 *   value    table[code] · scale
 * </pre>
 *
 * The members of the family differ in their tables and in how the scale is found: {@link Nf4}, {@link BnbFp4}, {@link
 * Dynamic8}, {@link NormalFloat}, {@link LloydMax}.
 */
final class CodebookFormat implements Format {
    static final String FLOATS = "float32 little-endian";
    static final String NESTED_CODES = "8 bits, index into the signed dynamic map";

    /** Largest block that a recipe may ask for. */
    static final int LARGEST_BLOCK = 1 << 30;

    /**
     * How the scales are quantized.
     *
     * @param book the 8-bit map
     * @param scaling of the scales of the scales
     * @param offset the mean of the scales of a whole tensor, if it is known already
     */
    record DoubleQuantization(Codebook book, BlockScaling scaling, Optional<Float> offset) {}

    /**
     * A member of the family.
     *
     * @param canonical its recipe with every choice spelled out
     * @param description one sentence, without the end about double quantization
     * @param specials what becomes of the odd blocks
     * @param twice how the scales are quantized, or null
     */
    record Definition(
            Recipe recipe,
            Recipe canonical,
            String description,
            String specials,
            Codebook book,
            BlockScaling scaling,
            ScaleType type,
            int block,
            DoubleQuantization twice) {}

    private final Definition is;

    CodebookFormat(Definition definition) {
        this.is = definition;
    }

    @Override
    public Recipe recipe() {
        return is.recipe;
    }

    @Override
    public Recipe canonical() {
        return is.canonical;
    }

    @Override
    public String description() {
        return is.description
                + (is.twice == null
                        ? ""
                        : "; the scales less their mean are quantized with the 8-bit dynamic map in blocks of 256, "
                                + (is.recipe.options().contains("lut")
                                        ? "looked up as bitsandbytes' compiled CPU library does"
                                        : "to the nearest as bitsandbytes' torch code does; lut decides as its compiled CPU"
                                                + " library does"));
    }

    @Override
    public String specials() {
        return is.specials
                + (is.twice == null
                        ? ""
                        : " Under double quantization a scale is off by up to 0.8 % of the largest deviation from the mean"
                                + " among 256 scales, so a constant block no longer comes back exactly; scales whose sum"
                                + " overflows float32 are refused.");
    }

    Codebook book() {
        return is.book;
    }

    int block() {
        return is.block;
    }

    BlockScaling scaling() {
        return is.scaling;
    }

    ScaleType scaleType() {
        return is.type;
    }

    Codebook nestedBook() {
        return is.twice.book;
    }

    private BlockEncoder encoder() {
        return new BlockEncoder(is.book, is.scaling, is.type, is.block);
    }

    @Override
    public List<PartLayout> layout(long rows, int cols) {
        if (rows < 0 || cols < 1) {
            throw new IllegalArgumentException(
                    recipe() + " needs rows of at least one weight, not [" + rows + ", " + cols + "]");
        }
        long count = Math.multiplyExact(rows, cols);
        long blocks = Math.ceilDiv(count, (long) is.block);
        PartLayout codes =
                new PartLayout("codes", CodeStream.encoding(is.book.bits()), CodeStream.bytes(count, is.book.bits()));
        if (is.twice == null) {
            String encoding = is.type.fullName() + " little-endian";
            return List.of(codes, new PartLayout("scales", encoding, Math.multiplyExact(blocks, is.type.bytes())));
        }
        return List.of(
                codes,
                new PartLayout("scales", NESTED_CODES, blocks),
                new PartLayout("nested_scales", FLOATS, 4 * Math.ceilDiv(blocks, (long) NestedScales.BLOCK)),
                new PartLayout("offset", FLOATS, 4, true));
    }

    /** So many rows that the codes end with a byte, the weights with a block, and the blocks with a nested one. */
    @Override
    public int pieceRows(int cols) {
        long weights = (long) is.block * (is.twice == null ? 1 : NestedScales.BLOCK);
        long unit = CodeStream.unit(is.book.bits());
        return pieceRows(cols, weights / gcd(weights, unit) * unit);
    }

    /** The fewest rows of {@code cols} weights whose weights are a multiple of {@code unit}. */
    static int pieceRows(int cols, long unit) {
        return (int) Math.min(Integer.MAX_VALUE, unit / gcd(unit, cols));
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    @Override
    public Optional<Survey> survey() {
        return is.twice == null || is.twice.offset.isPresent()
                ? Optional.empty()
                : Optional.of(new MeanSurvey(is.block, encoder(), mean -> with((float) mean)));
    }

    /** The same with the mean of the scales of a whole tensor filled in. */
    CodebookFormat with(float mean) {
        return with(new DoubleQuantization(is.twice.book, is.twice.scaling, Optional.of(mean)));
    }

    /** The same with another map for the scales. */
    CodebookFormat with(Codebook map) {
        return with(new DoubleQuantization(map, is.twice.scaling, is.twice.offset));
    }

    private CodebookFormat with(DoubleQuantization twice) {
        return new CodebookFormat(new Definition(
                is.recipe, is.canonical, is.description, is.specials, is.book, is.scaling, is.type, is.block, twice));
    }

    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        return quantize(w, null, progress, trace, null);
    }

    @Override
    public Quantized quantize(Matrix w, Importance importance, Progress progress, Trace trace, Quantized out) {
        requireNoImportance(importance);
        Blocks.requireWeights(w);
        byte[] packed = CodebookQuantized.codes(out, this, w)
                .orElseGet(() -> new byte[(int) CodeStream.bytes(w.size(), is.book.bits())]);
        byte[] scales = is.type.store(Blocks.count(w.size(), is.block));
        encoder().encode(w, recipe(), packed, scales, progress, "quantize " + w.name() + " to " + recipe());
        NestedScales nested = null;
        if (is.twice != null) {
            float offset = is.twice.offset.isPresent() ? is.twice.offset.get() : NestedScales.offset(w.name(), scales);
            nested = NestedScales.of(w, scales, offset, is.twice.book, is.twice.scaling, recipe(), progress);
        }
        var quantized = new CodebookQuantized(
                this, w.name(), w.rows(), w.cols(), packed, nested == null ? scales : null, nested);
        if (trace.isOn()) {
            tell(trace, w, packed, scales, quantized, nested, progress);
        }
        return quantized;
    }

    private void tell(
            Trace trace,
            Matrix w,
            byte[] packed,
            byte[] scales,
            CodebookQuantized quantized,
            NestedScales nested,
            Progress progress) {
        String title = "trace " + w.name() + " under " + recipe();
        var cancel = progress.cancelToken();
        float[] between = Arrays.copyOfRange(is.book.boundaries(), 1, is.book.size());
        trace.add(() -> new CodebookUsed(Arrays.copyOf(is.book.values(), is.book.size()), between));
        float[] wanted = new float[1];
        float[] x = w.values();
        for (int start = 0, k = 0, n; start < w.size(); start += n, k++) {
            cancel.check(title);
            n = Math.min(is.block, w.size() - start);
            if (nested != null && k % NestedScales.BLOCK == 0) {
                var step = nestedStep(k, scales, quantized, nested);
                trace.add(() -> step);
            }
            encoder().wanted(x, start, start + n, wanted, cancel, title);
            float first = is.type.get(scales, k); // what the weights were scaled by
            float high = is.scaling == BlockScaling.RMS ? absmax(x, start, start + n) : wanted[0];
            var step = new BlockScaled(
                    start / w.cols(), start % w.cols(), n, -high, high, wanted[0], quantized.scale(k), 0);
            trace.add(() -> step);
            float[] scaled = new float[n];
            byte[] codes = new byte[n];
            for (int i = 0; i < n; i++) {
                scaled[i] = is.scaling.scaled(x[start + i], first, n, is.block);
                codes[i] = (byte) CodeStream.get(packed, start + i, is.book.bits());
            }
            var chosen = CodesChosen.of(start / w.cols(), start % w.cols(), scaled, codes, is.book);
            trace.add(() -> chosen);
        }
    }

    private static float absmax(float[] x, int from, int to) {
        float max = 0;
        for (int i = from; i < to; i++) {
            max = Math.max(max, Math.abs(x[i]));
        }
        return max;
    }

    private ScalesQuantized nestedStep(int k, byte[] scales, CodebookQuantized quantized, NestedScales nested) {
        int count = Math.min(NestedScales.BLOCK, nested.codes().length - k);
        float[] absmax = new float[count];
        float[] stored = new float[count];
        for (int i = 0; i < count; i++) {
            absmax[i] = is.type.get(scales, k + i);
            stored[i] = quantized.scale(k + i);
        }
        float scale = ScaleType.F32.get(nested.nested(), k / NestedScales.BLOCK);
        byte[] codes = Arrays.copyOfRange(nested.codes(), k, k + count);
        return new ScalesQuantized(k, nested.offset(), scale, absmax, codes, stored);
    }

    @Override
    public Quantized stored(String name, int rows, int cols, List<StoredPart> parts) {
        StoredParts.requireLayout(name, recipe(), layout(rows, cols), parts);
        byte[] codes = parts.get(0).toBytes();
        byte[] scales = parts.get(1).toBytes();
        if (is.twice == null) {
            return new CodebookQuantized(this, name, rows, cols, codes, scales, null);
        }
        float offset = parts.get(3).data().getFloat();
        var nested = new NestedScales(scales, parts.get(2).toBytes(), offset);
        return new CodebookQuantized(this, name, rows, cols, codes, null, nested);
    }

    @Override
    public Quantized replay(String name, int rows, int cols, List<Trace.Step> steps) {
        List<PartLayout> layout = layout(rows, cols);
        byte[] packed = StoredParts.codes(name, rows, cols, is.book.bits(), steps);
        encoder().pad(packed, rows * cols);
        List<StoredPart> parts = new ArrayList<>();
        parts.add(new StoredPart("codes", layout.get(0).encoding(), packed));
        if (is.twice == null) {
            byte[] scales = is.type.store(Blocks.count(rows * cols, is.block));
            int k = 0;
            for (BlockScaled step : StoredParts.steps(steps, BlockScaled.class)) {
                is.type.put(scales, k++, step.stored());
            }
            parts.add(new StoredPart("scales", layout.get(1).encoding(), scales));
            return stored(name, rows, cols, parts);
        }
        int blocks = Blocks.count(rows * cols, is.block);
        ByteBuffer codes = ByteBuffer.allocate(blocks);
        byte[] nested = ScaleType.F32.store(Blocks.count(blocks, NestedScales.BLOCK));
        float offset = 0;
        int told = 0;
        for (ScalesQuantized step : StoredParts.steps(steps, ScalesQuantized.class)) {
            if (step.block() != told || step.codes().length > blocks - told) {
                throw new IllegalArgumentException(name + ": the trace tells of the scales from block " + step.block()
                        + " on, but " + told + " of " + blocks + " were told of before");
            }
            codes.put(step.codes());
            ScaleType.F32.put(nested, told / NestedScales.BLOCK, step.nested());
            offset = step.offset();
            told += step.codes().length;
        }
        parts.add(new StoredPart("scales", NESTED_CODES, codes.array()));
        parts.add(new StoredPart("nested_scales", FLOATS, nested));
        parts.add(new StoredPart("offset", FLOATS, bytes(offset)));
        return stored(name, rows, cols, parts);
    }

    /** One float32, little-endian. */
    static byte[] bytes(float value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodebookFormat format
                && is.canonical.equals(format.is.canonical)
                && Objects.equals(offset(), format.offset());
    }

    /** The mean of the scales, if it is known and needed. */
    Optional<Float> offset() {
        return is.twice == null ? Optional.empty() : is.twice.offset;
    }

    @Override
    public int hashCode() {
        return Objects.hash(is.canonical, offset());
    }

    @Override
    public String toString() {
        return is.recipe.toString();
    }

    /** What the registry says about blocks that are not the rule, of formats that follow bitsandbytes. */
    static String bnbSpecials(BlockScaling scaling, int block, String zeros) {
        return String.format(
                Locale.ROOT,
                "A block of zeros %s. −0 comes back as +0. A block that is constant in magnitude comes back exactly. %s A"
                        + " last block shorter than %d weights is %s.",
                zeros,
                scaling == BlockScaling.COMPILED
                        ? "Below a scale of 3e-39 the reciprocal is infinite: weights become plus or minus the scale."
                        : "Scales below 1e-38 are taken as 1e-38 when the weights are scaled, so such weights may come"
                                + " back as 0; huge ones up to the largest float32 lose nothing but the last bits.",
                block,
                scaling == BlockScaling.TORCH
                        ? "divided by its scale instead of multiplied by the reciprocal, and its scale is at least 1e-38,"
                                + " as bitsandbytes does"
                        : "treated like the others");
    }
}
