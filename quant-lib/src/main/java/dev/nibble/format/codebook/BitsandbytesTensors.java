package dev.nibble.format.codebook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.core.Recipe;
import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.StoredPart;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a checkpoint that hold one weight as bitsandbytes saves it, and back.
 *
 * <pre>
 *   NAME                                  u8 [weights / 2 rounded up, 1]   the codes
 *   NAME.absmax                           float32 [blocks], or u8 under double quantization
 *   NAME.quant_map                        float32 [16]                     the table by code
 *   NAME.nested_absmax                    float32 [blocks / 256 rounded up]      only under double quantization
 *   NAME.nested_quant_map                 float32 [256]                          the same
 *   NAME.quant_state.bitsandbytes__nf4    u8                               JSON, __fp4 for {@code bnbfp4}
 * </pre>
 *
 * The JSON is Python's, byte for byte: quant_type, blocksize, dtype, shape, and under double quantization
 * nested_blocksize, nested_dtype, nested_offset. Source: bitsandbytes 0.50 (QuantState.as_dict, pack_dict_to_tensor).
 */
public final class BitsandbytesTensors {
    /** What stands before the kind in the name of the JSON tensor. */
    public static final String STATE = "quant_state.bitsandbytes__";

    private static final int LONGEST_STATE = 1 << 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    private BitsandbytesTensors() {}

    /**
     * One tensor of a weight.
     *
     * @param suffix what follows the name of the weight and a dot; empty for the codes
     * @param type "u8" or "float32"
     * @param shape its dimensions
     * @param part the stored part whose bytes it holds; -1 if it is the same whatever the weights are
     * @param content its bytes, little-endian, where {@code part} is -1
     */
    public record Tensor(String suffix, String type, long[] shape, int part, Optional<byte[]> content) {
        /** The name in a file of the weight called {@code name}. */
        public String name(String name) {
            return suffix.isEmpty() ? name : name + "." + suffix;
        }
    }

    /** Whether bitsandbytes has a layout for this format: {@code nf4} and {@code bnbfp4}, its block sizes. */
    public static boolean holds(Format format) {
        return format instanceof CodebookFormat codebook
                && kind(codebook.recipe().name()) != null;
    }

    private static String kind(String name) {
        return switch (name) {
            case "nf4" -> "nf4";
            case "bnbfp4" -> "fp4";
            default -> null;
        };
    }

    /**
     * The tensors of a weight, in the order in which bitsandbytes lists them.
     *
     * @param format one that {@link #holds}; under double quantization with its offset known, as a survey's
     *     {@link dev.nibble.format.Survey#fixed} has it: the JSON holds its digits
     * @param dtype what the weight was before, as torch names it: "float32", "bfloat16", "float16"
     * @throws IllegalArgumentException if the format is none of bitsandbytes', or its block size or offset stands against
     */
    public static List<Tensor> tensors(Format format, long rows, int cols, String dtype) {
        if (!holds(format)) {
            throw new IllegalArgumentException(
                    format.recipe() + " has no place in bitsandbytes' layout; nf4 and bnbfp4 have, with or without dq");
        }
        CodebookFormat codebook = (CodebookFormat) format;
        int block = codebook.block();
        if (block < 32 || block > 4096 || Integer.bitCount(block) != 1) {
            throw new IllegalArgumentException(format.recipe() + ": bitsandbytes reads blocks of 32, 64, 128 … 4096"
                    + " weights, not of " + block);
        }
        List<PartLayout> parts = format.layout(rows, cols);
        boolean twice = parts.size() > 2;
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(new Tensor("", "u8", new long[] {parts.get(0).bytes(), 1}, 0, Optional.empty()));
        long blocks = twice ? parts.get(1).bytes() : parts.get(1).bytes() / 4;
        tensors.add(new Tensor("absmax", twice ? "u8" : "float32", new long[] {blocks}, 1, Optional.empty()));
        tensors.add(constant("quant_map", codebook.book()));
        if (twice) {
            long nested = parts.get(2).bytes() / 4;
            tensors.add(new Tensor("nested_absmax", "float32", new long[] {nested}, 2, Optional.empty()));
            tensors.add(constant("nested_quant_map", codebook.nestedBook()));
        }
        String kind = kind(format.recipe().name());
        byte[] state = state(kind, block, rows, cols, dtype, twice ? Optional.of(offset(codebook)) : Optional.empty())
                .getBytes(StandardCharsets.UTF_8);
        tensors.add(new Tensor(STATE + kind, "u8", new long[] {state.length}, -1, Optional.of(state)));
        return tensors;
    }

    private static float offset(CodebookFormat format) {
        return format.offset()
                .orElseThrow(() -> new IllegalArgumentException(format.recipe()
                        + ": the offset of double quantization is not known yet; survey the tensor, or take"
                        + " BitsandbytesTensors.of(quantized)"));
    }

    /** The tensors of a weight that is quantized already, the offset taken from it. */
    public static List<Tensor> of(Quantized quantized, String dtype) {
        Format format = quantized.format();
        if (format instanceof CodebookFormat codebook && quantized.parts().size() > 2) {
            format = codebook.with(quantized.parts().get(3).data().getFloat());
        }
        return tensors(format, quantized.rows(), quantized.cols(), dtype);
    }

    private static Tensor constant(String suffix, Codebook book) {
        byte[] bytes = ScaleType.F32.store(book.size());
        for (int i = 0; i < book.size(); i++) {
            ScaleType.F32.put(bytes, i, book.value(i));
        }
        return new Tensor(suffix, "float32", new long[] {book.size()}, -1, Optional.of(bytes));
    }

    private static String state(String kind, int block, long rows, int cols, String dtype, Optional<Float> offset) {
        return String.format(
                        Locale.ROOT,
                        "{\"quant_type\": \"%s\", \"blocksize\": %d, \"dtype\": \"%s\", \"shape\": [%d, %d]",
                        kind,
                        block,
                        dtype,
                        rows,
                        cols)
                + offset.map(o -> ", \"nested_blocksize\": " + NestedScales.BLOCK
                                + ", \"nested_dtype\": \"float32\", \"nested_offset\": " + python(o))
                        .orElse("")
                + "}";
    }

    /** A number as Python prints it: the fewest digits that name the double, an exponent below 1e-4 and from 1e16 on. */
    static String python(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal digits = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        String plain = digits.unscaledValue().toString();
        int exponent = digits.precision() - digits.scale() - 1;
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = plain.length() > 1 ? "." + plain.substring(1) : "";
            return String.format(
                    Locale.ROOT,
                    "%s%s%se%s%02d",
                    sign,
                    plain.charAt(0),
                    fraction,
                    exponent < 0 ? "-" : "+",
                    Math.abs(exponent));
        }
        String text = digits.toPlainString();
        return sign + (text.indexOf('.') < 0 ? text + ".0" : text);
    }

    /** The name of the weight that a tensor of this name tells the state of; empty if it is no such tensor. */
    public static Optional<String> weightOfState(String tensor) {
        int at = tensor.lastIndexOf("." + STATE);
        return at < 0 ? Optional.empty() : Optional.of(tensor.substring(0, at));
    }

    /**
     * What the small tensors of a weight say about it.
     *
     * @param format whose numbers they are, the offset and the map of double quantization known
     * @param rows of the weight
     * @param cols length of a row
     * @param constants the stored parts that no tensor of its own holds, by their place; the others are, in order, the
     *     tensors {@code NAME}, {@code NAME.absmax}, {@code NAME.nested_absmax}
     */
    public record Description(Format format, int rows, int cols, Map<Integer, StoredPart> constants) {}

    /** The tensor that holds a stored part, as what follows the name of the weight and a dot. */
    public static String suffixOfPart(int part) {
        return List.of("", "absmax", "nested_absmax").get(part);
    }

    /** Whether a tensor is one of the small ones, which {@link #describe} wants. */
    public static boolean describes(String suffix) {
        return suffix.startsWith(STATE) || suffix.equals("quant_map") || suffix.equals("nested_quant_map");
    }

    /**
     * Reads what a weight is from its small tensors.
     *
     * @param name of the weight, for messages
     * @param tensors the bytes of its small tensors by suffix
     * @throws IllegalArgumentException if a tensor is missing, of another size, or holds what bitsandbytes does not write
     */
    public static Description describe(String name, Map<String, ByteBuffer> tensors) {
        String key = tensors.keySet().stream()
                .filter(k -> k.startsWith(STATE))
                .findFirst()
                .orElseThrow(() -> refusal(name, "no tensor " + name + "." + STATE + "… tells how it is quantized"));
        JsonNode state = parse(name, tensors.get(key));
        String kind = state.path("quant_type").asText();
        if (!key.equals(STATE + kind) || !(kind.equals("nf4") || kind.equals("fp4"))) {
            throw refusal(
                    name, "its quant_type is \"" + shown(kind) + "\" under " + shown(key) + "; expected nf4 or fp4");
        }
        int block = whole(name, state, "blocksize", 1, CodebookFormat.LARGEST_BLOCK);
        JsonNode shape = state.path("shape");
        if (shape.size() != 2) {
            throw refusal(name, "its shape has " + shape.size() + " dimensions; expected two, [out, in]");
        }
        int rows = whole(name, shape.get(0), "the first dimension", 0, Integer.MAX_VALUE);
        int cols = whole(name, shape.get(1), "the second dimension", 1, Integer.MAX_VALUE);
        boolean twice = state.has("nested_offset");
        String recipe = (kind.equals("nf4") ? "nf4" : "bnbfp4") + ":b" + block + (twice ? ":dq" : "");
        CodebookFormat format = (CodebookFormat)
                (kind.equals("nf4") ? Nf4.entry() : BnbFp4.entry()).factory().apply(Recipe.parse(recipe));
        requireMap(name, "quant_map", tensors, format.book());
        if (!twice) {
            return new Description(format, rows, cols, Map.of());
        }
        int nested = whole(name, state, "nested_blocksize", 1, Integer.MAX_VALUE);
        if (nested != NestedScales.BLOCK) {
            throw refusal(name, "its nested_blocksize is " + nested + "; bitsandbytes writes " + NestedScales.BLOCK);
        }
        float offset = (float) state.get("nested_offset").asDouble(Double.NaN);
        if (!Float.isFinite(offset)) {
            throw refusal(
                    name,
                    "its nested_offset is " + shown(state.get("nested_offset").asText()));
        }
        format = format.with(nestedBook(name, tensors)).with(offset);
        String encoding = format.layout(rows, cols).get(3).encoding();
        return new Description(
                format, rows, cols, Map.of(3, new StoredPart("offset", encoding, CodebookFormat.bytes(offset))));
    }

    /**
     * Reads a weight. Its numbers are those of its recipe; a caller that wants what bitsandbytes computes rounds them to
     * the dtype of the JSON.
     *
     * @param name of the weight, for messages
     * @param tensors the bytes of its tensors by suffix, the codes under the empty one
     * @throws IllegalArgumentException if a tensor is missing, of another size, or holds what bitsandbytes does not write
     */
    public static Quantized read(String name, Map<String, ByteBuffer> tensors) {
        Description is = describe(name, tensors);
        if ((long) is.rows() * is.cols() > Integer.MAX_VALUE - 8) {
            throw refusal(name, "[" + is.rows() + ", " + is.cols() + "] is more than one matrix holds");
        }
        List<PartLayout> layout = is.format().layout(is.rows(), is.cols());
        List<StoredPart> parts = new ArrayList<>();
        for (int i = 0; i < layout.size(); i++) {
            StoredPart constant = is.constants().get(i);
            parts.add(constant != null ? constant : part(name, tensors, suffixOfPart(i), layout.get(i)));
        }
        return is.format().stored(name, is.rows(), is.cols(), parts);
    }

    private static IllegalArgumentException refusal(String name, String what) {
        return new IllegalArgumentException(name + ": " + what);
    }

    /** Text of a stranger, cut so that a message stays one. */
    private static String shown(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    private static JsonNode parse(String name, ByteBuffer bytes) {
        if (bytes.remaining() > LONGEST_STATE) {
            throw refusal(name, "its quant_state has " + bytes.remaining() + " bytes, more than any that is written");
        }
        byte[] text = new byte[bytes.remaining()];
        bytes.duplicate().get(text);
        try {
            JsonNode state = JSON.readTree(new String(text, StandardCharsets.UTF_8));
            if (state != null && state.isObject()) {
                return state;
            }
            throw refusal(name, "its quant_state is no JSON object");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    name + ": its quant_state is no JSON: " + shown(e.getOriginalMessage()), e);
        }
    }

    private static int whole(String name, JsonNode parent, String field, int min, int max) {
        JsonNode node = parent.isObject() ? parent.path(field) : parent;
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < min || node.intValue() > max) {
            throw refusal(
                    name,
                    field + " is " + shown(node.toString()) + "; expected a whole number from " + min + " to " + max);
        }
        return node.intValue();
    }

    private static StoredPart part(String name, Map<String, ByteBuffer> tensors, String suffix, PartLayout layout) {
        ByteBuffer data = tensor(name, tensors, suffix);
        if (data.remaining() != layout.bytes()) {
            throw refusal(
                    name,
                    "the tensor " + (suffix.isEmpty() ? name : name + "." + suffix) + " has " + data.remaining()
                            + " bytes, but its shape and block size need " + layout.bytes());
        }
        return new StoredPart(layout.name(), layout.encoding(), data);
    }

    private static ByteBuffer tensor(String name, Map<String, ByteBuffer> tensors, String suffix) {
        ByteBuffer data = tensors.get(suffix);
        if (data == null) {
            throw refusal(name, "the tensor " + (suffix.isEmpty() ? name : name + "." + suffix) + " is missing");
        }
        return data;
    }

    private static float[] floats(String name, Map<String, ByteBuffer> tensors, String suffix, int count) {
        ByteBuffer data = tensor(name, tensors, suffix).duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (data.remaining() != 4 * count) {
            throw refusal(
                    name,
                    "the tensor " + name + "." + suffix + " has " + data.remaining() + " bytes; expected " + count
                            + " float32 numbers");
        }
        float[] values = new float[count];
        data.asFloatBuffer().get(values);
        return values;
    }

    private static void requireMap(String name, String suffix, Map<String, ByteBuffer> tensors, Codebook book) {
        float[] map = floats(name, tensors, suffix, book.size());
        for (int i = 0; i < map.length; i++) {
            if (map[i] != book.value(i)) {
                throw refusal(
                        name,
                        "entry " + i + " of " + suffix + " is " + map[i] + ", but bitsandbytes has " + book.value(i)
                                + " there: it was written with another table");
            }
        }
    }

    /** The map of the scales. Older versions wrote -1 over its first entry when they quantized on a CPU (csrc, quantize_cpu). */
    private static Codebook nestedBook(String name, Map<String, ByteBuffer> tensors) {
        float[] map = floats(name, tensors, "nested_quant_map", 256);
        float[] known = Dynamic8.SIGNED.byRank();
        if (map[0] == -1) {
            known[0] = -1;
        }
        if (!Arrays.equals(map, known)) {
            throw refusal(name, "its nested_quant_map is not the dynamic map that bitsandbytes writes");
        }
        return map[0] == -1 ? Codebook.of(known) : Dynamic8.SIGNED;
    }
}
