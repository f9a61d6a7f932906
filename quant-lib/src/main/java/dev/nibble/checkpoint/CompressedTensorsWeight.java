package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.packing.CompressedTensorsPacking;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A weight of a compressed-tensors checkpoint, pack-quantized. */
final class CompressedTensorsWeight extends LaidOutWeight {
    private final TensorInfo packed;
    private final TensorInfo scale;
    private final TensorInfo zeros;
    private final TensorInfo index;

    private CompressedTensorsWeight(
            Checkpoint checkpoint,
            String name,
            Shape shape,
            List<TensorInfo> tensors,
            TensorInfo zeros,
            TensorInfo index) {
        super(checkpoint, name, shape, tensors);
        this.packed = tensors.get(0);
        this.scale = tensors.get(1);
        this.zeros = zeros;
        this.index = index;
    }

    /**
     * @param zeros null if the weight is symmetric
     * @param index null if groups follow each other
     * @throws CheckpointException if the shapes make no matrix
     */
    static CompressedTensorsWeight of(
            Checkpoint checkpoint,
            String name,
            TensorInfo packed,
            TensorInfo scale,
            TensorInfo shape,
            TensorInfo zeros,
            TensorInfo index) {
        boolean whole = (shape.type() == DType.I64 || shape.type() == DType.I32) && shape.count() == 2;
        long[] dimensions = whole ? numbers(checkpoint, shape) : new long[2];
        long out = dimensions[0];
        long in = dimensions[1];
        long groups = scale.shape()[1];
        int bits = whole && in > 0 && in <= Integer.MAX_VALUE ? bits(packed.shape()[1], in) : 0;
        boolean fits = bits > 0
                && out == packed.shape()[0]
                && out <= Integer.MAX_VALUE
                && scale.shape()[0] == out
                && groups > 0
                && groups <= in
                && (zeros == null
                        || (zeros.type() == DType.I32
                                && Arrays.equals(zeros.shape(), new long[] {(out * bits + 31) / 32, groups})))
                && (index == null || (index.type() == DType.I32 && index.count() == in));
        if (!fits) {
            throw damaged(
                    checkpoint,
                    name,
                    packed + " and " + scale + " with the shape " + Arrays.toString(dimensions)
                            + " are not the parts of one compressed-tensors matrix");
        }
        List<TensorInfo> tensors = new ArrayList<>(List.of(packed, scale, shape));
        if (zeros != null) {
            tensors.add(zeros);
        }
        if (index != null) {
            tensors.add(index);
        }
        var what = new Shape("compressed-tensors", (int) out, (int) in, bits, (int) groups);
        return new CompressedTensorsWeight(checkpoint, name, what, tensors, zeros, index);
    }

    private static long[] numbers(Checkpoint checkpoint, TensorInfo tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(checkpoint.stored(tensor.name(), 0, (int) tensor.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        return tensor.type() == DType.I64
                ? new long[] {bytes.getLong(0), bytes.getLong(8)}
                : new long[] {bytes.getInt(0), bytes.getInt(4)};
    }

    /** The bits at which a row takes so many words; of short rows several would do, and 4 and 8 are what is in use. */
    private static int bits(long words, long in) {
        for (int bits : new int[] {4, 8, 1, 2, 3, 5, 6, 7}) {
            if ((in * bits + 31) / 32 == words) {
                return bits;
            }
        }
        return 0;
    }

    @Override
    byte[] codes(int from, int count) {
        int[] words = words(packed, from, count);
        return unsigned(CompressedTensorsPacking.unpackWeights(words, count, shape.in(), shape.bits()));
    }

    @Override
    byte[] zeros(int from, int count) {
        byte[] fields = new byte[count * shape.groups()];
        if (zeros == null) {
            return unsigned(fields);
        }
        int first = from * shape.bits() / 32;
        int[] words = words(zeros, first, (count * shape.bits() + 31) / 32);
        return unsigned(CompressedTensorsPacking.unpackZeros(words, count, shape.groups(), shape.bits()));
    }

    private byte[] unsigned(byte[] signed) {
        for (int i = 0; i < signed.length; i++) {
            signed[i] += (byte) (1 << (shape.bits() - 1));
        }
        return signed;
    }

    @Override
    float[] scales(int from, int count) {
        return checkpoint.rows(scale.name(), from, count, Progress.NONE).values();
    }

    @Override
    int[] groupOfInput() {
        return index == null ? evenGroups() : namedGroups(index);
    }

    @Override
    int rowsTogether() {
        return 32;
    }

    @Override
    List<FileRun> codeRuns(int row, int column) {
        return FileRun.inWords(packed, row * packed.shape()[1], 1, (long) column * shape.bits(), shape.bits());
    }

    @Override
    List<FileRun> zeroRuns(int row, int group) {
        return zeros == null
                ? List.of()
                : FileRun.inWords(zeros, group, shape.groups(), (long) row * shape.bits(), shape.bits());
    }

    @Override
    Place scalePlace(int row, int group) {
        return new Place(scale, (long) row * shape.groups() + group);
    }

    @Override
    Optional<TensorInfo> groupTensor() {
        return Optional.ofNullable(index);
    }
}
