package dev.nibble.checkpoint;

import dev.nibble.format.packing.AwqPacking;
import dev.nibble.tensor.TensorInfo;
import java.util.List;

/** A weight of an AWQ checkpoint, GEMM version. */
final class AwqWeight extends LaidOutWeight {
    private static final int BITS = 4;
    private static final int IN_A_WORD = 8;

    private final TensorInfo weight;
    private final TensorInfo zeros;
    private final TensorInfo scales;

    private AwqWeight(
            Checkpoint checkpoint, String name, Shape shape, TensorInfo weight, TensorInfo zeros, TensorInfo scales) {
        super(checkpoint, name, shape, List.of(weight, zeros, scales));
        this.weight = weight;
        this.zeros = zeros;
        this.scales = scales;
    }

    /** @throws CheckpointException if the shapes make no matrix */
    static AwqWeight of(Checkpoint checkpoint, String base, TensorInfo weight, TensorInfo zeros, TensorInfo scales) {
        String name = base + LayoutNames.WEIGHT;
        long in = weight.shape()[0];
        long out = scales.shape()[1];
        long groups = scales.shape()[0];
        boolean fits = weight.shape()[1] * IN_A_WORD == out
                && zeros.shape()[1] * IN_A_WORD == out
                && groups > 0
                && groups <= in
                && out <= Integer.MAX_VALUE
                && in <= Integer.MAX_VALUE;
        if (!fits) {
            throw damaged(
                    checkpoint,
                    name,
                    weight + ", " + zeros + " and " + scales + " are the parts of neither a GPTQ nor an AWQ matrix");
        }
        var shape = new Shape("AWQ", (int) out, (int) in, BITS, (int) groups);
        return new AwqWeight(checkpoint, name, shape, weight, zeros, scales);
    }

    @Override
    byte[] codes(int from, int count) {
        return AwqPacking.unpackWeights(columns(weight, from / IN_A_WORD, count / IN_A_WORD), count, shape.in());
    }

    @Override
    byte[] zeros(int from, int count) {
        return AwqPacking.unpackZeros(columns(zeros, from / IN_A_WORD, count / IN_A_WORD), count, shape.groups());
    }

    @Override
    float[] scales(int from, int count) {
        return turnedScales(scales, from, count);
    }

    @Override
    int[] groupOfInput() {
        return evenGroups();
    }

    @Override
    int rowsTogether() {
        return IN_A_WORD;
    }

    @Override
    List<FileRun> codeRuns(int row, int column) {
        return nibble(weight, column, row);
    }

    @Override
    List<FileRun> zeroRuns(int row, int group) {
        return nibble(zeros, group, row);
    }

    private static List<FileRun> nibble(TensorInfo tensor, long line, int output) {
        long word = line * tensor.shape()[1] + output / IN_A_WORD;
        return List.of(new FileRun(tensor, 32 * word + (long) BITS * AwqPacking.nibble(output), BITS));
    }

    @Override
    Place scalePlace(int row, int group) {
        return new Place(scales, (long) group * shape.out() + row);
    }
}
