package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Our own layout: each stored part is a tensor {@code NAME.PART}. Parts that are float numbers have that type, all
 * others are bytes; a part with as many bytes in every row is [rows, bytes of a row], any other a vector.
 */
final class PartsLayout implements TensorLayout {
    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        List<NewTensor> tensors = new ArrayList<>();
        for (PartLayout part : format.layout(rows, cols)) {
            DType type = type(part.encoding());
            long count = part.bytes() / type.blockBytes();
            if (part.bytes() % type.blockBytes() != 0) {
                type = DType.U8;
                count = part.bytes();
            }
            boolean rowByRow = !part.whole() && rows > 0 && count % rows == 0;
            long[] shape = rowByRow ? new long[] {rows, count / rows} : new long[] {count};
            tensors.add(new NewTensor(PartsWeight.tensorName(name, part), type, shape));
        }
        return tensors;
    }

    @Override
    public List<NewTensor> shaped(String name, Format format, long... shape) {
        long rows = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            rows *= shape[i];
        }
        return tensors(name, format, rows, (int) shape[shape.length - 1]);
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        List<PartLayout> layout = piece.format().layout(piece.rows(), piece.cols());
        List<StoredPart> parts = piece.parts();
        for (int i = 0; i < parts.size(); i++) {
            if (!layout.get(i).whole() || firstRow == 0) {
                out.apply(PartsWeight.tensorName(name, layout.get(i)))
                        .append(parts.get(i).data());
            }
        }
    }

    private static DType type(String encoding) {
        return switch (encoding.toLowerCase(Locale.ROOT)) {
            case "float32 little-endian" -> DType.F32;
            case "float16 little-endian" -> DType.F16;
            case "bfloat16 little-endian" -> DType.BF16;
            default -> DType.U8;
        };
    }
}
