package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.packing.AwqPacking;
import dev.nibble.tensor.DType;
import java.util.List;
import java.util.function.Function;

/**
 * The layout of AWQ checkpoints, GEMM version: {@code qweight}, {@code qzeros} and {@code scales} in place of {@code
 * weight}, four bits, drawn in {@link AwqPacking}.
 */
final class AwqLayout implements TensorLayout {
    private static final int OUTPUTS = 8;

    @Override
    public int rowsTogether() {
        return OUTPUTS;
    }

    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        AffineParts parts = AffineParts.of(format, rows, cols, "awq").requireEvenGroups("awq");
        if (parts.bits() != 4 || rows % OUTPUTS != 0) {
            throw new IllegalArgumentException("the layout awq holds 4 bits and outputs in eights, not " + parts.bits()
                    + " bits and " + rows + " outputs: " + format.recipe());
        }
        String base = LayoutNames.base(name);
        return List.of(
                new NewTensor(base + "qweight", DType.I32, cols, rows / OUTPUTS),
                new NewTensor(base + "qzeros", DType.I32, parts.groups(), rows / OUTPUTS),
                new NewTensor(base + "scales", parts.scaleType(), parts.groups(), rows));
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        AffineParts parts = AffineParts.of(piece.format(), piece.rows(), piece.cols(), "awq");
        String base = LayoutNames.base(name);
        long first = firstRow / OUTPUTS;
        long columns = rows / OUTPUTS;
        int[] words = AwqPacking.packWeights(parts.codes(piece), piece.rows(), piece.cols());
        Transposed.put(out.apply(base + "qweight"), words, piece.cols(), first, columns);
        int[] zeros = AwqPacking.packZeros(parts.zeros(piece), piece.rows(), parts.groups());
        Transposed.put(out.apply(base + "qzeros"), zeros, parts.groups(), first, columns);
        Transposed.put(
                out.apply(base + "scales"),
                parts.scales(piece),
                parts.scaleType().blockBytes(),
                parts.groups(),
                firstRow,
                rows);
    }
}
