package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.packing.CompressedTensorsPacking;
import dev.nibble.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The layout that compressed-tensors calls pack-quantized: {@code weight_packed}, {@code weight_scale}, {@code
 * weight_shape}, and of asymmetric formats {@code weight_zero_point}, drawn in {@link CompressedTensorsPacking}.
 */
final class CompressedTensorsLayout implements TensorLayout {
    private static final String WORD = "compressed-tensors";
    /** Outputs whose zeros fill whole words at any number of bits. */
    private static final int OUTPUTS = 32;

    @Override
    public int rowsTogether() {
        return OUTPUTS;
    }

    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        AffineParts parts = AffineParts.of(format, rows, cols, WORD).requireEvenGroups(WORD);
        requireSigned(parts, format);
        List<NewTensor> tensors = new ArrayList<>();
        tensors.add(new NewTensor(
                name + "_packed", DType.I32, rows, CompressedTensorsPacking.wordsPerRow(cols, parts.bits())));
        tensors.add(new NewTensor(name + "_scale", parts.scaleType(), rows, parts.groups()));
        if (parts.stored()) {
            long words = (rows * parts.bits() + 31) / 32;
            tensors.add(new NewTensor(name + "_zero_point", DType.I32, words, parts.groups()));
        }
        tensors.add(new NewTensor(name + "_shape", DType.I64, 2));
        return tensors;
    }

    /** Without stored zeros the code of 0 has to be the one in the middle. */
    private static void requireSigned(AffineParts parts, Format format) {
        if (!parts.stored() && parts.centre() != 1 << (parts.bits() - 1)) {
            throw new IllegalArgumentException(
                    format.recipe() + " has its zero elsewhere than the layout " + WORD + " without stored zeros");
        }
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        AffineParts parts = AffineParts.of(piece.format(), piece.rows(), piece.cols(), WORD);
        int bits = parts.bits();
        byte[] codes = signed(parts.codes(piece), bits);
        append(
                out.apply(name + "_packed"),
                CompressedTensorsPacking.packWeights(codes, piece.rows(), piece.cols(), bits));
        out.apply(name + "_scale").append(parts.scales(piece));
        if (parts.stored()) {
            byte[] zeros = signed(parts.zeros(piece), bits);
            int[] words = CompressedTensorsPacking.packZeros(zeros, piece.rows(), parts.groups(), bits);
            append(out.apply(name + "_zero_point"), words);
        }
        if (firstRow == 0) {
            ByteBuffer shape = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            out.apply(name + "_shape")
                    .append(shape.putLong(rows).putLong(piece.cols()).flip());
        }
    }

    private static byte[] signed(byte[] fields, int bits) {
        for (int i = 0; i < fields.length; i++) {
            fields[i] -= (byte) (1 << (bits - 1));
        }
        return fields;
    }

    private static void append(TensorSink sink, int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        sink.append(bytes);
    }
}
