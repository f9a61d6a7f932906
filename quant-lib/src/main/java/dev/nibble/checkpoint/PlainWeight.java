package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.List;

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
    public Matrix rows(long from, int count, Progress progress) {
        return checkpoint.rows(tensor.name(), from, count, progress);
    }
}
