package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.integer.AffineFormat;
import dev.nibble.format.packing.BitFields;
import dev.nibble.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The layout of hqq's layers, drawn in {@link HqqState}, with axis 1. One byte holds codes from far apart in the weight,
 * so each piece is laid over what earlier pieces wrote.
 */
final class HqqLayout implements TensorLayout {
    private static final List<Integer> BITS = List.of(1, 2, 3, 4, 5, 6, 8);

    /** How a weight of this format lies. */
    record Plan(int bits, int packedBits, int group, long groups, DType type, String dtype) {
        static Plan of(Format format, long rows, int cols) {
            List<String> words = format.canonical().options();
            boolean real = format instanceof AffineFormat && words.contains("hqq");
            if (!real || words.contains("tensor")) {
                throw new IllegalArgumentException(format.recipe()
                        + " has no place in the layout hqq, which holds int4:hqq:g64 and its like, with 1 to 8 bits and"
                        + " a scale for each group");
            }
            int bits = ((AffineFormat) format).rule().bits();
            if (!BITS.contains(bits)) {
                throw new IllegalArgumentException("hqq has no packing for " + bits + " bits: " + format.recipe());
            }
            PartLayout scales = format.layout(rows, cols).get(1);
            String type = scales.encoding().substring(0, scales.encoding().indexOf(' '));
            DType stored = type.equals("float16") ? DType.F16 : type.equals("bfloat16") ? DType.BF16 : DType.F32;
            long groups = scales.bytes() / stored.blockBytes();
            int group = Math.toIntExact(Math.multiplyExact(rows, (long) cols) / groups);
            int packedBits = bits == 5 || bits == 6 ? 8 : bits;
            if (bits != 3 && groups % HqqState.planes(packedBits) != 0) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "hqq packs %d groups of %d bits in a byte, but %,d groups do not divide by that",
                        HqqState.planes(packedBits),
                        bits,
                        groups));
            }
            return new Plan(bits, packedBits, group, groups, stored, type);
        }

        int planes() {
            return HqqState.planes(packedBits);
        }

        /** Rows of W_q, which are groups. */
        long packedRows() {
            return (groups + planes() - 1) / planes();
        }
    }

    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        Plan plan = Plan.of(format, rows, cols);
        String base = LayoutNames.base(name);
        DType number = plan.bits() == 3 ? DType.I32 : DType.U8;
        List<NewTensor> tensors = new ArrayList<>();
        tensors.add(new NewTensor(base + HqqState.CODES, number, plan.packedRows(), plan.group()));
        tensors.add(new NewTensor(base + "scale", plan.type(), plan.groups(), 1));
        tensors.add(new NewTensor(base + "zero", plan.type(), plan.groups(), 1));
        for (Fact fact : facts(plan, format, rows, cols)) {
            tensors.add(new NewTensor(base + fact.key(), fact.type(), fact.shape()));
        }
        return tensors;
    }

    /** One of the tensors that only say something. */
    private record Fact(String key, DType type, ByteBuffer bytes, long... shape) {
        static Fact number(String key, int value) {
            return new Fact(key, DType.I32, little(4).putInt(value).flip());
        }

        static Fact flag(String key, boolean value) {
            return new Fact(key, DType.U8, little(1).put((byte) (value ? 1 : 0)).flip());
        }

        static Fact text(String key, String letters) {
            byte[] bytes = letters.getBytes(StandardCharsets.US_ASCII);
            return new Fact(key, DType.U8, ByteBuffer.wrap(bytes), bytes.length);
        }

        private static ByteBuffer little(int bytes) {
            return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static List<Fact> facts(Plan plan, Format format, long rows, int cols) {
        List<String> words = format.canonical().options();
        ByteBuffer shape = Fact.little(16).putLong(rows).putLong(cols).flip();
        return List.of(
                new Fact("shape", DType.I64, shape, 2),
                Fact.number("nbits", plan.bits()),
                Fact.number("group_size", plan.group()),
                Fact.number("axis", 1),
                Fact.text("packing", HqqState.packing(plan.bits())),
                Fact.text("unpack_view_dtype", plan.bits() == 3 ? "torch.int32" : "torch.uint8"),
                Fact.text("compute_dtype", "torch." + plan.dtype()),
                Fact.flag("view_as_float", false),
                Fact.flag("quant_scale", false),
                Fact.flag("quant_zero", false),
                Fact.flag("offload_meta", false),
                Fact.flag("encoded_state_dict", true),
                Fact.flag("stores_quant_config", true),
                Fact.flag("channel_wise", true),
                Fact.flag("optimize", !words.contains("it0")),
                Fact.flag("round_zero", words.contains("round-zero")));
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        Plan plan = Plan.of(piece.format(), rows, piece.cols());
        String base = LayoutNames.base(name);
        if (firstRow == 0) {
            for (Fact fact : facts(plan, piece.format(), rows, piece.cols())) {
                out.apply(base + fact.key()).append(fact.bytes());
            }
        }
        byte[] stored = piece.parts().getFirst().toBytes();
        byte[] codes = BitFields.unpackRows(stored, piece.rows(), piece.cols(), plan.bits());
        lay(out.apply(base + HqqState.CODES), plan, codes, firstRow * piece.cols());
        out.apply(base + "scale").append(piece.parts().get(1).data());
        out.apply(base + "zero").append(piece.parts().get(2).data());
    }

    /** Lays codes over the planes that are there, from code {@code first} of the weight on. */
    private static void lay(TensorSink sink, Plan plan, byte[] codes, long first) {
        long plane = plan.packedRows() * plan.group();
        int unit = HqqState.unit(plan.packedBits());
        for (int done = 0, n; done < codes.length; done += n) {
            long p = (first + done) / plane;
            long at = (first + done) % plane;
            n = (int) Math.min(codes.length - done, plane - at);
            int shift = HqqState.shift(plan.packedBits(), p);
            ByteBuffer bytes = ByteBuffer.allocate(n * unit).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < n; i++) {
                int code = (codes[done + i] & 0xff) << shift;
                if (unit == 4) {
                    bytes.putInt(code);
                } else {
                    bytes.put((byte) code);
                }
            }
            if (p == 0) {
                sink.put(at * unit, bytes.flip());
            } else {
                sink.lay(at * unit, bytes.flip());
            }
        }
    }
}
