package dev.nibble.format.gguf;

import dev.nibble.core.Options;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Importance;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Matrix;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * A block type of GGUF as a number format: one part "blocks", row after row, the bytes of the file. A block never holds
 * weights of two rows; a row that does not fill whole blocks is refused, as ggml does.
 */
public final class GgufFormat implements Format {
    private static final String PRESET = "ggml";

    private static final String WEIGHED =
            " With an importance matrix columns of no importance may be given up: then single weights have no error bound, but"
                    + " those of a block together have one (sumBound).";

    private final Recipe recipe;
    private final BlockCodec codec;
    /** The words that the recipe has to have, in canonical order. */
    private final List<String> words;

    private GgufFormat(Recipe recipe, BlockCodec codec, List<String> words) {
        this.recipe = recipe;
        this.codec = codec;
        this.words = words;
        Options options = new Options(recipe, words.toArray(String[]::new));
        words.forEach(options::oneOf);
        options.done();
    }

    /** The registry entry of a block type: {@code q4_0}. */
    public static Registry.Entry<Format> entry(BlockCodec codec) {
        String name = codec.type().name().toLowerCase(Locale.ROOT);
        String summary = String.format(
                Locale.ROOT,
                "GGUF %s: %d weights in %d bytes, %.5g bits per weight%s",
                codec.type(),
                codec.type().blockSize(),
                codec.type().blockBytes(),
                8.0 * codec.type().blockBytes() / codec.type().blockSize(),
                codec.writes() ? "" : "; can be read, not written");
        List<String> examples = codec.writes() && !codec.needsImportance() ? List.of(name) : List.of();
        return new Registry.Entry<>(
                name, summary, List.of(), examples, recipe -> new GgufFormat(recipe, codec, List.of()));
    }

    /**
     * The block types whose names belong to formats of other systems too, as presets of those: by name of the entry, then by
     * word, as in {@code mxfp4:ggml}.
     */
    public static Map<String, Map<String, Function<Recipe, Format>>> presets() {
        return Map.of("mxfp4", Map.of(PRESET, preset(new MXFP4())), "nvfp4", Map.of(PRESET, preset(new NVFP4())));
    }

    /** The sixteen values of IQ4_NL and IQ4_XS by code, ascending, before the scale. */
    public static float[] iq4Values() {
        float[] values = new float[Iq4Scalar.VALUES.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Iq4Scalar.VALUES[i];
        }
        return values;
    }

    private static Function<Recipe, Format> preset(BlockCodec codec) {
        return recipe -> new GgufFormat(recipe, codec, List.of(PRESET));
    }

    /** A codec as a format of its own, whatever the registry holds: both twins of a type can be compared. */
    static GgufFormat of(BlockCodec codec) {
        String name = codec.type().name().toLowerCase(Locale.ROOT);
        List<String> words = presets().containsKey(name) ? List.of(PRESET) : List.of();
        return new GgufFormat(new Recipe(name, words), codec, words);
    }

    BlockCodec codec() {
        return codec;
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    @Override
    public Recipe canonical() {
        return new Recipe(recipe.name(), words);
    }

    @Override
    public String description() {
        return codec.description();
    }

    @Override
    public String specials() {
        return codec.specials() + (codec.takesImportance() && !codec.needsImportance() ? WEIGHED : "");
    }

    @Override
    public List<PartLayout> layout(long rows, int cols) {
        requireWholeBlocks("a matrix", cols);
        return List.of(new PartLayout(
                "blocks",
                encoding(),
                Math.multiplyExact(
                        rows,
                        (long) cols / codec.type().blockSize() * codec.type().blockBytes())));
    }

    String encoding() {
        return "GGUF " + codec.type() + ", " + codec.type().blockBytes() + " bytes per "
                + codec.type().blockSize() + " weights";
    }

    void requireWholeBlocks(String what, int cols) {
        int block = codec.type().blockSize();
        int rest = cols % block;
        if (rest != 0 || cols == 0) {
            long next = (long) cols - rest + block;
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: rows of %d weights do not fill whole blocks of %d, and a %s block does not cross rows;"
                            + " it takes multiples of %d: %s",
                    what,
                    cols,
                    block,
                    codec.type(),
                    block,
                    cols > block ? (cols - rest) + " or " + next : next + ", " + (next + block) + ", …"));
        }
    }

    @Override
    public boolean takesImportance() {
        return codec.takesImportance();
    }

    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        return quantize(w, null, progress, trace);
    }

    @Override
    public Quantized quantize(Matrix w, Importance importance, Progress progress, Trace trace) {
        return quantize(w, importance, progress, trace, null);
    }

    @Override
    public Quantized quantize(Matrix w, Importance importance, Progress progress, Trace trace, Quantized out) {
        Objects.requireNonNull(w, "matrix");
        return new GgufEncoder(this, w, importance, progress, trace, out).run();
    }

    @Override
    public Quantized stored(String name, int rows, int cols, List<StoredPart> parts) {
        long bytes = layout(rows, cols).getFirst().bytes();
        if (rows < 0 || parts.size() != 1 || parts.getFirst().size() != bytes) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s [%d, %d]: %s is one part \"blocks\" of %,d bytes, but %s",
                    name,
                    rows,
                    cols,
                    recipe,
                    bytes,
                    parts.size() == 1
                            ? String.format(
                                    Locale.ROOT, "it has %,d", parts.getFirst().size())
                            : "there are " + parts.size() + " parts"));
        }
        return new GgufQuantized(this, name, rows, cols, parts.getFirst().toBytes());
    }

    @Override
    public Quantized replay(String name, int rows, int cols, List<Trace.Step> steps) {
        int blockSize = codec.type().blockSize();
        byte[] bytes = new byte[Math.toIntExact(layout(rows, cols).getFirst().bytes())];
        int perRow = cols / blockSize;
        int next = 0;
        for (Trace.Step step : steps) {
            if (step instanceof BlockChosen chosen) {
                if (next >= rows * perRow
                        || chosen.row() != next / perRow
                        || chosen.column() != next % perRow * blockSize) {
                    throw new IllegalArgumentException(name + ": the trace goes to row " + chosen.row() + ", column "
                            + chosen.column() + " where block " + next + " of [" + rows + ", " + cols
                            + "] was expected; it tells of another matrix or another format");
                }
                codec.assemble(chosen, bytes, next * codec.type().blockBytes());
                next++;
            }
        }
        if (next != rows * perRow) {
            throw new IllegalArgumentException(
                    name + ": the trace tells of " + next + " blocks, but the matrix has " + rows * perRow);
        }
        return new GgufQuantized(this, name, rows, cols, bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GgufFormat format && canonical().equals(format.canonical());
    }

    @Override
    public int hashCode() {
        return canonical().hashCode();
    }

    @Override
    public String toString() {
        return recipe.toString();
    }
}
