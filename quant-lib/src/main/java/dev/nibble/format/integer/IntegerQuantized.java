package dev.nibble.format.integer;

import dev.nibble.core.Parallel;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.format.packing.BitFields;
import dev.nibble.format.packing.Nibbles;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A matrix in an {@link IntegerFormat}: three byte arrays, laid out as the format's documentation draws them. */
final class IntegerQuantized implements Quantized {
    private final IntegerFormat format;
    private final String name;
    private final int rows;
    private final int cols;
    private final int size;
    private final int groups;
    private final int rowBytes;
    private final byte[] codes;
    private final byte[] scales;
    private byte[] zeros = {};

    /** An empty one, to be filled by {@link IntegerFormat#quantize}. */
    IntegerQuantized(IntegerFormat format, String name, int rows, int cols) {
        this.format = format;
        this.name = name;
        this.rows = rows;
        this.cols = cols;
        this.size = format.groupSize(cols);
        this.groups = Blocks.count(cols, size);
        this.rowBytes = BitFields.bytes(cols, format.bits());
        this.codes = new byte[Math.multiplyExact(rows, rowBytes)];
        this.scales = format.scaleType().store(Math.multiplyExact(rows, groups));
    }

    byte[] scales() {
        return scales;
    }

    void packZeros(byte[] zeroPoints) {
        if (!format.isSymmetric()) {
            zeros = new byte[BitFields.bytes(zeroPoints.length, format.bits())];
            for (int i = 0; i < zeroPoints.length; i++) {
                zeroPoints[i] += (byte) offset();
            }
            BitFields.pack(zeroPoints, 0, zeroPoints.length, format.bits(), zeros, 0);
        }
    }

    /** Packs one row of signed codes, which it overwrites. */
    void packRow(int row, byte[] signed) {
        int at = row * rowBytes;
        if (format.bits() == 8) {
            System.arraycopy(signed, 0, codes, at, cols);
            return;
        }
        byte offset = (byte) offset();
        for (int i = 0; i < cols; i++) {
            signed[i] += offset;
        }
        if (format.bits() == 4) {
            Nibbles.BEST.pack(signed, 0, cols, false, codes, at);
        } else {
            BitFields.pack(signed, 0, cols, format.bits(), codes, at);
        }
    }

    private void unpackRow(int row, byte[] signed) {
        int at = row * rowBytes;
        if (format.bits() == 8) {
            System.arraycopy(codes, at, signed, 0, cols);
            return;
        }
        if (format.bits() == 4) {
            Nibbles.BEST.unpack(codes, at, cols, false, signed, 0);
        } else {
            BitFields.unpack(codes, at, cols, format.bits(), signed, 0);
        }
        byte offset = (byte) offset();
        for (int i = 0; i < cols; i++) {
            signed[i] -= offset;
        }
    }

    private int offset() {
        return 1 << (format.bits() - 1);
    }

    private float scale(int group) {
        return format.scaleType().get(scales, group);
    }

    private int zero(int group) {
        return format.isSymmetric() ? 0 : BitFields.get(zeros, 0, group, format.bits()) - offset();
    }

    @Override
    public Matrix dequantize() {
        float[] values = new float[rows * cols];
        Parallel.ranges(rows, Blocks.rowsAtATime(cols), "dequantize " + name, (from, to) -> {
            byte[] signed = new byte[cols];
            for (int row = from; row < to; row++) {
                unpackRow(row, signed);
                for (int g = 0; g < groups; g++) {
                    int index = row * groups + g;
                    int first = g * size;
                    int count = Math.min(size, cols - first);
                    IntegerKernels.BEST.decode(
                            signed, first, count, scale(index), zero(index), values, row * cols + first);
                }
            }
        });
        return Matrix.of(name + " (" + format.recipe() + ")", rows, cols, values);
    }

    @Override
    public int code(int row, int col) {
        Objects.checkIndex(row, rows);
        Objects.checkIndex(col, cols);
        if (format.bits() == 8) {
            return codes[row * rowBytes + col];
        }
        return BitFields.get(codes, row * rowBytes, col, format.bits()) - offset();
    }

    /** Half a step, and what the rounding of the stored scale can move the ends of the range. */
    @Override
    public double errorBound(int row, int col) {
        Objects.checkIndex(row, rows);
        Objects.checkIndex(col, cols);
        float scale = scale(row * groups + col / size);
        // The last term is the rounding of w / s and of code · s in float32, each within 2^-24 of 2^b steps.
        double steps = 1 << format.bits();
        return scale * 0.5 + steps * format.scaleType().halfUnit(scale) + steps * scale * 0x1p-22;
    }

    @Override
    public Format format() {
        return format;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int cols() {
        return cols;
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

    @Override
    public String toString() {
        return name + " [" + rows + ", " + cols + "] as " + format.recipe();
    }
}
