package dev.nibble.format.codebook;

import dev.nibble.core.Parallel;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.ScaleType;
import dev.nibble.format.StoredMatrix;
import dev.nibble.format.StoredPart;
import dev.nibble.format.packing.Nibbles;
import dev.nibble.tensor.Matrix;
import java.util.List;
import java.util.Locale;

/** A matrix of four-bit table indices in blocks over the flattened matrix: two byte arrays. */
final class CodebookQuantized extends StoredMatrix {
    private final Codebook table;
    private final int block;
    private final byte[] packed;
    private final byte[] scales;

    /**
     * @param packed codes, first in the high nibble
     * @param scales one float32 per block
     */
    CodebookQuantized(
            Format format, Codebook table, int block, String name, int rows, int cols, byte[] packed, byte[] scales) {
        super(format, name, rows, cols);
        this.table = table;
        this.block = block;
        this.packed = packed;
        this.scales = scales;
    }

    @Override
    public Matrix dequantize() {
        float[] values = new float[rows * cols];
        Parallel.ranges(values.length, Blocks.PIECE, "dequantize " + name, (from, to) -> {
            byte[] codes = new byte[to - from];
            Nibbles.BEST.unpack(packed, from / 2, codes.length, true, codes, 0);
            for (int i = from, n; i < to; i += n) { // as much of each block as lies in the range
                n = Math.min(block - i % block, to - i);
                float scale = ScaleType.F32.get(scales, i / block);
                CodebookKernels.BEST.decode(codes, i - from, n, scale, table.values(), values, i);
            }
        });
        return matrix(values);
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
}
