package dev.nibble.format.integer;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.format.Blocks;
import dev.nibble.format.StoredMatrix;
import dev.nibble.format.StoredPart;
import dev.nibble.format.packing.BitFields;
import dev.nibble.format.packing.Nibbles;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;

/** A matrix in an {@link IntegerFormat}: three byte arrays, laid out as the format's documentation draws them. */
final class IntegerQuantized extends StoredMatrix {
    private final IntegerFormat format;
    private final int size;
    private final int groups;
    private final int rowBytes;
    private final byte[] codes;
    private final byte[] scales;
    private byte[] zeros = {};

    /** An empty one, to be filled by {@link IntegerFormat#quantize}. */
    IntegerQuantized(IntegerFormat format, String name, int rows, int cols) {
        super(format, name, rows, cols);
        this.format = format;
        this.size = format.groupSize(cols);
        this.groups = Blocks.count(cols, size);
        this.rowBytes = BitFields.bytes(cols, format.bits());
        this.codes = new byte[Math.multiplyExact(rows, rowBytes)];
        this.scales = format.scaleType().store(Math.multiplyExact(rows, groups));
    }

    void putScale(int group, float scale) {
        format.scaleType().put(scales, group, scale);
    }

    /** Stores the zero points of an asymmetric format, one signed byte per group, which it overwrites. */
    void packZeros(byte[] zeroPoints, CancelToken cancel, String what) {
        zeros = new byte[BitFields.bytes(zeroPoints.length, format.bits())];
        for (int first = 0, n; first < zeroPoints.length; first += n) {
            cancel.check(what);
            n = Math.min(Blocks.PIECE, zeroPoints.length - first);
            addTo(zeroPoints, first, n, offset());
            BitFields.pack(zeroPoints, first, n, format.bits(), zeros, bytesOf(first));
        }
    }

    private byte[] unpackZeros(CancelToken cancel, String what) {
        byte[] zeroPoints = new byte[format.isSymmetric() ? 0 : rows * groups];
        for (int first = 0, n; first < zeroPoints.length; first += n) {
            cancel.check(what);
            n = Math.min(Blocks.PIECE, zeroPoints.length - first);
            BitFields.unpack(zeros, bytesOf(first), n, format.bits(), zeroPoints, first);
            addTo(zeroPoints, first, n, -offset());
        }
        return zeroPoints;
    }

    /** Stores {@code count} signed codes of a row, which it overwrites. {@code column} is a multiple of 8. */
    void pack(int row, int column, byte[] signed, int count) {
        int at = row * rowBytes + bytesOf(column);
        if (format.bits() == 8) {
            System.arraycopy(signed, 0, codes, at, count);
            return;
        }
        addTo(signed, 0, count, offset());
        if (format.bits() == 4) {
            Nibbles.BEST.pack(signed, 0, count, false, codes, at);
        } else {
            BitFields.pack(signed, 0, count, format.bits(), codes, at);
        }
    }

    private void unpack(int row, int column, byte[] signed, int count) {
        int at = row * rowBytes + bytesOf(column);
        if (format.bits() == 8) {
            System.arraycopy(codes, at, signed, 0, count);
            return;
        }
        if (format.bits() == 4) {
            Nibbles.BEST.unpack(codes, at, count, false, signed, 0);
        } else {
            BitFields.unpack(codes, at, count, format.bits(), signed, 0);
        }
        addTo(signed, 0, count, -offset());
    }

    private static void addTo(byte[] values, int from, int count, int what) {
        for (int i = from; i < from + count; i++) {
            values[i] += (byte) what;
        }
    }

    /** Bytes of {@code count} fields, a multiple of 8. */
    private int bytesOf(int count) {
        return count / 8 * format.bits();
    }

    /**
     * The groups of a run of weights of one row, with their scales as stored.
     *
     * @param zeroPoints of all groups; none if the format is symmetric
     */
    IntegerKernels.Groups groups(int row, int column, int count, byte[] zeroPoints) {
        int first = column / size;
        int n = (column + count - 1) / size - first + 1;
        float[] scale = new float[n];
        byte[] zero = new byte[n];
        for (int k = 0; k < n; k++) {
            scale[k] = scale(row * groups + first + k);
        }
        if (zeroPoints.length > 0) {
            System.arraycopy(zeroPoints, row * groups + first, zero, 0, n);
        }
        return new IntegerKernels.Groups(size - column % size, size, scale, zero);
    }

    private int offset() {
        return 1 << (format.bits() - 1);
    }

    private float scale(int group) {
        return format.scaleType().get(scales, group);
    }

    @Override
    public Matrix dequantize() {
        float[] values = new float[rows * cols];
        CancelToken cancel = Progress.current().cancelToken();
        String what = "dequantize " + name;
        byte[] zeroPoints = unpackZeros(cancel, what);
        Parallel.ranges(rows, Blocks.rowsAtATime(cols), cancel, what, (from, to) -> {
            byte[] signed = new byte[Math.min(cols, Blocks.PIECE)];
            for (int row = from; row < to; row++) {
                for (int column = 0, n; column < cols; column += n) {
                    cancel.check(what);
                    n = Math.min(signed.length, cols - column);
                    unpack(row, column, signed, n);
                    IntegerKernels.BEST.decode(
                            signed, 0, n, groups(row, column, n, zeroPoints), values, row * cols + column);
                }
            }
        });
        return matrix(values);
    }

    @Override
    public int code(int row, int col) {
        index(row, col);
        if (format.bits() == 8) {
            return codes[row * rowBytes + col];
        }
        return BitFields.get(codes, row * rowBytes, col, format.bits()) - offset();
    }

    /** Half a step, and what the rounding of the stored scale can move the ends of the range. */
    @Override
    public double errorBound(int row, int col) {
        index(row, col);
        float scale = scale(row * groups + col / size);
        // The last term is the rounding of w / s and of code · s in float32, each within 2^-24 of 2^b steps.
        double steps = 1 << format.bits();
        return scale * 0.5 + steps * format.scaleType().halfUnit(scale) + steps * scale * 0x1p-22;
    }

    @Override
    public List<StoredPart> parts() {
        String order = format.bits() == 8
                ? "8 bits, two's complement"
                : format.bits() + " bits, code + " + offset()
                        + ", first weight in the lowest bits, rows of whole bytes";
        List<StoredPart> parts = new ArrayList<>();
        parts.add(new StoredPart("codes", order, codes));
        parts.add(new StoredPart("scales", format.scaleType().fullName() + " little-endian", scales));
        if (!format.isSymmetric()) {
            parts.add(new StoredPart("zeros", format.bits() + " bits, zero + " + offset(), zeros));
        }
        return parts;
    }

    @Override
    public String note() {
        return format.note(cols);
    }
}
