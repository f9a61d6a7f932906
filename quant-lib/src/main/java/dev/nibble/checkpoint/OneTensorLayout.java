package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** A weight that stays one tensor under its own name, in a type that the file has: GGUF's blocks, and plain floats. */
final class OneTensorLayout implements TensorLayout {
    private final String container;
    private final Predicate<DType> has;

    private OneTensorLayout(String container, Predicate<DType> has) {
        this.container = container;
        this.has = has;
    }

    static OneTensorLayout gguf() {
        return new OneTensorLayout("GGUF", type -> GgufTypes.id(type) >= 0);
    }

    static OneTensorLayout safetensors() {
        return new OneTensorLayout("safetensors", SafetensorsWriter::has);
    }

    /** The type that a format's bytes are, if the file has one. */
    Optional<DType> type(Format format) {
        return StoredTypes.of(format).filter(has);
    }

    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        return shaped(name, format, rows, cols);
    }

    @Override
    public List<NewTensor> shaped(String name, Format format, long... shape) {
        DType type = type(format)
                .orElseThrow(() -> new IllegalArgumentException(
                        format.recipe() + " is no type of " + container + "; its types: " + StoredTypes.recipes(has)));
        long rows = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            rows *= shape[i];
        }
        List<PartLayout> parts = format.layout(rows, (int) shape[shape.length - 1]);
        var tensor = new NewTensor(name, type, shape);
        if (parts.size() != 1 || parts.getFirst().bytes() != tensor.bytes()) {
            throw new IllegalStateException(format.recipe() + " is not laid out as " + type + ": " + parts);
        }
        return List.of(tensor);
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        out.apply(name).append(piece.parts().getFirst().data());
    }
}
