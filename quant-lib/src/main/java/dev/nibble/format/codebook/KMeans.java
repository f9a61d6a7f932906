package dev.nibble.format.codebook;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Options;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.StoredPart;
import dev.nibble.format.Survey;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Code books fitted to the weights themselves, by k-means in one dimension, and stored beside the codes.
 *
 * <pre>
 *   recipe    kmeans [nN] [row | tensor | gN] [f16 | bf16 | f32] [exact]     4 bits, a book per row, f16
 *   scope     a book for each row, for the whole tensor, or for each N weights of a row (the last of a row perhaps fewer)
 *   books     2^n levels each, rising; of a tensor also its smallest and largest weight, float32
 *   codes     place of the level in the book, see {@link CodeStream}
 *   value     level[code]
 * </pre>
 *
 * A weight gets the nearest level as stored, on the float32 midpoint of two the lower. Levels come from Lloyd's iteration
 * from quantiles, at most 100 rounds, each level rounded to its type in every round; {@code exact} takes the optimum
 * instead ({@link BestCodebook}). Then the two end levels are moved, if need be, until each is the mean of its own
 * weights. For a whole tensor weights are gathered in 2^20 cells of 11 mantissa bits first, so that it may be of any size.
 * Source: Lloyd, "Least squares quantization in PCM", 1957 (1982); as weight format in Han et al., "Deep Compression",
 * 2016, and Kim et al., "SqueezeLLM", 2024 (without its sensitivities).
 */
public final class KMeans implements Format {
    private static final List<String> OPTIONS = List.of("nN", "row", "tensor", "gN", "f16", "bf16", "f32", "exact");
    private static final int DEFAULT_BITS = 4;
    private static final String RANGE = "smallest and largest weight, " + CodebookFormat.FLOATS;

    /** What the levels of one book are for. */
    private enum Scope {
        ROW,
        TENSOR,
        GROUP
    }

    /** A book for a whole tensor: its levels, and the range of what it was fitted to. */
    record TensorBook(float[] levels, float low, float high) {}

    private final Recipe recipe;
    private final int bits;
    private final Scope scope;
    private final int group;
    private final ScaleType type;
    private final boolean exact;
    private final TensorBook fixed;

    private KMeans(Recipe recipe) {
        this.recipe = recipe;
        Options options = new Options(recipe, OPTIONS.toArray(String[]::new));
        this.bits = options.number("n", 2, 8, DEFAULT_BITS);
        this.group = options.number("g", 1, CodebookFormat.LARGEST_BLOCK, 0);
        String where = options.oneOf("", "row", "tensor");
        if (group > 0 && !where.isEmpty()) {
            throw new IllegalArgumentException("\"" + recipe + "\": \"" + where + "\" and \"g" + group
                    + "\" can not stand together; write one of row, tensor, gN");
        }
        this.scope = group > 0 ? Scope.GROUP : where.equals("tensor") ? Scope.TENSOR : Scope.ROW;
        this.type = ScaleType.of(options.oneOf("f16", "bf16", "f32"));
        this.exact = !options.oneOf("", "exact").isEmpty();
        options.done();
        this.fixed = null;
    }

    private KMeans(KMeans of, TensorBook fixed) {
        this.recipe = of.recipe;
        this.bits = of.bits;
        this.scope = of.scope;
        this.group = of.group;
        this.type = of.type;
        this.exact = of.exact;
        this.fixed = fixed;
    }

    /** The registry entry. */
    public static Registry.Entry<Format> entry() {
        return new Registry.Entry<>(
                "kmeans",
                "a book of 2^n levels fitted to each row, group or tensor and stored with it",
                OPTIONS,
                List.of(
                        "kmeans",
                        "kmeans:n3:g64",
                        "kmeans:n4:tensor",
                        "kmeans:n3:g32:f32:exact",
                        "kmeans:n6:bf16",
                        "kmeans:n4:tensor:exact",
                        "kmeans:n8:tensor:f32"),
                KMeans::new);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    @Override
    public Recipe canonical() {
        List<String> words = new ArrayList<>();
        words.add("n" + bits);
        words.add(scope == Scope.GROUP ? "g" + group : scope.name().toLowerCase(Locale.ROOT));
        words.add(type.word());
        if (exact) {
            words.add("exact");
        }
        return new Recipe("kmeans", words);
    }

    @Override
    public String description() {
        String of = switch (scope) {
            case ROW -> "each row";
            case TENSOR -> "the whole tensor";
            case GROUP -> "each " + group + " weights of a row";
        };
        return String.format(
                Locale.ROOT,
                "%d levels per book fitted to %s by %s, stored as %s; the nearest level, ties to the lower",
                1 << bits,
                of,
                exact ? "the exact optimum of one-dimensional k-means" : "Lloyd's iteration from quantiles",
                type.fullName());
    }

    @Override
    public String specials() {
        return "Where there are no more distinct weights than levels, as in zero or constant blocks, each comes back as it"
                + " rounds to " + type.fullName() + "; −0 comes back as 0. A lone spike gets a level of its own if that"
                + " lowers the error. Levels that do not fit " + type.fullName() + " are refused.";
    }

    int bits() {
        return bits;
    }

    ScaleType type() {
        return type;
    }

    boolean exact() {
        return exact;
    }

    /** The book of the whole tensor; null where there is none, or none yet. */
    TensorBook tensorBook() {
        return fixed;
    }

    boolean perTensor() {
        return scope == Scope.TENSOR;
    }

    /** Weights of a row that share a book, the last ones perhaps fewer. */
    int groupSize(int cols) {
        return scope == Scope.GROUP ? Math.min(group, cols) : cols;
    }

    /** What {@link Quantized#note()} says about rows of {@code cols}. */
    String note(int cols) {
        return scope == Scope.GROUP ? Blocks.note(group, cols) : "";
    }

    @Override
    public List<PartLayout> layout(long rows, int cols) {
        if (rows < 0 || cols < 1) {
            throw new IllegalArgumentException(
                    recipe + " needs rows of at least one weight, not [" + rows + ", " + cols + "]");
        }
        PartLayout codes = new PartLayout(
                "codes", CodeStream.encoding(bits), CodeStream.bytes(Math.multiplyExact(rows, cols), bits));
        String encoding = type.fullName() + " little-endian";
        long book = (long) type.bytes() << bits;
        if (scope == Scope.TENSOR) {
            return List.of(
                    codes, new PartLayout("books", encoding, book, true), new PartLayout("range", RANGE, 8, true));
        }
        long books = Math.multiplyExact(rows, Blocks.count(cols, groupSize(cols)));
        return List.of(codes, new PartLayout("books", encoding, Math.multiplyExact(books, book)));
    }

    @Override
    public int pieceRows(int cols) {
        return CodebookFormat.pieceRows(cols, CodeStream.unit(bits));
    }

    @Override
    public Optional<Survey> survey() {
        if (scope != Scope.TENSOR || fixed != null) {
            return Optional.empty();
        }
        ValueCounts counts = new ValueCounts();
        CancelToken cancel = Progress.current().cancelToken();
        return Optional.of(new Survey() {
            private Matrix last;

            @Override
            public void add(Matrix piece) {
                last = piece;
                counts.add(piece, () -> cancel.check("survey " + piece.name()));
            }

            @Override
            public Format fixed() {
                return with(last, counts, cancel, Trace.off());
            }
        });
    }

    private KMeans with(Matrix w, ValueCounts counts, CancelToken cancel, Trace trace) {
        float[] levels = new KMeansEncoder(this).fit(w, 0, w.size(), counts.points(), cancel, trace);
        return new KMeans(this, new TensorBook(levels, counts.low(), counts.high()));
    }

    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        Blocks.requireWeights(w);
        if (scope == Scope.TENSOR && fixed == null) {
            CancelToken cancel = progress.cancelToken();
            ValueCounts counts = new ValueCounts();
            counts.add(w, () -> cancel.check("quantize " + w.name() + " to " + recipe));
            return with(w, counts, cancel, trace).quantize(w, progress, trace);
        }
        return new KMeansEncoder(this).quantize(w, progress, trace);
    }

    /** Stores the levels of a book. */
    void put(byte[] books, int book, float[] levels) {
        for (int i = 0; i < levels.length; i++) {
            type.put(books, (book << bits) + i, levels[i]);
        }
    }

    static byte[] range(TensorBook book) {
        byte[] range = ScaleType.F32.store(2);
        ScaleType.F32.put(range, 0, book.low);
        ScaleType.F32.put(range, 1, book.high);
        return range;
    }

    @Override
    public Quantized stored(String name, int rows, int cols, List<StoredPart> parts) {
        StoredParts.requireLayout(name, recipe, layout(rows, cols), parts);
        byte[] range = scope == Scope.TENSOR ? parts.get(2).toBytes() : null;
        return new KMeansQuantized(
                this, name, rows, cols, parts.get(0).toBytes(), parts.get(1).toBytes(), range);
    }

    @Override
    public Quantized replay(String name, int rows, int cols, List<Trace.Step> steps) {
        List<PartLayout> layout = layout(rows, cols);
        List<StoredPart> parts = new ArrayList<>();
        parts.add(new StoredPart("codes", layout.get(0).encoding(), StoredParts.codes(name, rows, cols, bits, steps)));
        List<BookFitted> told = StoredParts.steps(steps, BookFitted.class);
        byte[] books = new byte[(int) layout.get(1).bytes()];
        if (((long) told.size() * type.bytes()) << bits != books.length) {
            throw new IllegalArgumentException(name + ": the trace tells of " + told.size() + " code books, but "
                    + recipe + " has " + ((books.length / type.bytes()) >> bits) + " for [" + rows + ", " + cols + "]");
        }
        for (int k = 0; k < told.size(); k++) {
            put(books, k, told.get(k).levels());
        }
        parts.add(new StoredPart("books", layout.get(1).encoding(), books));
        if (scope == Scope.TENSOR) {
            BookFitted book = told.getFirst();
            parts.add(new StoredPart("range", RANGE, range(new TensorBook(book.levels(), book.low(), book.high()))));
        }
        return stored(name, rows, cols, parts);
    }

    /** The parts of a matrix in this format. */
    List<StoredPart> parts(byte[] packed, byte[] books, byte[] range) {
        List<StoredPart> parts = new ArrayList<>();
        parts.add(new StoredPart("codes", CodeStream.encoding(bits), packed));
        parts.add(new StoredPart("books", type.fullName() + " little-endian", books));
        if (range != null) {
            parts.add(new StoredPart("range", RANGE, range));
        }
        return parts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KMeans format && canonical().equals(format.canonical()) && sameBook(format);
    }

    private boolean sameBook(KMeans other) {
        return fixed == null
                ? other.fixed == null
                : other.fixed != null
                        && Arrays.equals(fixed.levels, other.fixed.levels)
                        && fixed.low == other.fixed.low
                        && fixed.high == other.fixed.high;
    }

    @Override
    public int hashCode() {
        return Objects.hash(canonical(), fixed == null ? 0 : Arrays.hashCode(fixed.levels));
    }

    @Override
    public String toString() {
        return recipe.toString();
    }
}
