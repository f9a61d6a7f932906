package dev.nibble.checkpoint;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Room;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.StoredPart;
import dev.nibble.format.packing.BitFields;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A weight as hqq saves it, drawn in {@link HqqState}: groups along the rows (axis 1) or across them (axis 0). Its numbers
 * are (q - zero) · scale in float32; hqq computes them in its compute_dtype.
 */
final class HqqWeight implements Weight {
    /** Weights decoded between two looks at the stop request. */
    private static final int GRAIN = 1 << 16;

    private static final int LONGEST_TEXT = 64;

    private final Checkpoint checkpoint;
    private final String name;
    private final List<TensorInfo> tensors;
    private final Facts is;
    private final Optional<Format> format;

    /**
     * What its tensors say about it.
     *
     * @param bits of a code
     * @param packedBits of its field
     * @param group weights that share a scale
     * @param plane codes of a plane
     */
    private record Facts(
            TensorInfo codes,
            TensorInfo scale,
            TensorInfo zero,
            int rows,
            int cols,
            int bits,
            int packedBits,
            int group,
            int axis,
            long plane) {
        long groups() {
            return (long) rows * cols / group;
        }
    }

    private HqqWeight(Checkpoint checkpoint, String name, List<TensorInfo> tensors, Facts is, Optional<Format> format) {
        this.checkpoint = checkpoint;
        this.name = name;
        this.tensors = List.copyOf(tensors);
        this.is = is;
        this.format = format;
    }

    /**
     * @param base what the names of its tensors begin with
     * @param all the tensors of the file
     * @throws CheckpointException if they make no matrix, or are packed in a way that hqq does not save
     */
    static HqqWeight of(Checkpoint checkpoint, String base, Map<String, TensorInfo> all) {
        String name = base + LayoutNames.WEIGHT;
        List<TensorInfo> tensors = HqqState.KEYS.stream()
                .map(key -> all.get(base + key))
                .filter(t -> t != null)
                .toList();
        var read = new Reader(checkpoint, name, base, all);
        long[] shape = read.shape();
        int packedBits = packedBits(read.text("packing"));
        boolean ternary = read.tensor("nbits").type() == DType.F32; // 1.58 bits, in fields of 2
        int bits = ternary ? 2 : read.number("nbits");
        int group = read.number("group_size");
        int axis = read.number("axis");
        TensorInfo codes = read.tensor(HqqState.CODES);
        TensorInfo scale = read.tensor("scale");
        TensorInfo zero = read.tensor("zero");
        boolean known = packedBits > 0 && bits > 0 && bits <= packedBits && (axis == 0 || axis == 1) && group > 0;
        long count = known ? shape[0] * shape[1] : 0;
        boolean fits = known
                && count > 0
                && count % group == 0
                && Decoders.isReal(scale.type())
                && scale.type() == zero.type()
                && scale.count() == count / group
                && zero.count() == count / group;
        // Planes are made of whole rows of the matrix of groups: [groups, group] with axis 1, [group, groups] with axis
        // 0.
        long lines = !fits ? 0 : axis == 1 ? count / group : group;
        long planes = fits ? HqqState.planes(packedBits) : 1;
        long plane = fits ? (lines + planes - 1) / planes * (count / lines) : 0;
        if (!fits || codes.bytes() != plane * HqqState.unit(packedBits)) {
            throw LaidOutWeight.damaged(
                    checkpoint,
                    name,
                    codes + ", " + scale + " and " + zero + " with the shape " + Arrays.toString(shape) + ", " + bits
                            + " bits, groups of " + group + " along axis " + axis
                            + " are not the parts of one HQQ matrix");
        }
        var is = new Facts(codes, scale, zero, (int) shape[0], (int) shape[1], bits, packedBits, group, axis, plane);
        return new HqqWeight(checkpoint, name, tensors, is, axis == 1 ? format(is, read) : Optional.empty());
    }

    /** The bits of a field by hqq's word for the packing; 0 if it has no such word. */
    private static int packedBits(String packing) {
        for (int bits : new int[] {8, 4, 3, 2, 1}) {
            if (packing.equals(HqqState.packing(bits))) {
                return bits;
            }
        }
        return 0;
    }

    private static Optional<Format> format(Facts is, Reader read) {
        String type = switch (is.scale().type()) {
            case F16 -> "f16";
            case BF16 -> "bf16";
            case F32 -> "f32";
            default -> "";
        };
        if (type.isEmpty() || is.bits() == 7) {
            return Optional.empty();
        }
        return Optional.of(Formats.parse("int" + is.bits() + ":hqq:g" + is.group() + ":" + type
                + (read.flag("optimize", true) ? "" : ":it0") + (read.flag("round_zero", false) ? ":round-zero" : "")));
    }

    /** Reads the small tensors. */
    private record Reader(Checkpoint checkpoint, String name, String base, Map<String, TensorInfo> all) {
        TensorInfo tensor(String key) {
            TensorInfo tensor = all.get(base + key);
            if (tensor == null) {
                throw LaidOutWeight.damaged(checkpoint, name, "the tensor \"" + base + key + "\" is missing");
            }
            return tensor;
        }

        private ByteBuffer bytes(TensorInfo tensor, DType type, long count) {
            if (tensor.type() != type || tensor.count() != count) {
                throw LaidOutWeight.damaged(
                        checkpoint,
                        name,
                        tensor + " should be " + count + (count == 1 ? " number" : " numbers") + " of type " + type);
            }
            byte[] bytes = checkpoint.stored(tensor.name(), 0, (int) tensor.bytes());
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        int number(String key) {
            return bytes(tensor(key), DType.I32, 1).getInt(0);
        }

        boolean flag(String key, boolean otherwise) {
            return all.containsKey(base + key) ? bytes(tensor(key), DType.U8, 1).get(0) != 0 : otherwise;
        }

        String text(String key) {
            TensorInfo tensor = tensor(key);
            byte[] letters = bytes(tensor, DType.U8, Math.min(LONGEST_TEXT, tensor.count()))
                    .array();
            return new String(letters, StandardCharsets.US_ASCII);
        }

        long[] shape() {
            ByteBuffer shape = bytes(tensor("shape"), DType.I64, 2);
            long[] sizes = {shape.getLong(0), shape.getLong(8)};
            if (sizes[0] < 1 || sizes[1] < 1 || sizes[0] > Integer.MAX_VALUE || sizes[1] > Integer.MAX_VALUE) {
                throw LaidOutWeight.damaged(
                        checkpoint, name, "its shape is " + Arrays.toString(sizes) + ": expected [out, in]");
            }
            return sizes;
        }
    }

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
        return new long[] {is.rows(), is.cols()};
    }

    @Override
    public String stored() {
        return String.format(
                Locale.ROOT,
                "HQQ, %d bits, groups of %d%s",
                is.bits(),
                is.group(),
                is.axis() == 1 ? "" : " along the outputs");
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public Optional<Format> format() {
        return format;
    }

    @Override
    public Optional<Quantized> quantized(long from, int count) {
        return format.map(f -> {
            long first = from * is.cols();
            byte[] fields = codes(first, Math.multiplyExact(count, is.cols()));
            List<PartLayout> layout = f.layout(count, is.cols());
            List<StoredPart> parts = new ArrayList<>();
            byte[] codes = BitFields.packRows(fields, count, is.cols(), is.bits());
            parts.add(new StoredPart(layout.get(0).name(), layout.get(0).encoding(), codes));
            for (int i = 1; i < 3; i++) {
                TensorInfo tensor = i == 1 ? is.scale() : is.zero();
                long at = first / is.group() * tensor.type().blockBytes();
                byte[] bytes = checkpoint.stored(
                        tensor.name(), at, Math.toIntExact(layout.get(i).bytes()));
                parts.add(new StoredPart(layout.get(i).name(), layout.get(i).encoding(), bytes));
            }
            try {
                return f.stored(name, count, is.cols(), parts);
            } catch (IllegalArgumentException e) {
                throw LaidOutWeight.damaged(checkpoint, name, e.getMessage());
            }
        });
    }

    /** Codes from number {@code first} on, counted row after row. */
    private byte[] codes(long first, int count) {
        byte[] codes = new byte[count];
        int unit = HqqState.unit(is.packedBits());
        int mask = (1 << is.packedBits()) - 1;
        for (int done = 0, n; done < count; done += n) {
            long plane = (first + done) / is.plane();
            long at = (first + done) % is.plane();
            n = (int) Math.min(count - done, Math.min(is.plane() - at, 1 << 28));
            int shift = HqqState.shift(is.packedBits(), plane);
            ByteBuffer bytes = ByteBuffer.wrap(checkpoint.stored(is.codes().name(), at * unit, n * unit))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < n; i++) {
                int code = (unit == 4 ? bytes.getInt() : bytes.get() & 0xff) >>> shift & mask;
                if (code >>> is.bits() != 0) {
                    throw LaidOutWeight.damaged(
                            checkpoint, name, "there is a code " + code + ", but it has " + is.bits() + " bits");
                }
                codes[done + i] = (byte) code;
            }
        }
        return codes;
    }

    /** Blocks are groups: with axis 1 weights that follow each other, with axis 0 those as many groups apart. */
    @Override
    public Optional<StoredBlock> block(long index) {
        if (index < 0 || index >= is.groups()) {
            throw BlockReader.outside(this, index, is.groups());
        }
        int[] all = IntStream.range(0, is.group()).toArray();
        long[] weights = Arrays.stream(all)
                .mapToLong(i -> is.axis() == 1 ? index * is.group() + i : index + i * is.groups())
                .toArray();
        float scale = numbers(is.scale(), index, 1)[0];
        float zero = numbers(is.zero(), index, 1)[0];
        int[] codes = new int[all.length];
        float[] values = new float[all.length];
        List<StoredField> fields = new ArrayList<>();
        for (int i : all) {
            codes[i] = codes(weights[i], 1)[0] & 0xff;
            values[i] = (codes[i] - zero) * scale;
            fields.add(BlockReader.read(
                    checkpoint, Role.CODE, "q[" + i + "]", new int[] {i}, List.of(codeRun(weights[i]))));
        }
        fields.add(BlockReader.number(checkpoint, Role.SCALE, "scale", all, is.scale(), index));
        fields.add(BlockReader.number(checkpoint, Role.ZERO, "zero", all, is.zero(), index));
        ScaleType type = BlockReader.scaleType(is.scale());
        var run = new ScaledRun(
                0,
                all.length,
                ScaledRun.integers(0, (1 << is.bits()) - 1),
                scale,
                -(double) scale * zero,
                ScaleSet.of(type, 1),
                ScaledRun.Shift.ANY,
                ScaleSet.REAL);
        return Optional.of(new StoredBlock(index, weights, codes, values, fields, List.of(run), List.of()));
    }

    /** Where the code of a weight is in its number. */
    private FileRun codeRun(long weight) {
        long plane = weight / is.plane();
        long number = weight % is.plane();
        int shift = HqqState.shift(is.packedBits(), plane);
        return new FileRun(is.codes(), 8L * HqqState.unit(is.packedBits()) * number + shift, is.bits());
    }

    @Override
    public Matrix rows(long from, int count, Progress progress) {
        Pieces.requireRows(this, from, count);
        if (format.isPresent()) {
            return Pieces.rows(this, from, count);
        }
        long first = from * is.cols();
        float[] values = Room.floats((long) count * is.cols(), name + " as float32");
        byte[] codes = codes(first, values.length);
        // As many scales as the rows touch: with axis 0 weight i has scale i mod groups.
        long groups = is.groups();
        long start = is.axis() == 1 ? first / is.group() : 0;
        int needed = (int) (is.axis() == 1 ? (first + values.length - 1) / is.group() + 1 - start : groups);
        float[] scales = numbers(is.scale(), start, needed);
        float[] zeros = numbers(is.zero(), start, needed);
        Parallel.ranges(values.length, GRAIN, progress.cancelToken(), "read " + name, (a, b) -> {
            for (int i = a; i < b; i++) {
                long weight = first + i;
                int g = (int) (is.axis() == 1 ? weight / is.group() - start : weight % groups);
                values[i] = ((codes[i] & 0xff) - zeros[g]) * scales[g];
            }
        });
        return Matrix.of(name, count, is.cols(), values);
    }

    /** Some numbers of a tensor that is one long line, whichever of its two dimensions is 1. */
    private float[] numbers(TensorInfo tensor, long from, int count) {
        float[] numbers = new float[count];
        int bytes = tensor.type().blockBytes();
        byte[] stored = checkpoint.stored(tensor.name(), from * bytes, Math.multiplyExact(count, bytes));
        Decoders.of(tensor.type()).decode(stored, 0, count, numbers, 0);
        return numbers;
    }
}
