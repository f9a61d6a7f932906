package dev.nibble.checkpoint;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Room;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A weight of integers in a layout of other software: w = s · (q - z) in float32, with a scale and a zero for each
 * output and group of inputs. How codes, zeros and scales lie is for the layout to say.
 */
abstract class LaidOutWeight implements Weight {
    /** Rows decoded between two looks at the stop request. */
    private static final int GRAIN = 16;

    final Checkpoint checkpoint;
    final Shape shape;
    private final String name;
    private final List<TensorInfo> tensors;

    /**
     * What its tensors say about it.
     *
     * @param words how it is laid out, for people: "GPTQ v2"
     * @param out rows
     * @param in columns
     * @param bits of a code
     * @param groups of a row
     */
    record Shape(String words, int out, int in, int bits, int groups) {}

    LaidOutWeight(Checkpoint checkpoint, String name, Shape shape, List<TensorInfo> tensors) {
        this.checkpoint = checkpoint;
        this.name = name;
        this.shape = shape;
        this.tensors = List.copyOf(tensors);
    }

    /** Codes without a sign of some rows, [count, in]. */
    abstract byte[] codes(int from, int count);

    /** Zeros without a sign of some rows, [count, groups]. */
    abstract byte[] zeros(int from, int count);

    /** Scales of some rows, [count, groups]. */
    abstract float[] scales(int from, int count);

    /** Group of each input. */
    abstract int[] groupOfInput();

    /** The multiple of which rows are read together. */
    abstract int rowsTogether();

    @Override
    public boolean rowsAreOutputs() {
        return true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long[] shape() {
        return new long[] {shape.out(), shape.in()};
    }

    @Override
    public String stored() {
        return String.format(
                Locale.ROOT,
                "%s, %d bits, %d %s a row",
                shape.words(),
                shape.bits(),
                shape.groups(),
                shape.groups() == 1 ? "group" : "groups");
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public Optional<Format> format() {
        return Optional.empty();
    }

    @Override
    public Optional<Quantized> quantized(long from, int count) {
        return Optional.empty();
    }

    @Override
    public Optional<AffineRows> affine(long from, int count) {
        if (from < 0 || count < 0 || from > shape.out() - count) {
            throw new IllegalArgumentException(
                    "rows " + from + " to " + (from + count) + " of \"" + name + "\", which has " + shape.out());
        }
        int step = rowsTogether();
        int first = (int) from / step * step;
        int end = (int) Math.min(shape.out(), ((from + count + step - 1) / step) * step);
        int skip = (int) from - first;
        int in = shape.in();
        int groups = shape.groups();
        byte[] codes = codes(first, end - first);
        byte[] zeros = zeros(first, end - first);
        float[] scales = scales(first, end - first);
        return Optional.of(new AffineRows(
                count,
                in,
                shape.bits(),
                groups,
                Arrays.copyOfRange(codes, skip * in, (skip + count) * in),
                Arrays.copyOfRange(zeros, skip * groups, (skip + count) * groups),
                Arrays.copyOfRange(scales, skip * groups, (skip + count) * groups),
                groupOfInput()));
    }

    /** Where the code of a weight is. */
    abstract List<FileRun> codeRuns(int row, int column);

    /** Where the zero of a group is; empty if none is stored. */
    abstract List<FileRun> zeroRuns(int row, int group);

    /** Where the scales are, and which of them a group's is. */
    abstract Place scalePlace(int row, int group);

    /** An element of a tensor. */
    record Place(TensorInfo tensor, long index) {}

    /** What is stored as a zero, for people. */
    String zeroName() {
        return "zero";
    }

    /** The tensor that names the group of each input, if there is one. */
    Optional<TensorInfo> groupTensor() {
        return Optional.empty();
    }

    /** Blocks are the groups of the first row, then those of the second; with a {@code g_idx} their weights may lie apart. */
    @Override
    public Optional<StoredBlock> block(long index) {
        int groups = shape.groups();
        long blocks = (long) shape.out() * groups;
        if (index < 0 || index >= blocks) {
            throw BlockReader.outside(this, index, blocks);
        }
        int row = (int) (index / groups);
        int group = (int) (index % groups);
        AffineRows decoded = affine(row, 1).orElseThrow();
        int[] columns = IntStream.range(0, shape.in())
                .filter(i -> decoded.group()[i] == group)
                .toArray();
        int[] all = IntStream.range(0, columns.length).toArray();
        List<StoredField> fields = new ArrayList<>();
        for (int i : all) {
            fields.add(
                    BlockReader.read(checkpoint, Role.CODE, "q[" + i + "]", new int[] {i}, codeRuns(row, columns[i])));
        }
        Place scale = scalePlace(row, group);
        fields.add(BlockReader.number(checkpoint, Role.SCALE, "scale", all, scale.tensor(), scale.index()));
        List<FileRun> zero = zeroRuns(row, group);
        if (!zero.isEmpty()) {
            fields.add(BlockReader.read(checkpoint, Role.ZERO, zeroName(), all, zero));
        }
        groupTensor().ifPresent(tensor -> fields.add(groupField(tensor, columns, all)));
        int top = (1 << shape.bits()) - 1;
        int z = decoded.zeros()[group] & 0xff;
        float s = decoded.scales()[group];
        ScaleType type = BlockReader.scaleType(scale.tensor());
        return Optional.of(new StoredBlock(
                index,
                Arrays.stream(columns)
                        .mapToLong(c -> (long) row * shape.in() + c)
                        .toArray(),
                Arrays.stream(columns).map(c -> decoded.codes()[c] & 0xff).toArray(),
                values(decoded, columns),
                fields,
                List.of(ScaledRun.of(0, columns.length, ScaledRun.integers(-z, top - z), s, ScaleSet.of(type, 1))),
                List.of()));
    }

    private static float[] values(AffineRows decoded, int... columns) {
        float[] values = new float[columns.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = decoded.value(columns[i]);
        }
        return values;
    }

    /** The entries of g_idx that put these inputs into one group, neighbours together. */
    private static StoredField groupField(TensorInfo tensor, int[] columns, int... all) {
        List<FileRun> runs = new ArrayList<>();
        for (int i = 0, n; i < columns.length; i += n) {
            n = 1;
            while (i + n < columns.length && columns[i + n] == columns[i] + n) {
                n++;
            }
            runs.add(new FileRun(tensor, 32L * columns[i], 32 * n, 32 * i));
        }
        return new StoredField(Role.TENSOR, "group of each", all, runs, "", Optional.empty(), Optional.empty());
    }

    @Override
    public Matrix rows(long from, int count, Progress progress) {
        AffineRows rows = affine(from, count).orElseThrow();
        int in = shape.in();
        float[] values = Room.floats((long) count * in, name + " as float32");
        Parallel.ranges(count, GRAIN, progress.cancelToken(), "read " + name, (a, b) -> {
            for (int i = a * in; i < b * in; i++) {
                values[i] = rows.value(i);
            }
        });
        return Matrix.of(name, count, in, values);
    }

    /** 32-bit words of a tensor: some columns of all rows. */
    final int[] columns(TensorInfo tensor, long first, int count) {
        int rows = (int) tensor.shape()[0];
        long columns = tensor.shape()[1];
        int[] words = new int[rows * count];
        for (int row = 0; row < rows; row++) {
            byte[] bytes = checkpoint.stored(tensor.name(), 4 * (row * columns + first), 4 * count);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words, row * count, count);
        }
        return words;
    }

    /** All 32-bit words of a tensor, or of some of its rows. */
    final int[] words(TensorInfo tensor, long firstRow, int rows) {
        int columns = (int) (tensor.shape().length == 1 ? 1 : tensor.shape()[1]);
        byte[] bytes = checkpoint.stored(tensor.name(), 4 * firstRow * columns, 4 * rows * columns);
        int[] words = new int[rows * columns];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
        return words;
    }

    /** Scales that lie as [groups, out], the other way round. */
    final float[] turnedScales(TensorInfo tensor, int from, int count) {
        Matrix all = checkpoint.rows(tensor.name(), 0, shape.groups(), Progress.NONE);
        float[] scales = new float[count * shape.groups()];
        for (int row = 0; row < count; row++) {
            for (int g = 0; g < shape.groups(); g++) {
                scales[row * shape.groups() + g] = all.values()[g * shape.out() + from + row];
            }
        }
        return scales;
    }

    /** The group of each input where groups of one size follow each other. */
    final int[] evenGroups() {
        if (shape.in() % shape.groups() != 0) {
            throw damaged(
                    checkpoint,
                    name,
                    shape.groups() + " groups do not divide rows of " + shape.in()
                            + ", and no g_idx names the group of each" + " input");
        }
        int size = shape.in() / shape.groups();
        int[] group = new int[shape.in()];
        for (int i = 0; i < group.length; i++) {
            group[i] = i / size;
        }
        return group;
    }

    /** The groups that a tensor names, input by input. */
    final int[] namedGroups(TensorInfo index) {
        int[] group = words(index, 0, shape.in());
        for (int g : group) {
            if (g < 0 || g >= shape.groups()) {
                throw damaged(checkpoint, name, "\"" + index.name() + "\" names group " + g + " of " + shape.groups());
            }
        }
        return group;
    }

    static CheckpointException damaged(Checkpoint checkpoint, String name, String problem) {
        return new CheckpointException(
                checkpoint.path().getFileName() + ": the quantized weight \"" + name + "\": " + problem);
    }
}
