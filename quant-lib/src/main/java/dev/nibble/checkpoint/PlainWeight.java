package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.List;
import java.util.Optional;

/** A weight that is one tensor of its file. */
record PlainWeight(Checkpoint checkpoint, TensorInfo tensor) implements Weight {
    @Override
    public String name() {
        return tensor.name();
    }

    @Override
    public long[] shape() {
        return tensor.shape();
    }

    @Override
    public String stored() {
        return tensor.type().name();
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.of(tensor);
    }

    @Override
    public Optional<Format> format() {
        return StoredTypes.format(tensor.type());
    }

    @Override
    public Optional<Quantized> quantized(long from, int count) {
        return format().map(format -> {
            int cols = Math.toIntExact(cols());
            long rowBytes = tensor.type().bytes(cols);
            PartLayout layout = format.layout(count, cols).getFirst();
            byte[] bytes = checkpoint.stored(name(), from * rowBytes, Math.toIntExact(count * rowBytes));
            try {
                return format.stored(
                        name(), count, cols, List.of(new StoredPart(layout.name(), layout.encoding(), bytes)));
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(checkpoint.path().getFileName() + ": " + e.getMessage(), e);
            }
        });
    }

    @Override
    public Optional<StoredBlock> block(long index) {
        return BlockReader.ofParts(checkpoint, this, index, part -> Optional.of(tensor));
    }

    @Override
    public Matrix rows(long from, int count, Progress progress) {
        return checkpoint.rows(tensor.name(), from, count, progress);
    }
}
