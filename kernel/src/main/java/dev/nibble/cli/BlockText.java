package dev.nibble.cli;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.Weight;
import dev.nibble.core.Progress;
import dev.nibble.explain.Optimum;
import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One block of a weight in words: where its bytes are, what every bit means, and the values. */
final class BlockText {
    private final Weight weight;
    private final long index;
    /** First row of the piece that holds the block. */
    private final long firstRow;

    private final Quantized piece;
    private final BlockView block;

    /**
     * Finds the block.
     *
     * @param index counted from 0 over the whole weight
     * @throws CheckpointException if the weight has no blocks, or fewer
     */
    BlockText(Weight weight, long index) {
        Format format = weight.format()
                .orElseThrow(() -> new CheckpointException("\"" + weight.name() + "\" is stored as " + weight.stored()
                        + ": plain numbers, without blocks"));
        int step = format.pieceRows(Math.toIntExact(weight.cols()));
        int rows = (int) Math.min(step, weight.rows());
        long perPiece = weight.quantized(0, rows).orElseThrow().blocks();
        long first = index < 0 ? -1 : index / perPiece * step;
        if (index < 0 || first >= weight.rows()) {
            throw new CheckpointException(outside(weight, index, perPiece, step));
        }
        this.weight = weight;
        this.index = index;
        this.firstRow = first;
        this.piece = weight.quantized(first, (int) Math.min(step, weight.rows() - first))
                .orElseThrow();
        long inPiece = index % perPiece;
        if (inPiece >= piece.blocks()) {
            throw new CheckpointException(outside(weight, index, perPiece, step));
        }
        this.block = piece.block((int) inPiece);
    }

    private static String outside(Weight weight, long index, long perPiece, int step) {
        long whole = weight.rows() / step;
        int rest = (int) (weight.rows() % step);
        long blocks = whole * perPiece
                + (rest == 0
                        ? 0
                        : weight.quantized(weight.rows() - rest, rest)
                                .orElseThrow()
                                .blocks());
        return String.format(
                Locale.ROOT, "\"%s\" has no block %,d: it has %,d, counted from 0", weight.name(), index, blocks);
    }

    /**
     * Puts all into {@code facts}, and prints it unless a program reads it.
     *
     * @param original what the weight was made from, or null if that is not known
     * @throws CheckpointException if that has another shape
     */
    void describe(Weight original, Map<String, Object> facts, boolean quiet) {
        int cols = piece.cols();
        int start = block.row() * cols + block.column();
        float[] values = piece.dequantize().values();
        facts.put("weight", weight.name());
        facts.put("stored", weight.stored());
        facts.put("block", index);
        facts.put("row", firstRow + block.row());
        facts.put("column", block.column());
        facts.put("count", block.count());
        facts.put("bytes", bytes());
        List<Map<String, Object>> fields = new ArrayList<>();
        for (BitField field : block.fields()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", field.name());
            one.put("role", field.role().name().toLowerCase(Locale.ROOT));
            one.put("bits", field.bits());
            one.put("place", place(field));
            one.put("value", field.bits() > 64 ? null : field.value(piece.parts()));
            String real = field.bits() > 64 ? "" : real(field, field.value(piece.parts()));
            one.put("as_float", real.isEmpty() ? null : real);
            one.put("weights", field.weights());
            fields.add(one);
        }
        facts.put("fields", fields);
        List<Map<String, Object>> weights = new ArrayList<>();
        for (int i = start; i < start + block.count(); i++) {
            var one = new LinkedHashMap<String, Object>();
            one.put("row", firstRow + i / cols);
            one.put("column", i % cols);
            one.put("code", piece.code(i / cols, i % cols));
            one.put("value", values[i]);
            weights.add(one);
        }
        facts.put("values", weights);
        Optional<Optimum> optimum = original == null ? Optional.empty() : optimum(original, values);
        optimum.ifPresent(o -> facts.put("optimum", facts(o)));
        if (!quiet) {
            print(facts, weights);
            if (original != null) {
                System.out.println(optimum.map(Optimum::toString)
                        .orElse(
                                "the weights of this format have no codes of at most eight bits of their own: there is no"
                                        + " best scale to compare with"));
            }
        }
    }

    /** How far the block is from the best for the weights it was made from; empty where there is no such thing. */
    private Optional<Optimum> optimum(Weight original, float[] decoded) {
        if (original.rows() != weight.rows() || original.cols() != weight.cols()) {
            throw new CheckpointException(String.format(
                    Locale.ROOT,
                    "\"%s\" is [%d, %d], but in the original it is [%d, %d]",
                    weight.name(),
                    weight.rows(),
                    weight.cols(),
                    original.rows(),
                    original.cols()));
        }
        if (piece.runs(block.index()).isEmpty() && piece.points(block.index()).isEmpty()) {
            return Optional.empty();
        }
        float[] from = original.rows(firstRow, piece.rows(), Progress.current()).values();
        return Optional.of(Optimum.of(from, decoded, piece, block.index()));
    }

    /** In dB; not a number where it is not known. */
    private static Map<String, Object> facts(Optimum optimum) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("own_db", optimum.own());
        facts.put("best_scale_db", optimum.scale());
        facts.put("best_stored_scale_db", optimum.stored().orElse(Double.NaN));
        facts.put("best_scale_and_offset_db", optimum.shifted().orElse(Double.NaN));
        facts.put("best_code_book_db", optimum.book().orElse(Double.NaN));
        facts.put("code_book_values", optimum.values());
        return facts;
    }

    private void print(Map<String, Object> facts, List<Map<String, Object>> weights) {
        System.out.printf(
                Locale.ROOT,
                "block %,d of %s, stored as %s: %d weights from row %,d, column %,d on%n",
                index,
                weight.name(),
                weight.stored(),
                block.count(),
                firstRow + block.row(),
                block.column());
        ((Map<?, ?>) facts.get("bytes")).forEach((where, hex) -> System.out.println(where + ": " + hex));
        System.out.println();
        List<List<String>> rows = new ArrayList<>();
        for (BitField field : block.fields()) {
            long value = field.value(piece.parts());
            rows.add(List.of(
                    field.name(),
                    field.role().name().toLowerCase(Locale.ROOT),
                    Integer.toString(field.bits()),
                    place(field),
                    Long.toUnsignedString(value),
                    real(field, value),
                    binary(value, field.bits())));
        }
        System.out.println(
                Listing.of(List.of("field", "role", ">bits", "where", ">value", ">as float", ">in bits"), rows));
        List<List<String>> numbers = weights.stream()
                .map(w -> List.of(
                        w.get("row").toString(),
                        w.get("column").toString(),
                        w.get("code").toString(),
                        w.get("value").toString()))
                .toList();
        System.out.println(Listing.of(List.of(">row", ">column", ">code", ">value"), numbers));
    }

    /** The number that a scale or minimum of 16 or 32 bits means; empty if it is no float. */
    private String real(BitField field, long value) {
        boolean isFactor = field.role() == BitField.Role.SCALE
                || field.role() == BitField.Role.MIN
                || field.role() == BitField.Role.TENSOR;
        String encoding = piece.parts().get(field.runs().getFirst().part()).encoding();
        boolean isBlock = piece.parts().size() == 1 && weight.tensors().size() == 1; // GGUF: fp16, in Q8_K float32
        if (!isFactor) {
            return "";
        }
        if (field.bits() == 32 && (isBlock || encoding.contains("float32"))) {
            return Float.toString(Float.intBitsToFloat((int) value));
        }
        if (field.bits() == 16 && encoding.contains("bfloat16")) {
            return Float.toString(Float.intBitsToFloat((int) value << 16));
        }
        return field.bits() == 16 && (isBlock || encoding.contains("float16"))
                ? Float.toString(Float.float16ToFloat((short) value))
                : "";
    }

    private static String binary(long value, int bits) {
        String digits = Long.toBinaryString(value);
        return "0".repeat(Math.max(0, Math.min(64, bits) - digits.length())) + digits;
    }

    /** The bytes of the file that the block's numbers are in, by tensor: first byte and hexadecimal digits. */
    private Map<String, String> bytes() {
        Map<String, String> bytes = new LinkedHashMap<>();
        for (int part = 0; part < piece.parts().size(); part++) {
            long from = Long.MAX_VALUE;
            long to = -1;
            for (BitField field : block.fields()) {
                for (BitRun run : field.runs()) {
                    if (run.part() == part) {
                        from = Math.min(from, run.bit() / 8);
                        to = Math.max(to, (run.bit() + run.count() - 1) / 8);
                    }
                }
            }
            if (to >= 0) {
                TensorInfo tensor =
                        weight.tensors().get(Math.min(part, weight.tensors().size() - 1));
                String where = String.format(
                        Locale.ROOT,
                        "%s, byte %,d (of the file %,d)",
                        tensor.name(),
                        before(part) + from,
                        tensor.offset() + before(part) + from);
                bytes.put(where, hex(piece.parts().get(part), (int) from, (int) to));
            }
        }
        return bytes;
    }

    private static String hex(StoredPart part, int from, int to) {
        ByteBuffer data = part.data();
        StringBuilder hex = new StringBuilder();
        for (int i = from; i <= to; i++) {
            hex.append(i == from ? "" : " ").append(String.format(Locale.ROOT, "%02x", data.get(data.position() + i)));
        }
        return hex.toString();
    }

    /** Bytes of a part that belong to rows before the piece. */
    private long before(int part) {
        if (firstRow == 0) {
            return 0;
        }
        PartLayout layout = piece.format().layout(firstRow, piece.cols()).get(part);
        return layout.whole() ? 0 : layout.bytes();
    }

    /** "codes byte 3 bits 4..7"; the bits of one number may lie in several places. */
    private String place(BitField field) {
        List<String> places = new ArrayList<>();
        for (BitRun run : field.runs()) {
            long first = before(run.part()) * 8 + run.bit();
            long last = first + run.count() - 1;
            String name = piece.parts().get(run.part()).name();
            boolean whole = first % 8 == 0 && last % 8 == 7;
            String bits =
                    whole ? "" : first % 8 == last % 8 ? " bit " + first % 8 : " bits " + first % 8 + ".." + last % 8;
            places.add(name
                    + (first / 8 == last / 8 ? " byte " + first / 8 : " bytes " + first / 8 + ".." + last / 8)
                    + bits);
        }
        return String.join(", ", places);
    }
}
