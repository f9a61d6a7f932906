package dev.nibble.checkpoint;

import dev.nibble.format.PointRun;
import dev.nibble.format.ScaledRun;
import java.util.List;

/**
 * One block of a weight as it lies in its file: the weights that share a scale, and every number stored for them. The
 * arrays are read only.
 *
 * @param index which block of the weight
 * @param weights places of its weights in the weight, row after row, ascending; not always consecutive
 * @param codes what each is stored as
 * @param values what each is
 * @param fields all its numbers, those of the whole tensor among them
 * @param scaled its weights by the scale that they share, counted in the block; empty where weights have no codes of their
 *     own
 * @param points the same of points of a grid
 */
public record StoredBlock(
        long index,
        long[] weights,
        int[] codes,
        float[] values,
        List<StoredField> fields,
        List<ScaledRun> scaled,
        List<PointRun> points) {
    public StoredBlock {
        fields = List.copyOf(fields);
        scaled = List.copyOf(scaled);
        points = List.copyOf(points);
    }

    /** Number of its weights. */
    public int count() {
        return weights.length;
    }
}
