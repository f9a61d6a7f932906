package dev.nibble.checkpoint;

import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.PointRun;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the bits of a block in the file, and reads each number from there. */
final class BlockReader {
    private BlockReader() {}

    /** Where the parts of a format are in a file. */
    interface Places {
        /**
         * The tensor that holds a part byte by byte.
         *
         * @return empty if no tensor does
         */
        Optional<TensorInfo> tensor(int part);

        /** Where the numbers of other parts are, for people. */
        default String text(int part) {
            return "part " + part;
        }
    }

    /** A field with its value as the file has it. */
    static StoredField read(Checkpoint checkpoint, BitField.Role role, String name, int[] weights, List<FileRun> runs) {
        int bits = runs.stream().mapToInt(FileRun::count).sum();
        Optional<Long> value = bits > 64 ? Optional.empty() : Optional.of(value(checkpoint, runs));
        return new StoredField(role, name, weights, runs, "", value, Optional.empty());
    }

    /** How the scales of a tensor are stored: as float32 if they are neither of the two of 16 bits. */
    static ScaleType scaleType(TensorInfo scales) {
        return switch (scales.type()) {
            case F16 -> ScaleType.F16;
            case BF16 -> ScaleType.BF16;
            default -> ScaleType.F32;
        };
    }

    /** The same of a number of a floating-point type that lies in a tensor of that type. */
    static StoredField number(
            Checkpoint checkpoint, BitField.Role role, String name, int[] weights, TensorInfo tensor, long index) {
        int bytes = tensor.type().blockBytes();
        List<FileRun> run = List.of(new FileRun(tensor, 8L * bytes * index, 8 * bytes));
        float[] real = new float[1];
        Decoders.of(tensor.type()).decode(checkpoint.stored(tensor.name(), bytes * index, bytes), 0, 1, real, 0);
        return with(read(checkpoint, role, name, weights, run), Optional.of(real[0]));
    }

    private static StoredField with(StoredField field, Optional<Float> real) {
        return new StoredField(
                field.role(), field.name(), field.weights(), field.runs(), field.text(), field.value(), real);
    }

    private static long value(Checkpoint checkpoint, List<FileRun> runs) {
        long value = 0;
        for (FileRun run : runs) {
            long first = run.bit() / 8;
            int count = (int) ((run.bit() + run.count() - 1) / 8 - first) + 1;
            byte[] bytes = checkpoint.stored(run.tensor().name(), first, count);
            for (int i = 0; i < run.count(); i++) {
                int bit = (int) (run.bit() % 8) + i;
                value |= (long) (bytes[bit >>> 3] >>> (bit & 7) & 1) << (run.shift() + i);
            }
        }
        return value;
    }

    /**
     * A block of a weight whose stored parts are tensors of the file, byte by byte.
     *
     * @return empty if the weight has no format
     * @throws CheckpointException if it has fewer blocks
     */
    static Optional<StoredBlock> ofParts(Checkpoint checkpoint, Weight weight, long index, Places places) {
        return weight.format().map(format -> ofParts(checkpoint, weight, format, index, places));
    }

    private static StoredBlock ofParts(Checkpoint checkpoint, Weight weight, Format format, long index, Places places) {
        int cols = Math.toIntExact(weight.cols());
        int step = format.pieceRows(cols);
        long rows = weight.rows();
        int whole = (int) Math.min(step, rows);
        long perPiece = rows == 0 ? 0 : piece(weight, 0, whole).blocks();
        long first = index < 0 || perPiece == 0 ? rows : index / perPiece * step;
        Quantized piece = first < rows ? piece(weight, first, (int) Math.min(step, rows - first)) : null;
        if (piece == null || index % perPiece >= piece.blocks()) {
            int rest = (int) (rows % step);
            throw outside(
                    weight,
                    index,
                    rows / step * perPiece
                            + (rest == 0 ? 0 : piece(weight, rows - rest, rest).blocks()));
        }
        BlockView block = piece.block((int) (index % perPiece));
        int start = block.row() * cols + block.column();
        int count = block.count();
        List<PartLayout> before = first == 0 ? List.of() : format.layout(first, cols);
        List<ScaledRun> scaled = piece.runs(block.index()).stream()
                .map(r -> new ScaledRun(
                        r.first() - start,
                        r.count(),
                        r.levels(),
                        r.scale(),
                        r.offset(),
                        r.scales(),
                        r.shift(),
                        r.offsets()))
                .toList();
        List<PointRun> points = piece.points(block.index()).stream()
                .map(r -> new PointRun(
                        r.first() - start, r.count(), r.size(), r.books(), r.signs(), r.scale(), r.scales()))
                .toList();
        List<StoredField> fields = new ArrayList<>();
        for (BitField field : block.fields()) {
            List<FileRun> runs = new ArrayList<>();
            for (BitRun run : field.runs()) {
                long skip = before.isEmpty() || before.get(run.part()).whole()
                        ? 0
                        : 8 * before.get(run.part()).bytes();
                places.tensor(run.part())
                        .ifPresent(t -> runs.add(new FileRun(t, skip + run.bit(), run.count(), run.shift())));
            }
            int part = field.runs().getFirst().part();
            StoredField stored = read(checkpoint, field.role(), field.name(), field.weights(), runs);
            if (runs.isEmpty()) { // the file has it in another way
                Optional<Long> value = field.bits() > 64 ? Optional.empty() : Optional.of(field.value(piece.parts()));
                stored = new StoredField(
                        field.role(), field.name(), field.weights(), runs, places.text(part), value, Optional.empty());
            }
            fields.add(with(stored, real(piece, weight, field, stored, scaled)));
        }
        long[] weights = new long[count];
        int[] codes = new int[count];
        for (int i = 0; i < count; i++) {
            weights[i] = first * cols + start + i;
            codes[i] = piece.code((start + i) / cols, (start + i) % cols);
        }
        float[] values = Arrays.copyOfRange(piece.dequantize().values(), start, start + count);
        return new StoredBlock(index, weights, codes, values, fields, scaled, points);
    }

    private static Quantized piece(Weight weight, long from, int count) {
        return weight.quantized(from, count).orElseThrow();
    }

    static CheckpointException outside(Weight weight, long index, long blocks) {
        return new CheckpointException(String.format(
                Locale.ROOT, "\"%s\" has no block %,d: it has %,d, counted from 0", weight.name(), index, blocks));
    }

    /** The number that a scale, minimum or zero of a floating-point type means; empty if it is of none. */
    private static Optional<Float> real(
            Quantized piece, Weight weight, BitField field, StoredField stored, List<ScaledRun> scaled) {
        boolean isFactor = switch (field.role()) {
            case SCALE, MIN, ZERO, TENSOR -> true;
            default -> false;
        };
        if (!isFactor || stored.value().isEmpty()) {
            return Optional.empty();
        }
        long bits = stored.value().get();
        String encoding = piece.parts().get(field.runs().getFirst().part()).encoding();
        boolean isBlock = piece.parts().size() == 1 && weight.tensors().size() == 1; // GGUF: fp16, in Q8_K float32
        return switch (field.bits()) {
            case 32 ->
                isBlock || encoding.contains("float32")
                        ? Optional.of(Float.intBitsToFloat((int) bits))
                        : Optional.empty();
            case 16 ->
                encoding.contains("bfloat16")
                        ? Optional.of(Float.intBitsToFloat((int) bits << 16))
                        : isBlock || encoding.contains("float16")
                                ? Optional.of(Float.float16ToFloat((short) bits))
                                : Optional.empty();
            case 8 -> eightBits(weight, encoding, (int) bits, field, scaled);
            default -> Optional.empty();
        };
    }

    /** Scales of eight bits: powers of two, FP8, and bitsandbytes' codes of scales. */
    private static Optional<Float> eightBits(
            Weight weight, String encoding, int bits, BitField field, List<ScaledRun> scaled) {
        if (encoding.contains("E8M0")) {
            return Optional.of(Minifloat.E8M0.decode(bits));
        }
        if (encoding.contains("E4M3FN")) {
            return Optional.of(Minifloat.E4M3FN.decode(bits));
        }
        DType type = weight.tensors().getFirst().type();
        boolean isScale = type == DType.MXFP4 || type == DType.NVFP4 || encoding.contains("dynamic map");
        return !isScale || field.weights().length == 0
                ? Optional.empty()
                : scaled.stream()
                        .filter(run -> run.first() == field.weights()[0])
                        .map(run -> (float) run.scale())
                        .findFirst();
    }
}
