package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.codebook.BitsandbytesTensors;
import dev.nibble.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The layout of bitsandbytes' Linear4bit, drawn in {@link BitsandbytesTensors}; weights were float32 before. */
final class BitsandbytesLayout implements TensorLayout {
    private static final String DTYPE = "float32";

    @Override
    public boolean wantsSurvey() {
        return true; // the JSON of double quantization holds the offset in decimal digits
    }

    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        List<NewTensor> tensors = new ArrayList<>();
        for (BitsandbytesTensors.Tensor t : BitsandbytesTensors.tensors(format, rows, cols, DTYPE)) {
            tensors.add(new NewTensor(t.name(name), t.type().equals("u8") ? DType.U8 : DType.F32, t.shape()));
        }
        return tensors;
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        for (BitsandbytesTensors.Tensor t : BitsandbytesTensors.tensors(piece.format(), rows, piece.cols(), DTYPE)) {
            if (t.part() >= 0) {
                out.apply(t.name(name)).append(piece.parts().get(t.part()).data());
            } else if (firstRow == 0) {
                out.apply(t.name(name)).append(t.content().orElseThrow());
            }
        }
    }
}
