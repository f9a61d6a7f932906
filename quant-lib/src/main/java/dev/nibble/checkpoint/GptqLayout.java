package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.packing.GptqPacking;
import dev.nibble.format.packing.GptqPacking.Version;
import dev.nibble.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Function;

/**
 * The layout of GPTQ checkpoints: {@code qweight}, {@code qzeros}, {@code scales} and {@code g_idx} in place of {@code
 * weight}, drawn in {@link GptqPacking}.
 */
final class GptqLayout implements TensorLayout {
    /** Outputs whose zeros fill whole words at any number of bits. */
    private static final int OUTPUTS = 32;

    private final Version version;

    GptqLayout(Version version) {
        this.version = version;
    }

    private String word() {
        return version == Version.V1 ? "gptq" : "gptq_v2";
    }

    @Override
    public int rowsTogether() {
        return OUTPUTS;
    }

    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        AffineParts parts = AffineParts.of(format, rows, cols, word());
        if (!List.of(2, 3, 4, 8).contains(parts.bits())) {
            throw new IllegalArgumentException(
                    "the layout " + word() + " holds 2, 3, 4 or 8 bits, not " + parts.bits() + ": " + format.recipe());
        }
        int words = GptqPacking.wordRows(cols, parts.bits());
        if (rows * parts.bits() % 32 != 0 || (parts.bits() == 3 && rows % 32 != 0)) {
            throw new IllegalArgumentException("the zeros of " + rows + " outputs of " + parts.bits()
                    + " bits do not fill whole words, as the layout " + word() + " wants them");
        }
        String base = LayoutNames.base(name);
        return List.of(
                new NewTensor(base + "qweight", DType.I32, words, rows),
                new NewTensor(base + "qzeros", DType.I32, parts.groups(), rows * parts.bits() / 32),
                new NewTensor(base + "scales", parts.scaleType(), parts.groups(), rows),
                new NewTensor(base + "g_idx", DType.I32, cols));
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        AffineParts parts = AffineParts.of(piece.format(), piece.rows(), piece.cols(), word());
        String base = LayoutNames.base(name);
        int bits = parts.bits();
        int[] words = GptqPacking.packWeights(parts.codes(piece), piece.rows(), piece.cols(), bits);
        int wordRows = GptqPacking.wordRows(piece.cols(), bits);
        Transposed.put(out.apply(base + "qweight"), words, wordRows, firstRow, rows);
        int[] zeros = GptqPacking.packZeros(parts.zeros(piece), piece.rows(), parts.groups(), bits, version);
        Transposed.put(out.apply(base + "qzeros"), zeros, parts.groups(), firstRow * bits / 32, rows * bits / 32);
        Transposed.put(
                out.apply(base + "scales"),
                parts.scales(piece),
                parts.scaleType().blockBytes(),
                parts.groups(),
                firstRow,
                rows);
        if (firstRow == 0) {
            int[] index = GptqPacking.groupIndex(piece.cols(), parts.group());
            ByteBuffer bytes = ByteBuffer.allocate(4 * index.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asIntBuffer().put(index);
            out.apply(base + "g_idx").append(bytes);
        }
    }
}
