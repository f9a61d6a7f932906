package dev.nibble.format.codebook;

import dev.nibble.core.Parallel;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.StoredPart;
import dev.nibble.format.packing.Nibbles;
import dev.nibble.tensor.Matrix;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A matrix of four-bit table indices in blocks over the flattened matrix: two byte arrays. */
final class CodebookQuantized implements Quantized {
    private static final int RANGE = 1 << 16;

    private final Format format;
    private final Codebook table;
    private final int block;
    private final String name;
    private final int rows;
    private final int cols;
    private final byte[] packed;
    private final byte[] scales;

    /**
     * @param packed codes, first in the high nibble
     * @param scales one float32 per block
     */
    CodebookQuantized(
            Format format, Codebook table, int block, String name, int rows, int cols, byte[] packed, byte[] scales) {
        this.format = format;
        this.table = table;
        this.block = block;
        this.name = name;
        this.rows = rows;
        this.cols = cols;
        this.packed = packed;
        this.scales = scales;
    }

    @Override
    public Matrix dequantize() {
        int n = rows * cols;
        float[] values = new float[n];
        int blocksAtATime = Math.max(1, RANGE / block / 2) * 2;
        Parallel.ranges(Blocks.count(n, block), blocksAtATime, "dequantize " + name, (from, to) -> {
            int first = from * block;
            byte[] codes = new byte[(int) Math.min(n, (long) to * block) - first];
            Nibbles.BEST.unpack(packed, first / 2, codes.length, true, codes, 0);
            for (int k = from; k < to; k++) {
                int start = k * block;
                float scale = ScaleType.F32.get(scales, k);
                CodebookKernels.BEST.decode(
                        codes, start - first, Math.min(block, n - start), scale, table.values(), values, start);
            }
        });
        return Matrix.of(name + " (" + format.recipe() + ")", rows, cols, values);
    }

    @Override
    public int code(int row, int col) {
        int i = index(row, col);
        return packed[i / 2] >>> (i % 2 == 0 ? 4 : 0) & 15;
    }

    /** Half of the widest gap of the table, times the scale, and the rounding of two float32 products. */
    @Override
    public double errorBound(int row, int col) {
        float scale = ScaleType.F32.get(scales, index(row, col) / block);
        // Below 1e-38 weights are multiplied by 1e38 instead of by 1 / absmax, so they may come out as the code of 0.
        return scale < 1e-38f ? scale : scale * (table.halfGap() + 0x1p-20) + 0x1p-149;
    }

    private int index(int row, int col) {
        return Objects.checkIndex(row, rows) * cols + Objects.checkIndex(col, cols);
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
        return List.of(
                new StoredPart("codes", "4 bits, first weight in the high nibble", packed),
                new StoredPart("scales", "float32 little-endian", scales));
    }

    @Override
    public String note() {
        int rest = rows * cols % block;
        return rest == 0
                ? ""
                : String.format(
                        Locale.ROOT, "the last block has %d (%d weights in blocks of %d)", rest, rows * cols, block);
    }

    @Override
    public String toString() {
        return name + " [" + rows + ", " + cols + "] as " + format.recipe();
    }
}
