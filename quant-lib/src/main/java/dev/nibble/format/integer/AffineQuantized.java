package dev.nibble.format.integer;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Room;
import dev.nibble.format.BitField;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Blocks;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.StoredMatrix;
import dev.nibble.format.StoredPart;
import dev.nibble.format.SumBound;
import dev.nibble.format.packing.BitFields;
import dev.nibble.format.packing.Trits;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A matrix in an {@link AffineFormat}: byte arrays, laid out as the format's documentation draws them. */
final class AffineQuantized extends StoredMatrix {
    private final AffineFormat format;
    private final AffineRule rule;
    private final Grouping grouping;
    private final FieldCoding coding;
    private final int rowBytes;
    private final byte[] codes;
    private final byte[] scales;
    private final byte[] zeros;
    /** How far weights lie beyond the grid of each block; null where it is not known or the rule tells. */
    private float[] beyond;

    /** An empty one, to be filled. */
    AffineQuantized(AffineFormat format, String name, int rows, int cols) {
        this(format, name, rows, cols, room(format, rows, cols));
    }

    /** The same over the bytes of {@code out}, if they fit. */
    static AffineQuantized over(Quantized out, AffineFormat format, String name, int rows, int cols) {
        return hasRoom(out, format, rows, cols) && out instanceof AffineQuantized old
                ? new AffineQuantized(format, name, rows, cols, new byte[][] {old.codes, old.scales, old.zeros})
                : new AffineQuantized(format, name, rows, cols);
    }

    private static byte[][] room(AffineFormat format, int rows, int cols) {
        List<PartLayout> layout = format.layout(rows, cols);
        byte[][] bytes = new byte[layout.size()][];
        for (int i = 0; i < bytes.length; i++) {
            if (layout.get(i).bytes() > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(String.format(
                        java.util.Locale.ROOT,
                        "%,d bytes of %s are more than one array holds under %s; quantize pieces of rows, or let more"
                                + " weights share a scale",
                        layout.get(i).bytes(),
                        layout.get(i).name(),
                        format.recipe()));
            }
            bytes[i] = new byte[(int) layout.get(i).bytes()];
        }
        return bytes;
    }

    /** Over parts that are not copied. */
    AffineQuantized(AffineFormat format, String name, int rows, int cols, byte[][] parts) {
        super(format, name, rows, cols);
        this.format = format;
        this.rule = format.rule();
        this.grouping = format.spec().grouping();
        this.coding = format.spec().coding();
        this.rowBytes = coding.bytes(cols, rule.bits());
        this.codes = parts[0];
        this.scales = parts[1];
        this.zeros = parts.length > 2 ? parts[2] : new byte[0];
    }

    void keepBeyond(float[] known) {
        beyond = known;
    }

    int countOf(int block) {
        return grouping.count(block, cols);
    }

    /** The codes themselves where a field is a byte, so that kernels may write to them. */
    byte[] bytesOfCodes() {
        return codes;
    }

    /** Where the fields of a row from {@code column}, a multiple of the coding's unit, begin. */
    int codeAt(int row, int column) {
        return row * rowBytes + coding.bytes(column, rule.bits());
    }

    void putFields(int row, int column, byte[] fields, int from, int count) {
        coding.pack(fields, from, count, rule.bits(), codes, codeAt(row, column));
    }

    void putScale(int block, float scale) {
        format.spec().scaleType().put(scales, number(block), scale);
    }

    /** Scales of {@code n} blocks; of one where a tensor has one scale. */
    void putScales(int block, float[] values, int n) {
        put(scales, block, values, n);
    }

    void putFloatZeros(int block, float[] values, int n) {
        put(zeros, block, values, n);
    }

    private void put(byte[] store, int block, float[] values, int n) {
        ScaleType type = format.spec().scaleType();
        boolean whole = grouping.kind() == Grouping.Kind.TENSOR;
        for (int k = 0; k < (whole ? 1 : n); k++) {
            type.put(store, whole ? 0 : block + k, values[k]);
        }
    }

    void putFloatZero(int block, float zero) {
        format.spec().scaleType().put(zeros, number(block), zero);
    }

    /** Stores zeros that are codes, one field per group, from the first group on. */
    void putZeroFields(byte[] fields) {
        BitFields.pack(fields, 0, fields.length, rule.bits(), zeros, 0);
    }

    /** A block as a trace tells of it. */
    void put(int block, float scale, float zero, byte[] fields) {
        putScale(block, scale);
        if (rule.hasFloatZero()) {
            putFloatZero(block, zero);
        } else if (rule.zero() == AffineRule.Zero.INTEGER) {
            setBits(zeros, (long) number(block) * rule.bits(), (int) zero + rule.offset());
        }
        int start = grouping.start(block, cols);
        for (int i = 0; i < fields.length; i++) {
            int row = (start + i) / cols;
            int col = (start + i) % cols;
            if (coding == FieldCoding.TRITS) {
                int at = row * rowBytes + col / Trits.PER_BYTE;
                int power = 1;
                for (int k = 0; k < col % Trits.PER_BYTE; k++) {
                    power *= 3;
                }
                codes[at] += (byte) ((fields[i] - Trits.get(codes, row * rowBytes, col)) * power);
            } else {
                setBits(codes, (long) row * rowBytes * 8 + (long) col * rule.bits(), fields[i]);
            }
        }
    }

    private void setBits(byte[] bytes, long bit, int value) {
        for (int i = 0; i < rule.bits(); i++, bit++) {
            int at = (int) (bit >>> 3);
            int one = 1 << (bit & 7);
            bytes[at] = (byte) ((value >>> i & 1) == 1 ? bytes[at] | one : bytes[at] & ~one);
        }
    }

    /** Which stored scale a block has. */
    private int number(int block) {
        return grouping.kind() == Grouping.Kind.TENSOR ? 0 : block;
    }

    private float scale(int block) {
        return format.spec().scaleType().get(scales, number(block));
    }

    /** The zero of a block in the units of its kind. */
    private float zero(int block) {
        if (rule.hasFloatZero()) {
            return format.spec().scaleType().get(zeros, number(block));
        }
        return rule.zero() == AffineRule.Zero.INTEGER
                ? signed(BitFields.get(zeros, 0, number(block), rule.bits())) - rule.offset()
                : rule.centre();
    }

    private int signed(int field) {
        return rule.bits() == 8 && rule.offset() == 0 && rule.lowest() < 0 ? (byte) field : field;
    }

    @Override
    public Matrix dequantize() {
        float[] values = Room.floats((long) rows * cols, name + " as float32");
        CancelToken cancel = Progress.current().cancelToken();
        String what = "dequantize " + name;
        int unit = coding.unit(rule.bits());
        int piece = AffineEncoder.PIECE / unit * unit;
        int size = grouping.groupSize(cols);
        Parallel.ranges(rows, Blocks.rowsAtATime(cols), cancel, what, (from, to) -> {
            byte[] fields = new byte[Math.min(cols, piece)];
            Grid grid = new Grid(rule, piece / size + 2, size);
            for (int row = from; row < to; row++) {
                for (int column = 0, n; column < cols; column += n) {
                    cancel.check(what);
                    n = Math.min(piece, cols - column);
                    read(grid, grouping.block(row, column, cols), grouping.block(row, column + n - 1, cols));
                    int left = grouping.left(row, column, cols);
                    int at = row * cols + column;
                    if (rule.bits() == 8) {
                        IntegerKernels.BEST.decode(codes, codeAt(row, column), n, grid, 0, left, values, at);
                    } else {
                        coding.unpack(codes, codeAt(row, column), n, rule.bits(), fields);
                        IntegerKernels.BEST.decode(fields, 0, n, grid, 0, left, values, at);
                    }
                }
            }
        });
        return matrix(values);
    }

    private void read(Grid grid, int first, int last) {
        for (int block = first; block <= last; block++) {
            Grids.decode(rule, grid, block - first, scale(block), zero(block));
        }
    }

    private int field(int row, int col) {
        return signed(coding.get(codes, row * rowBytes, col, rule.bits()));
    }

    @Override
    public int code(int row, int col) {
        index(row, col);
        return field(row, col) - rule.offset();
    }

    /**
     * Half a step; what the rounding of the stored scale and zero moves the ends of the range by; and for the outermost
     * codes how far weights may lie beyond them: as the rule tells, or as was seen when they were encoded. For a matrix
     * that was read back from bytes under a rule that clips freely that is not known, and the bound of these is infinite.
     */
    @Override
    public double errorBound(int row, int col) {
        int start = index(row, col);
        int block = grouping.block(row, col, cols);
        float scale = scale(block);
        float zero = zero(block);
        if (!Float.isFinite(scale) || !Float.isFinite(zero)) {
            return Double.POSITIVE_INFINITY;
        }
        ErrorBound bound = new ErrorBound(format.spec(), scale, zero);
        double most = bound.inside() + bound.throughFp8(start, this);
        int field = field(row, col);
        int top = rule.qmax() + rule.offset();
        int bottom = rule.qmin() + rule.offset();
        boolean end = field >= top || field <= bottom;
        if (end && bound.freely()) {
            return most + bound.furtherThanRounding(beyond != null ? beyond[block] : bound.beyond(countAll(block)));
        }
        if (field >= top) {
            most += bound.above(rule.range() == AffineRule.Range.MIRRORED && nothingBelowCentre(block));
        }
        return most;
    }

    @Override
    public Optional<SumBound> sumBound(int block, Matrix original) {
        Optional<SumBound> each = super.sumBound(block, original);
        float zero = zero(block);
        if (each.isPresent() || !Float.isFinite(scale(block)) || !Float.isFinite(zero)) {
            return each;
        }
        int start = grouping.start(block, cols);
        int count = countOf(block);
        float[] back = Arrays.copyOfRange(dequantize().values(), start, start + count);
        float[] x = Arrays.copyOfRange(original.values(), start, start + count);
        ErrorBound bound = new ErrorBound(format.spec(), scale(block), zero);
        double moved = bound.inside() + bound.throughFp8(start, this);
        return Optional.of(SumBound.ofNearest(runs(block), start, x, back, 0, moved));
    }

    /** Weights that the statistic of a block's scale was taken over. */
    private long countAll(int block) {
        return grouping.kind() == Grouping.Kind.TENSOR ? (long) rows * cols : countOf(block);
    }

    private boolean nothingBelowCentre(int block) {
        int start = grouping.start(block, cols);
        for (int i = start; i < start + countOf(block); i++) {
            if (field(i / cols, i % cols) < rule.centre() + rule.offset()) {
                return false;
            }
        }
        return true;
    }

    /** Largest magnitude of a decoded weight that any group of the row of a weight can have. */
    double reachOfRow(int index) {
        int row = index / cols;
        double reach = 0;
        for (int block = grouping.block(row, 0, cols); block <= grouping.block(row, cols - 1, cols); block++) {
            reach = Math.max(reach, Math.abs(scale(block)) * (double) (1 << (rule.bits() - 1)));
        }
        return reach;
    }

    @Override
    public List<StoredPart> parts() {
        List<PartLayout> layout = format.layout(rows, cols);
        List<StoredPart> parts = new ArrayList<>();
        parts.add(new StoredPart("codes", layout.get(0).encoding(), codes));
        parts.add(new StoredPart("scales", layout.get(1).encoding(), scales));
        if (layout.size() > 2) {
            parts.add(new StoredPart("zeros", layout.get(2).encoding(), zeros));
        }
        return parts;
    }

    @Override
    public String note() {
        return format.note(cols);
    }

    @Override
    public int blocks() {
        return Math.toIntExact(grouping.blocks(rows, cols));
    }

    @Override
    public BlockView block(int index) {
        Objects.checkIndex(index, blocks());
        int start = grouping.start(index, cols);
        int count = countOf(index);
        List<BitField> fields = new ArrayList<>();
        addCodes(fields, start, count);
        addNumbers(fields, index, all(count));
        return new BlockView(index, start / cols, start % cols, count, fields);
    }

    @Override
    public List<ScaledRun> runs(int index) {
        Objects.checkIndex(index, blocks());
        int first = grouping.start(index, cols);
        return List.of(format.spec().run(first, countOf(index), scale(index), zero(index)));
    }

    private void addCodes(List<BitField> fields, int start, int count) {
        int bits = rule.bits();
        for (int i = 0; i < count; i++) {
            int row = (start + i) / cols;
            int col = (start + i) % cols;
            long bit = (long) row * rowBytes * 8;
            if (coding == FieldCoding.TRITS) {
                if (col % Trits.PER_BYTE == 0) {
                    int n = Math.min(Trits.PER_BYTE, Math.min(cols - col, count - i));
                    int[] weights = new int[n];
                    for (int k = 0; k < n; k++) {
                        weights[k] = i + k;
                    }
                    fields.add(new BitField(
                            Role.CODES,
                            n == 1 ? "q[" + i + "]" : "q[" + i + ".." + (i + n - 1) + "]",
                            weights,
                            List.of(new BitRun(0, bit + col / Trits.PER_BYTE * 8L, 8))));
                }
                continue;
            }
            fields.add(new BitField(
                    Role.CODE, "q[" + i + "]", new int[] {i}, List.of(new BitRun(0, bit + (long) col * bits, bits))));
            int rest = rowBytes * 8 - cols * bits;
            if (col == cols - 1 && rest > 0) {
                fields.add(new BitField(
                        Role.PADDING,
                        "end of row " + row,
                        new int[0],
                        List.of(new BitRun(0, bit + (long) cols * bits, rest))));
            }
        }
    }

    private void addNumbers(List<BitField> fields, int index, int[] weights) {
        boolean whole = grouping.kind() == Grouping.Kind.TENSOR;
        int bits = format.spec().scaleType().bytes() * 8;
        int n = number(index);
        fields.add(new BitField(
                whole ? Role.TENSOR : Role.SCALE, "scale", weights, List.of(new BitRun(1, (long) n * bits, bits))));
        if (rule.hasFloatZero()) {
            boolean minimum = rule.zero() == AffineRule.Zero.MINIMUM;
            fields.add(new BitField(
                    whole ? Role.TENSOR : minimum ? Role.MIN : Role.ZERO,
                    minimum ? "minimum" : "zero",
                    weights,
                    List.of(new BitRun(2, (long) n * bits, bits))));
        } else if (rule.zero() == AffineRule.Zero.INTEGER) {
            fields.add(new BitField(
                    whole ? Role.TENSOR : Role.ZERO,
                    "zero",
                    weights,
                    List.of(new BitRun(2, (long) n * rule.bits(), rule.bits()))));
            long used = grouping.scales(rows, cols) * rule.bits();
            if (index == blocks() - 1 && used % 8 != 0) {
                fields.add(new BitField(
                        Role.PADDING,
                        "end of the zeros",
                        new int[0],
                        List.of(new BitRun(2, used, 8 - (int) (used % 8)))));
            }
        }
    }

    private static int[] all(int count) {
        int[] weights = new int[count];
        for (int i = 0; i < count; i++) {
            weights[i] = i;
        }
        return weights;
    }
}
