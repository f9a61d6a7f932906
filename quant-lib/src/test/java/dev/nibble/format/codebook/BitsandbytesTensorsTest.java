package dev.nibble.format.codebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.core.Progress;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors of a checkpoint against those that bitsandbytes 0.50.2 saved. */
class BitsandbytesTensorsTest {
    private static final JsonNode SAVED =
            Vectors.read("bitsandbytes-tensors.json").get("cases");

    private static Map<String, ByteBuffer> bytes(Quantized q) {
        Map<String, ByteBuffer> all = new HashMap<>();
        for (var tensor : BitsandbytesTensors.of(q, "float32")) {
            byte[] content = tensor.part() < 0
                    ? tensor.content().orElseThrow()
                    : q.parts().get(tensor.part()).toBytes();
            all.put(tensor.suffix(), ByteBuffer.wrap(content));
        }
        return all;
    }

    @Test
    void everyTensorHasTheNameTypeShapeAndBytesThatBitsandbytesSaves() {
        for (JsonNode c : SAVED) {
            Matrix w = Vectors.ih4(
                    c.get("rows").asInt(), c.get("cols").asInt(), c.get("seed").asInt());
            for (int i = 0; i < w.size(); i++) {
                w.values()[i] *= (float) Math.scalb(1.0, c.get("exp").asInt());
            }
            String recipe = (c.get("type").asText().equals("nf4") ? "nf4" : "bnbfp4") + ":b"
                    + c.get("block").asInt() + (c.get("dq").asBoolean() ? ":dq:lut" : "");
            Quantized q = Formats.parse(recipe).quantize(w);
            Map<String, ByteBuffer> ours = bytes(q);
            List<BitsandbytesTensors.Tensor> tensors = BitsandbytesTensors.of(q, "float32");
            assertThat(tensors).hasSameSizeAs(c.get("tensors"));
            for (int i = 0; i < tensors.size(); i++) {
                JsonNode expected = c.get("tensors").get(i);
                assertThat(tensors.get(i).name("weight"))
                        .isEqualTo(expected.get("name").asText());
                assertThat(tensors.get(i).type().replace("u8", "uint8"))
                        .isEqualTo(expected.get("dtype").asText());
                List<Long> shape = new ArrayList<>();
                expected.get("shape").forEach(n -> shape.add(n.asLong()));
                assertThat(tensors.get(i).shape())
                        .containsExactly(shape.stream().mapToLong(n -> n).toArray());
                byte[] content = ours.get(tensors.get(i).suffix()).array();
                if (expected.has("text")) {
                    assertThat(new String(content, StandardCharsets.UTF_8))
                            .isEqualTo(expected.get("text").asText());
                }
                assertThat(Vectors.sha16(content))
                        .as(recipe + " " + expected)
                        .isEqualTo(expected.get("sha16").asText());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf4", "nf4:b128:dq", "bnbfp4:b32", "bnbfp4:b64:dq:lut", "nf4:cuda"})
    void whatIsWrittenReadsBackToTheSameNumbers(String recipe) {
        for (int cols : new int[] {1, 33, 200}) {
            Matrix w = Generators.gaussian(7, cols, cols).named("w");
            Quantized q = Formats.parse(recipe).quantize(w);
            Quantized again = BitsandbytesTensors.read("w", bytes(q));
            assertThat(again.dequantize().values()).isEqualTo(q.dequantize().values());
            assertThat(again.rows()).isEqualTo(7);
            assertThat(again.format().canonical().toString())
                    .isEqualTo(Formats.parse(recipe)
                            .canonical()
                            .toString()
                            .replace(":lut", "")
                            .replace(":cuda", ""));
        }
    }

    @Test
    void theTensorsAreKnownBeforeTheWeightsOnceTheOffsetIs() {
        Matrix w = Generators.gaussian(20, 64, 3).named("w");
        Format format = Formats.parse("nf4:dq");
        assertThatThrownBy(() -> BitsandbytesTensors.tensors(format, 20, 64, "float32"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("survey");
        var survey = format.survey().orElseThrow();
        survey.add(w);
        assertThat(survey.needsAnotherPass()).isFalse();
        Format fixed = survey.fixed();
        Quantized q = fixed.quantize(w, Progress.NONE);
        assertThat(BitsandbytesTensors.tensors(fixed, 20, 64, "float32"))
                .usingRecursiveComparison()
                .isEqualTo(BitsandbytesTensors.of(q, "float32"));
    }

    @Test
    void formatsAndBlocksWithoutAPlaceAreRefused() {
        for (String recipe : List.of("int4:g32", "nf3", "dyn8", "nf4:b48", "nf4:b16")) {
            assertThatThrownBy(() -> BitsandbytesTensors.tensors(Formats.parse(recipe), 4, 64, "float32"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(recipe);
        }
        assertThat(BitsandbytesTensors.holds(Formats.parse("nf4:dq"))).isTrue();
        assertThat(BitsandbytesTensors.holds(Formats.parse("nf3"))).isFalse();
        assertThat(BitsandbytesTensors.weightOfState("a.weight.quant_state.bitsandbytes__nf4"))
                .contains("a.weight");
        assertThat(BitsandbytesTensors.weightOfState("a.weight.absmax")).isEmpty();
    }

    @Test
    void aDynamicMapWithMinusOneAtItsBeginningIsReadAsItIs() {
        Quantized q = Formats.parse("nf4:dq").quantize(Generators.gaussian(9, 640, 4));
        Map<String, ByteBuffer> tensors = bytes(q);
        tensors.get("absmax").put(3, (byte) 0);
        float standard = BitsandbytesTensors.read("w", tensors).dequantize().get(0, 3 * 64);
        tensors.get("nested_quant_map").order(ByteOrder.LITTLE_ENDIAN).putFloat(0, -1f);
        float older = BitsandbytesTensors.read("w", tensors).dequantize().get(0, 3 * 64);
        float nested = q.parts().get(2).data().getFloat();
        float offset = q.parts().get(3).data().getFloat();
        float value = Books.NF4.value(q.code(0, 3 * 64));
        assertThat(older).isEqualTo(value * (-1f * nested + offset));
        assertThat(standard).isNotEqualTo(older);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quant_state.bitsandbytes__nf4 | {                                      | no JSON",
                "quant_state.bitsandbytes__nf4 | []                                     | no JSON object",
                "quant_state.bitsandbytes__nf4 | {\"quant_type\": \"fp4\"}              | quant_type",
                "quant_state.bitsandbytes__nf4 | {\"quant_type\": \"nf4\"}              | blocksize",
                "quant_state.bitsandbytes__nf4 | {\"quant_type\": \"nf4\", \"blocksize\": 0, \"shape\": [2, 64]} | blocksize",
                "quant_state.bitsandbytes__nf4 | {\"quant_type\": \"nf4\", \"blocksize\": 64, \"shape\": [64]} | dimensions",
                "quant_state.bitsandbytes__nf4 | {\"quant_type\": \"nf4\", \"blocksize\": 64, \"shape\": [-2, 64]} | dimension",
                "quant_state.bitsandbytes__nf4 | {\"quant_type\": \"nf4\", \"blocksize\": 64, \"shape\": [99999, 99999]} | more",
                "quant_state.bitsandbytes__nf4 | {\"quant_type\": \"nf4\", \"blocksize\": 64, \"shape\": [3, 64]} | bytes",
                "quant_map                     | 0123456789012345678901234567890123456789012345678901234567890123 | another table",
                "absmax                        | 1                                      | bytes"
            })
    void aBadTensorIsRefusedByName(String suffix, String content, String why) {
        Map<String, ByteBuffer> tensors = bytes(Formats.parse("nf4").quantize(Generators.gaussian(2, 64, 1)));
        tensors.put(suffix, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> BitsandbytesTensors.read("layer.weight", tensors))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer.weight")
                .hasMessageContaining(why);
        tensors.remove(suffix);
        assertThatThrownBy(() -> BitsandbytesTensors.read("layer.weight", tensors))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer.weight");
    }

    @Test
    void noBytesOfAStateLeadToAnotherException() {
        SplittableRandom random = new SplittableRandom(6);
        Quantized q = Formats.parse("nf4:dq").quantize(Generators.gaussian(2, 64, 1));
        byte[] state = bytes(q).get(BitsandbytesTensors.STATE + "nf4").array();
        for (int i = 0; i < 3000; i++) {
            byte[] spoiled = Arrays.copyOf(state, i % 3 == 0 ? random.nextInt(state.length) : state.length);
            for (int k = 0; k < i % 3 && spoiled.length > 0; k++) {
                spoiled[random.nextInt(spoiled.length)] = (byte) (32 + random.nextInt(96));
            }
            Map<String, ByteBuffer> tensors = bytes(q);
            tensors.put(BitsandbytesTensors.STATE + "nf4", ByteBuffer.wrap(spoiled));
            try {
                assertThat(BitsandbytesTensors.read("w", tensors).dequantize().size())
                        .isEqualTo(128);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("w: ");
                assertThat(e.getMessage()).hasSizeLessThan(300);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // what Python 3 prints for the double
        "0.9150000214576721, 0.9150000214576721",
        "1.0, 1.0",
        "0.0001, 0.0001",
        "0.00009, 9e-05",
        "1.5e-7, 1.5e-07",
        "1e15, 1000000000000000.0",
        "1e16, 1e+16",
        "1.25e22, 1.25e+22",
        "123456.5, 123456.5",
        "3.4028234663852886e38, 3.4028234663852886e+38",
        "1e-38, 1e-38",
        "0, 0.0"
    })
    void numbersAreWrittenAsPythonWritesThem(double value, String text) {
        assertThat(BitsandbytesTensors.python(value)).isEqualTo(text);
    }
}
