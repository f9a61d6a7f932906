package dev.nibble.format.codebook;

import dev.nibble.core.Parallel;
import dev.nibble.core.Room;
import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Blocks;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.StoredMatrix;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A matrix of table indices in blocks over the flattened matrix, one scale per block, the scales perhaps quantized. */
final class CodebookQuantized extends StoredMatrix {
    /** More than the roundings of one reciprocal and two products of float32 come to. */
    private static final double ROUNDING = 0x1p-20;

    private final CodebookFormat format;
    private final Codebook book;
    private final int block;
    private final byte[] packed;
    private final byte[] scales;
    private final NestedScales nested;

    /**
     * @param packed codes, as {@link CodeStream} lays them out
     * @param scales one per block; null where there are nested ones
     * @param nested instead of scales, or null
     */
    CodebookQuantized(
            CodebookFormat format, String name, int rows, int cols, byte[] packed, byte[] scales, NestedScales nested) {
        super(format, name, rows, cols);
        this.format = format;
        this.book = format.book();
        this.block = format.block();
        this.packed = packed;
        this.scales = scales;
        this.nested = nested;
    }

    /** The codes of {@code out}, if a matrix can be written over them. */
    static Optional<byte[]> codes(Quantized out, CodebookFormat format, Matrix w) {
        return hasRoom(out, format, w.rows(), w.cols()) && out instanceof CodebookQuantized old
                ? Optional.of(old.packed)
                : Optional.empty();
    }

    /** The scale of a block, as it is read back. */
    float scale(int k) {
        return nested == null
                ? format.scaleType().get(scales, k)
                : nested.scale(format.nestedBook().values(), k);
    }

    @Override
    public Matrix dequantize() {
        float[] values = Room.floats((long) rows * cols, name + " as float32");
        Parallel.ranges(values.length, Blocks.PIECE, "dequantize " + name, (from, to) -> {
            byte[] codes = new byte[to - from];
            CodeStream.unpack(packed, from, codes.length, book.bits(), codes);
            for (int i = from, n; i < to; i += n) { // as much of each block as lies in the range
                n = Math.min(block - i % block, to - i);
                CodebookKernels.BEST.decode(
                        codes, i - from, n, scale(i / block), book.values(), book.bits(), values, i);
            }
        });
        return matrix(values);
    }

    @Override
    public int code(int row, int col) {
        return CodeStream.get(packed, index(row, col), book.bits());
    }

    /** Weights of block {@code k}. */
    private int count(int k) {
        return (int) Math.min(block, (long) rows * cols - (long) k * block);
    }

    /**
     * What gets this code lies between two boundaries, so the error is at most the way from the farther one to the
     * value, times the scale. What double quantization took from the scale is added, and the roundings.
     */
    @Override
    public double errorBound(int row, int col) {
        int i = index(row, col);
        int code = CodeStream.get(packed, i, book.bits());
        double stored = scale(i / block);
        double lost = nested == null ? format.scaleType().halfUnit((float) Math.abs(stored)) : nestedError(i / block);
        double value = Math.abs(book.value(code));
        if (format.scaling() == BlockScaling.RMS) {
            return rmsBound(i, code, stored, lost);
        }
        // The scale that the weights were divided by: the stored one, but the original one under double quantization.
        double largest = Math.abs(stored) + lost;
        double bound;
        if (nested == null && largest < Float.MIN_NORMAL) {
            // The reciprocal is held at 1e38 or overflows: any code may come out, its value at most 1 from 0.
            bound = 2 * largest;
        } else if (nested == null) {
            bound = stored * book.reach(code, -1, 1) + (format.scaleType() == ScaleType.F32 ? 0 : lost);
        } else {
            bound = largest * book.reach(code, -1, 1) + value * lost;
        }
        return finite(bound + largest * ROUNDING + (nested == null ? 0x1p-149 : 0x1p-125));
    }

    private static double finite(double bound) {
        return Double.isNaN(bound) || bound < 0 ? Double.POSITIVE_INFINITY : bound;
    }

    /** How far the scale that is read back may lie from the one that was stored away. */
    private double nestedError(int k) {
        double scale = Math.abs((double) ScaleType.F32.get(nested.nested(), k / NestedScales.BLOCK));
        double reach = format.nestedBook().reach(nested.codes()[k] & 0xff, -1, 1);
        return (scale < Float.MIN_NORMAL ? 2 * scale : scale * (reach + ROUNDING))
                + Math.abs((double) nested.offset()) * ROUNDING
                + 0x1p-149;
    }

    /**
     * The root of the mean square does not bound one weight, but the squares of a block add up to it: what the other
     * codes leave is the most that this weight can be.
     */
    private double rmsBound(int i, int code, double stored, double lost) {
        int k = i / block;
        int count = count(k);
        double energy = (stored + lost) * (stored + lost) * count * (1 + ROUNDING);
        double least = 0;
        for (int j = k * block; j < k * block + count; j++) {
            int other = CodeStream.get(packed, j, book.bits());
            double near = Math.max(0, Math.max(book.below(other), -book.above(other)));
            least += j == i ? 0 : near * near;
        }
        boolean tiny = stored < Float.MIN_NORMAL;
        double most = Math.sqrt(Math.max(0, energy - (tiny ? 0 : least * stored * stored * (1 - ROUNDING))));
        if (tiny) {
            return finite(most + stored * Math.abs(book.value(code)) + 0x1p-149);
        }
        return finite(stored * book.reach(code, -most / stored, most / stored) + most * ROUNDING + 0x1p-149);
    }

    @Override
    public List<StoredPart> parts() {
        StoredPart codes = new StoredPart("codes", CodeStream.encoding(book.bits()), packed);
        if (nested == null) {
            return List.of(codes, new StoredPart("scales", format.scaleType().fullName() + " little-endian", scales));
        }
        return List.of(
                codes,
                new StoredPart("scales", CodebookFormat.NESTED_CODES, nested.codes()),
                new StoredPart("nested_scales", CodebookFormat.FLOATS, nested.nested()),
                new StoredPart("offset", CodebookFormat.FLOATS, CodebookFormat.bytes(nested.offset())));
    }

    @Override
    public String note() {
        int rest = rows * cols % block;
        return rest == 0
                ? ""
                : String.format(
                        Locale.ROOT, "the last block has %d (%d weights in blocks of %d)", rest, rows * cols, block);
    }

    /** Under double quantization a block here is what shares a nested scale: 256 blocks of weights. */
    private int weightsOfView() {
        return nested == null ? block : (int) Math.min(Integer.MAX_VALUE, (long) block * NestedScales.BLOCK);
    }

    @Override
    public int blocks() {
        return Blocks.count(rows * cols, weightsOfView());
    }

    @Override
    public BlockView block(int index) {
        Objects.checkIndex(index, blocks());
        int first = index * weightsOfView();
        int end = (int) Math.min((long) rows * cols, first + (long) weightsOfView());
        List<BitField> fields = new ArrayList<>();
        for (int i = first; i < end; i++) {
            fields.add(new BitField(
                    BitField.Role.CODE,
                    "q[" + (i - first) + "]",
                    new int[] {i - first},
                    List.of(CodeStream.run(0, i, book.bits()))));
        }
        int bits = 8 * (nested == null ? format.scaleType().bytes() : 1);
        for (int i = first; i < end; i += block) {
            int last = (int) Math.min(end, (long) i + block) - 1;
            String name = end - first <= block
                    ? "absmax"
                    : String.format(Locale.ROOT, "absmax of %d..%d", i - first, last - first);
            fields.add(new BitField(
                    BitField.Role.SCALE,
                    format.scaling() == BlockScaling.RMS ? "rms" : name,
                    places(i - first, last - first + 1),
                    List.of(new BitRun(1, (long) i / block * bits, bits))));
        }
        if (nested != null) {
            int[] all = places(0, end - first);
            fields.add(
                    new BitField(BitField.Role.SCALE, "nested absmax", all, List.of(new BitRun(2, index * 32L, 32))));
            fields.add(new BitField(BitField.Role.TENSOR, "offset", all, List.of(new BitRun(3, 0, 32))));
        }
        List<BitRun> padding = CodeStream.padding(0, (long) rows * cols, book.bits());
        if (end == rows * cols && !padding.isEmpty()) {
            fields.add(new BitField(BitField.Role.PADDING, "padding", new int[0], padding));
        }
        return new BlockView(index, first / cols, first % cols, end - first, fields);
    }

    @Override
    public List<ScaledRun> runs(int index) {
        BlockView view = block(index);
        float[] levels = ScaledRun.ascending(Arrays.copyOf(book.values(), 1 << book.bits()));
        int first = view.row() * cols + view.column();
        List<ScaledRun> runs = new ArrayList<>();
        for (int i = first; i < first + view.count(); i += block) {
            int k = i / block;
            ScaleSet scales = nested == null ? ScaleSet.of(format.scaleType(), 1) : nestedScales(k);
            runs.add(ScaledRun.of(i, Math.min(block, first + view.count() - i), levels, scale(k), scales));
        }
        return runs;
    }

    /** What the code of a scale can stand for. */
    private ScaleSet nestedScales(int k) {
        float[] map = format.nestedBook().values();
        double unit = ScaleType.F32.get(nested.nested(), k / NestedScales.BLOCK);
        double[] scales = new double[256];
        for (int c = 0; c < scales.length; c++) {
            scales[c] = map[c] * unit + nested.offset();
        }
        return ScaleSet.of("the values of its nested code", scales);
    }

    private static int[] places(int from, int to) {
        int[] places = new int[to - from];
        for (int i = 0; i < places.length; i++) {
            places[i] = from + i;
        }
        return places;
    }
}
