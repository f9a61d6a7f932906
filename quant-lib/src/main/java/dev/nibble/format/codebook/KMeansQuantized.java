package dev.nibble.format.codebook;

import dev.nibble.core.Parallel;
import dev.nibble.core.Room;
import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Blocks;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.StoredMatrix;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A matrix of places in stored code books. */
final class KMeansQuantized extends StoredMatrix {
    private final KMeans format;
    private final int bits;
    private final ScaleType type;
    private final int size;
    private final int groups;
    private final byte[] packed;
    private final byte[] books;
    private final byte[] range;

    /**
     * @param packed codes, as {@link CodeStream} lays them out
     * @param books levels, book after book
     * @param range smallest and largest weight of a tensor with one book, else null
     */
    KMeansQuantized(KMeans format, String name, int rows, int cols, byte[] packed, byte[] books, byte[] range) {
        super(format, name, rows, cols);
        this.format = format;
        this.bits = format.bits();
        this.type = format.type();
        this.size = format.groupSize(cols);
        this.groups = Blocks.count(cols, size);
        this.packed = packed;
        this.books = books;
        this.range = range;
    }

    /** Which book a group of weights reads. */
    private int book(int group) {
        return format.perTensor() ? 0 : group;
    }

    /** The levels that group {@code group} reads, in order of code. */
    float[] levels(int group) {
        float[] levels = new float[1 << bits];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = type.get(books, (book(group) << bits) + i);
        }
        return levels;
    }

    private int first(int group) {
        return group / groups * cols + group % groups * size;
    }

    private int count(int group) {
        return Math.min(size, cols - group % groups * size);
    }

    @Override
    public Matrix dequantize() {
        float[] values = Room.floats((long) rows * cols, name + " as float32");
        int step = format.pieceRows(cols);
        int rowsAtATime = Math.max(1, Blocks.PIECE / cols / step) * step;
        Parallel.ranges(rows, rowsAtATime, "dequantize " + name, (from, to) -> {
            byte[] codes = new byte[(to - from) * cols];
            CodeStream.unpack(packed, from * cols, codes.length, bits, codes);
            float[] table = new float[Math.max(Codebook.ROOM, 1 << bits)];
            for (int g = from * groups; g < to * groups; g++) {
                System.arraycopy(levels(g), 0, table, 0, 1 << bits);
                int first = first(g);
                CodebookKernels.BEST.decode(codes, first - from * cols, count(g), 1, table, bits, values, first);
            }
        });
        return matrix(values);
    }

    @Override
    public int code(int row, int col) {
        return CodeStream.get(packed, index(row, col), bits);
    }

    /**
     * Half the way to the neighbouring levels. Beyond the lowest and the highest level a weight is bounded by the stored
     * range of the tensor; where there is none, by its level being the mean of all weights that have its code: the
     * others lie this side of the boundary, so one alone can not be further out than all their distances together.
     */
    @Override
    public double errorBound(int row, int col) {
        int i = index(row, col);
        int group = row * groups + col / size;
        float[] levels = levels(group);
        for (int k = 0; k < levels.length; k++) {
            if (!Float.isFinite(levels[k]) || (k > 0 && levels[k - 1] > levels[k])) {
                return Double.POSITIVE_INFINITY; // not a book that was fitted: it bounds nothing
            }
        }
        Codebook book = Codebook.of(levels);
        int code = CodeStream.get(packed, i, bits);
        if (range != null) {
            double bound = book.reach(code, ScaleType.F32.get(range, 0), ScaleType.F32.get(range, 1));
            return Double.isNaN(bound) ? Double.POSITIVE_INFINITY : bound;
        }
        double level = book.value(code);
        double down = level - book.below(code);
        double up = book.above(code) - level;
        double inside = Math.max(Double.isInfinite(down) ? 0 : down, Double.isInfinite(up) ? 0 : up);
        if (!Double.isInfinite(down) && !Double.isInfinite(up)) {
            return inside;
        }
        int same = 0;
        for (int j = first(group); j < first(group) + count(group); j++) {
            same += CodeStream.get(packed, j, bits) == code ? 1 : 0;
        }
        double rounding = type.halfUnit((float) Math.abs(level)) + Math.abs(level) * 0x1p-22 + 0x1p-149;
        return Math.max(inside, (same - 1) * inside + same * rounding);
    }

    @Override
    public List<StoredPart> parts() {
        return format.parts(packed, books, range);
    }

    @Override
    public String note() {
        return format.note(cols);
    }

    @Override
    public int blocks() {
        return rows * groups;
    }

    /** The book is stored as numbers, without a scale: the scale of 1 can not be another. */
    @Override
    public List<ScaledRun> runs(int index) {
        Objects.checkIndex(index, blocks());
        return List.of(ScaledRun.of(
                first(index), count(index), ScaledRun.ascending(levels(index)), 1, ScaleSet.of("no scale", 1)));
    }

    @Override
    public BlockView block(int index) {
        Objects.checkIndex(index, blocks());
        int first = first(index);
        int count = count(index);
        List<BitField> fields = new ArrayList<>();
        for (int j = 0; j < count; j++) {
            fields.add(new BitField(
                    BitField.Role.CODE, "q[" + j + "]", new int[] {j}, List.of(CodeStream.run(0, first + j, bits))));
        }
        int width = 8 * type.bytes();
        for (int k = 0; k < 1 << bits; k++) {
            long bit = ((long) book(index) << bits) * width + (long) k * width;
            fields.add(new BitField(
                    format.perTensor() ? BitField.Role.TENSOR : BitField.Role.SCALE,
                    "level " + k,
                    withCode(first, count, k),
                    List.of(new BitRun(1, bit, width))));
        }
        if (range != null) {
            int[] none = new int[0]; // decoding does not read it
            fields.add(new BitField(BitField.Role.TENSOR, "smallest weight", none, List.of(new BitRun(2, 0, 32))));
            fields.add(new BitField(BitField.Role.TENSOR, "largest weight", none, List.of(new BitRun(2, 32, 32))));
        }
        List<BitRun> padding = CodeStream.padding(0, (long) rows * cols, bits);
        if (index == blocks() - 1 && !padding.isEmpty()) {
            fields.add(new BitField(BitField.Role.PADDING, "padding", new int[0], padding));
        }
        return new BlockView(index, first / cols, first % cols, count, fields);
    }

    private int[] withCode(int first, int count, int code) {
        int[] places = new int[count];
        int n = 0;
        for (int j = 0; j < count; j++) {
            if (CodeStream.get(packed, first + j, bits) == code) {
                places[n++] = j;
            }
        }
        return Arrays.copyOf(places, n);
    }
}
