package dev.nibble.format.minifloat;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Room;
import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Blocks;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.StoredMatrix;
import dev.nibble.format.StoredPart;
import dev.nibble.format.SumBound;
import dev.nibble.format.minifloat.MinifloatKernels.Groups;
import dev.nibble.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** A matrix in {@link ScaledFloats}: up to three byte arrays. */
final class ScaledFloatMatrix extends StoredMatrix {
    private static final int CHUNK = 2048;

    private final ScaledFloats format;
    private final FloatElement element;
    private final Scaling scaling;
    private final int group;
    private final int groups;
    private final int rowBytes;
    private final List<PartLayout> layout;
    private byte[] codes;
    private byte[] scales;
    private byte[] tensor;

    /** An empty one, to be filled. */
    ScaledFloatMatrix(ScaledFloats format, String name, int rows, int cols) {
        this(format, name, rows, cols, null);
    }

    /** One to be filled, over the bytes of {@code out} if they fit. */
    static ScaledFloatMatrix over(Quantized out, ScaledFloats format, String name, int rows, int cols) {
        boolean fits = hasRoom(out, format, rows, cols) && out instanceof ScaledFloatMatrix;
        return new ScaledFloatMatrix(format, name, rows, cols, fits ? (ScaledFloatMatrix) out : null);
    }

    private ScaledFloatMatrix(ScaledFloats format, String name, int rows, int cols, ScaledFloatMatrix over) {
        super(format, name, rows, cols);
        this.format = format;
        this.element = format.element();
        this.scaling = format.scaling();
        this.group = scaling.group(cols);
        this.groups = format.groups(cols);
        this.layout = format.layout(rows, cols);
        for (PartLayout part : layout) {
            if (part.bytes() > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: its %s as %s take %,d bytes, more than one array holds; quantize it in pieces of fewer rows",
                        name,
                        part.name(),
                        format,
                        part.bytes()));
            }
        }
        this.rowBytes = (int) ElementCodes.rowBytes(cols, element.bits());
        this.codes =
                over != null ? over.codes : new byte[(int) layout.getFirst().bytes()];
        this.scales = over != null ? over.scales : new byte[rows * groups * scaling.bytes()];
        this.tensor = over != null ? over.tensor : new byte[format.hasTensor() ? 4 : 0];
    }

    byte[] scales() {
        return scales;
    }

    /** The bytes of part {@code index} of the layout, copied. */
    void set(int index, StoredPart part) {
        byte[] bytes = part.toBytes();
        if (index == 0) {
            codes = bytes;
        } else if (index == 1 && scaling.bytes() > 0) {
            scales = bytes;
        } else {
            tensor = bytes;
        }
    }

    void putTensor(float value) {
        ByteBuffer.wrap(tensor).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
    }

    /** Stores a scale given by its bytes, as {@link #scaleBits} gave them. */
    void putScale(int index, int bits) {
        for (int i = 0; i < scaling.bytes(); i++) {
            scales[index * scaling.bytes() + i] = (byte) (bits >>> (8 * i));
        }
    }

    int scaleBits(int index) {
        int bits = 0;
        for (int i = 0; i < scaling.bytes(); i++) {
            bits |= (scales[index * scaling.bytes() + i] & 0xff) << (8 * i);
        }
        return bits;
    }

    /** Stores a code where none was stored before. */
    void putCode(int row, int col, int code) {
        ElementCodes.put(codes, row * rowBytes, col, element.bits(), code);
    }

    void encode(int row, int col, float[] x, int from, int count, Groups these, boolean divide, byte[] room) {
        ElementCodes.encode(x, from, count, these, divide, element, codes, place(row, col), room);
    }

    /** Byte of a weight whose column is a multiple of 8. */
    private int place(int row, int col) {
        return row * rowBytes + (int) ((long) col * element.bits() / 8);
    }

    private float tensor() {
        return format.hasTensor()
                ? ByteBuffer.wrap(tensor).order(ByteOrder.LITTLE_ENDIAN).getFloat()
                : 1;
    }

    @Override
    public Matrix dequantize() {
        float[] values = Room.floats((long) rows * cols, name + " as float32");
        CancelToken cancel = Progress.current().cancelToken();
        String what = "dequantize " + name;
        float ofTensor = tensor();
        Parallel.ranges(rows, Blocks.rowsAtATime(cols), cancel, what, (from, to) -> {
            byte[] room = new byte[Math.min(cols, CHUNK)];
            float[] factors = new float[Math.min(groups, CHUNK / group + 2)];
            for (int row = from; row < to; row++) {
                for (int at = 0, n; at < cols; at += n) {
                    cancel.check(what);
                    n = Math.min(room.length, cols - at);
                    int first = at / group;
                    int last = (at + n - 1) / group;
                    scaling.factors(scales, row * groups + first, last - first + 1, ofTensor, factors);
                    Groups these = new Groups(group - at % group, group, factors, 0);
                    ElementCodes.decode(codes, place(row, at), n, these, element, values, row * cols + at, room);
                }
            }
        });
        return matrix(values);
    }

    @Override
    public int code(int row, int col) {
        index(row, col);
        return ElementCodes.get(codes, row * rowBytes, col, element.bits());
    }

    /**
     * Half the distance to the neighbouring value times the divisor, and what decoding with another factor than that
     * moves; for the largest code, how far the scale rule lets a weight lie beyond it. Never more than the weight and its
     * value together.
     */
    @Override
    public double errorBound(int row, int col) {
        double code = element.value(code(row, col));
        float[] number = new float[1];
        int index = row * groups + col / group;
        scaling.factors(scales, index, 1, tensor(), number);
        double factor = Math.abs(number[0]);
        scaling.operands(scales, index, 1, tensor(), number);
        double divisor = number[0] == 0 ? 0 : Math.abs(scaling.divides() ? number[0] : 1.0 / number[0]);
        double reach = scaling.reach(scales, index, tensor());
        double value = Math.abs(code) * factor;
        double half = element.halfGap(code(row, col)) * divisor;
        if (Math.abs(code) >= element.max()) {
            half = Math.max(half, reach - Math.abs(code) * divisor);
        }
        double moved = Math.abs(code) * Math.abs(divisor - factor);
        // Each of the roundings of w / s, of s itself and of v · s is within 2^-24 of the weight.
        double byRounding = half + moved + (value + half) * 0x1p-21 + 0x1p-148;
        double byReach = reach * (1 + 0x1p-21) + value + 0x1p-148;
        double bound = divisor == 0 ? byReach : Math.min(byRounding, byReach);
        return Double.isNaN(bound) ? Double.POSITIVE_INFINITY : bound;
    }

    @Override
    public Optional<SumBound> sumBound(int index, Matrix original) {
        Optional<SumBound> each = super.sumBound(index, original);
        if (each.isPresent() || scaling.bytes() > 0 || format.hasTensor() || element.bits() > 8) {
            return each;
        }
        List<ScaledRun> runs = runs(index); // unscaled and cut to the largest number
        int first = runs.getFirst().first();
        int end = first + runs.getFirst().count();
        float[] x = Arrays.copyOfRange(original.values(), first, end);
        float[] back = Arrays.copyOfRange(dequantize().values(), first, end);
        return Optional.of(SumBound.ofNearest(runs, first, x, back, 0, 0));
    }

    @Override
    public List<StoredPart> parts() {
        List<StoredPart> parts = new ArrayList<>();
        for (PartLayout part : layout) {
            byte[] bytes = parts.isEmpty() ? codes : part.whole() ? tensor : scales;
            parts.add(new StoredPart(part.name(), part.encoding(), bytes));
        }
        return parts;
    }

    @Override
    public String note() {
        return scaling.note(cols);
    }

    @Override
    public int blocks() {
        return rows * groups;
    }

    @Override
    public List<ScaledRun> runs(int index) {
        Objects.checkIndex(index, blocks());
        if (element.bits() > 8) {
            return List.of();
        }
        int column = index % groups * group;
        int first = index / groups * cols + column;
        float[] levels = element.levels();
        float[] factor = new float[1];
        scaling.factors(scales, index, 1, tensor(), factor);
        int count = Math.min(group, cols - column);
        return List.of(ScaledRun.of(first, count, levels, factor[0], scaling.storable(tensor())));
    }

    @Override
    public BlockView block(int index) {
        Objects.checkIndex(index, blocks());
        int row = index / groups;
        int column = index % groups * group;
        int count = Math.min(group, cols - column);
        int bits = element.bits();
        List<BitField> fields = new ArrayList<>();
        long rowBit = 8L * row * rowBytes;
        for (int i = 0; i < count; i++) {
            BitRun run = new BitRun(0, rowBit + (long) (column + i) * bits, bits);
            fields.add(new BitField(BitField.Role.CODE, "q[" + i + "]", new int[] {i}, List.of(run)));
        }
        int padding = (int) (8L * rowBytes - (long) cols * bits);
        if (column + count == cols && padding > 0) {
            BitRun run = new BitRun(0, rowBit + (long) cols * bits, padding);
            fields.add(new BitField(BitField.Role.PADDING, "end of row", new int[0], List.of(run)));
        }
        int[] all = IntStream.range(0, count).toArray();
        if (scaling.bytes() > 0) {
            BitRun run = new BitRun(1, 8L * index * scaling.bytes(), 8 * scaling.bytes());
            fields.add(new BitField(BitField.Role.SCALE, "scale", all, List.of(run)));
        }
        if (format.hasTensor()) {
            BitRun run = new BitRun(layout.size() - 1, 0, 32);
            fields.add(new BitField(BitField.Role.TENSOR, scaling.tensorName(), all, List.of(run)));
        }
        return new BlockView(index, row, column, count, fields);
    }
}
