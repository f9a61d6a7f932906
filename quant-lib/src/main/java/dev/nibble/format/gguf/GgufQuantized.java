package dev.nibble.format.gguf;

import dev.nibble.core.Parallel;
import dev.nibble.core.Room;
import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Blocks;
import dev.nibble.format.PointRun;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.StoredMatrix;
import dev.nibble.format.StoredPart;
import dev.nibble.format.SumBound;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A matrix as the blocks of a GGUF tensor: one array of bytes. */
final class GgufQuantized extends StoredMatrix {
    private final BlockCodec codec;
    private final DType type;
    private final byte[] bytes;
    private final float[] importance;

    GgufQuantized(GgufFormat format, String name, int rows, int cols, byte[] bytes) {
        this(format, name, rows, cols, bytes, null);
    }

    /**
     * @param importance one number per column, or null: where one had a say no bound follows for single weights, for those of
     *     no importance may be given up
     */
    GgufQuantized(GgufFormat format, String name, int rows, int cols, byte[] bytes, float[] importance) {
        super(format, name, rows, cols);
        this.importance = importance;
        this.codec = format.codec();
        this.type = codec.type();
        this.bytes = bytes;
    }

    /** The bytes of {@code out} if they fit, else new ones. */
    static byte[] room(Quantized out, GgufFormat format, int rows, int cols, int bytes) {
        return hasRoom(out, format, rows, cols) && out instanceof GgufQuantized old ? old.bytes : new byte[bytes];
    }

    @Override
    public List<StoredPart> parts() {
        return List.of(new StoredPart("blocks", ((GgufFormat) format()).encoding(), bytes));
    }

    @Override
    public Matrix dequantize() {
        float[] values = Room.floats((long) rows * cols, name + " as float32");
        int grain = Math.max(1, Blocks.PIECE / type.blockSize());
        Parallel.ranges(
                blocks(),
                grain,
                "dequantize " + name,
                (from, to) ->
                        codec.decode(bytes, from * type.blockBytes(), to - from, values, from * type.blockSize()));
        return matrix(values);
    }

    @Override
    public int code(int row, int col) {
        int i = index(row, col);
        return codec.code(bytes, i / type.blockSize() * type.blockBytes(), i % type.blockSize());
    }

    /** Of blocks made without an importance matrix; infinite where one is known to have had a say. */
    @Override
    public double errorBound(int row, int col) {
        int i = index(row, col);
        if (importance != null) {
            return Double.POSITIVE_INFINITY;
        }
        double bound = codec.errorBound(bytes, i / type.blockSize() * type.blockBytes(), i % type.blockSize());
        return bound >= 0 ? bound : Double.POSITIVE_INFINITY; // a stranger's scale may be no number
    }

    @Override
    public Optional<SumBound> sumBound(int index, Matrix original) {
        Optional<SumBound> each = super.sumBound(index, original);
        if (each.isPresent() || (importance == null && codec.needsImportance())) {
            return each;
        }
        int first = index * type.blockSize();
        int row = first / cols;
        RowContext context = importance == null
                ? RowContext.NONE
                : new RowContext(importance, codec.usesRowMeanSquare() ? GgufEncoder.meanSquare(original, row) : 0);
        float[] x = Arrays.copyOfRange(original.values(), first, first + type.blockSize());
        return codec.sumBound(bytes, index * type.blockBytes(), x, context, first % cols);
    }

    @Override
    public String note() {
        return "";
    }

    @Override
    public int blocks() {
        return bytes.length / type.blockBytes();
    }

    @Override
    public List<ScaledRun> runs(int index) {
        Objects.checkIndex(index, blocks());
        return codec.runs(bytes, index * type.blockBytes(), index * type.blockSize());
    }

    @Override
    public List<PointRun> points(int index) {
        Objects.checkIndex(index, blocks());
        return codec.points(bytes, index * type.blockBytes(), index * type.blockSize());
    }

    @Override
    public BlockView block(int index) {
        Objects.checkIndex(index, blocks());
        long shift = (long) index * type.blockBytes() * 8;
        List<BitField> fields = new ArrayList<>();
        for (BitField field : codec.fields()) {
            List<BitRun> runs = field.runs().stream()
                    .map(run -> new BitRun(0, run.bit() + shift, run.count(), run.shift()))
                    .toList();
            fields.add(new BitField(field.role(), field.name(), field.weights(), runs));
        }
        int first = index * type.blockSize();
        return new BlockView(index, first / cols, first % cols, type.blockSize(), fields);
    }
}
