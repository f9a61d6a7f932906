package dev.nibble.format.codebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes and numbers against those of bitsandbytes: the frozen vectors, and recorded runs of version 0.50.2. */
class BitsandbytesTest {
    private static final JsonNode FROZEN =
            Vectors.read("quantization-vectors.json").get("bnb");
    private static final JsonNode RUNS = Vectors.read("bitsandbytes.json");
    private static final Matrix INPUT = Vectors.ih4(1, 4096, 1);

    @Test
    void fp4HasTheBytesOfBitsandbytes() {
        JsonNode expected = FROZEN.get("fp4_bs64");
        Quantized q = Formats.parse("bnbfp4:b64").quantize(INPUT);
        assertThat(sha(q, 0)).isEqualTo(expected.get("packed_sha16").asText());
        assertThat(q.error(INPUT).rmse()).isCloseTo(expected.get("rmse").asDouble(), within(5e-7));
        Quantized twice = Formats.parse("bnbfp4:b64:dq").quantize(INPUT);
        assertThat(twice.error(INPUT).rmse()).isCloseTo(expected.get("rmse_dq").asDouble(), within(5e-7));
    }

    @Test
    void doubleQuantizationHasTheNumbersOfBitsandbytes() {
        JsonNode expected = FROZEN.get("nf4_bs64_dq");
        for (String recipe : List.of("nf4:b64:dq", "nf4:b64:dq:lut")) {
            Quantized q = Formats.parse(recipe).quantize(INPUT);
            byte[] codes = q.parts().get(1).toBytes();
            for (int i = 0; i < 8; i++) {
                assertThat(codes[i] & 0xff)
                        .isEqualTo(expected.at("/qabsmax_first/" + i).asInt());
            }
            assertThat(q.parts().get(2).data().getFloat())
                    .isEqualTo((float) expected.at("/nested_absmax/0").asDouble());
            assertThat(q.parts().get(3).data().getFloat())
                    .isEqualTo((float) expected.get("offset").asDouble());
            assertThat(q.error(INPUT).rmse()).isCloseTo(expected.get("rmse").asDouble(), within(5e-7));
            // 4 + 8/64 + 32/(64·256) bits, the offset and that the one nested block is a quarter full.
            assertThat(q.bitsPerWeight()).isEqualTo((2048 + 64 + 4 + 4) * 8 / 4096.0);
        }
    }

    @Test
    void theDynamicMapsAreThoseOfBitsandbytes() {
        JsonNode expected = FROZEN.get("dynamic_map_sha16");
        assertThat(Vectors.sha16(Books.dynamicMap(true)))
                .isEqualTo(expected.get("signed").asText());
        assertThat(Vectors.sha16(Books.dynamicMap(false)))
                .isEqualTo(expected.get("unsigned").asText());
        assertThat(Dynamic8.SIGNED.byRank()).isEqualTo(Books.dynamicMap(true));
        assertThat(Dynamic8.SIGNED.value(Dynamic8.SIGNED.codeOf(0))).isZero();
    }

    @Test
    void dynamic8HasTheCodesOfBitsandbytes() {
        JsonNode expected = FROZEN.get("dyn8_bs4096");
        Quantized q = Formats.parse("dyn8").quantize(INPUT);
        for (int i = 0; i < 8; i++) {
            assertThat(q.code(0, i)).isEqualTo(expected.at("/first/" + i).asInt());
        }
        assertThat(sha(q, 0)).isEqualTo(expected.get("codes_sha16").asText());
        assertThat(q.error(INPUT).rmse()).isCloseTo(expected.get("rmse").asDouble(), within(5e-7));
    }

    @Test
    void theTableOfTheCompiledLibraryIsNotAlwaysNearest() {
        // 6 of 4096 codes differ; counted with bitsandbytes 0.50.2 against its own torch operations.
        byte[] nearest =
                Formats.parse("dyn8").quantize(INPUT).parts().getFirst().toBytes();
        byte[] table =
                Formats.parse("dyn8:lut").quantize(INPUT).parts().getFirst().toBytes();
        int different = 0;
        for (int i = 0; i < nearest.length; i++) {
            different += nearest[i] == table[i] ? 0 : 1;
        }
        assertThat(different).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({"torch, ''", "compiled, :lut"})
    void everyRecordedRunHasItsBytes(String run, String variant) {
        List<String> wrong = new ArrayList<>();
        for (JsonNode c : RUNS.get(run)) {
            String type = c.get("type").asText();
            Matrix x = input(c, type.equals("dyn8u"));
            String block = ":b" + c.get("block").asInt();
            switch (type) {
                case "dyn8" -> {
                    Quantized q = Formats.parse("dyn8" + block + variant).quantize(x);
                    compare(wrong, c, "packed", sha(q, 0));
                    compare(wrong, c, "absmax", sha(q, 1));
                    compare(wrong, c, "values", Vectors.sha16(q.dequantize().values()));
                }
                case "dyn8u" -> {
                    Quantized q =
                            Formats.parse("dyn8:unsigned" + block + variant).quantize(x);
                    compare(wrong, c, "packed", sha(q, 0));
                    compare(wrong, c, "absmax", sha(q, 1));
                }
                default -> {
                    String name = (type.equals("fp4") ? "bnbfp4" : type) + block;
                    if (c.has("packed")) {
                        Quantized q = Formats.parse(name).quantize(x);
                        compare(wrong, c, "packed", sha(q, 0));
                        compare(wrong, c, "absmax", sha(q, 1));
                        compare(wrong, c, "values", Vectors.sha16(q.dequantize().values()));
                    }
                    Quantized q = Formats.parse(name + ":dq" + variant).quantize(x);
                    compare(wrong, c, "dq_absmax", sha(q, 1));
                    compare(wrong, c, "dq_nested", sha(q, 2));
                    if (q.parts().get(3).data().getFloat()
                            != (float) c.get("dq_offset").asDouble()) {
                        wrong.add(c + ": offset");
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static Matrix input(JsonNode c, boolean magnitudes) {
        Matrix x = Vectors.ih4(1, c.get("n").asInt(), c.get("seed").asInt());
        float scale = (float) Math.scalb(1.0, c.get("exp").asInt());
        for (int i = 0; i < x.size(); i++) {
            x.values()[i] *= scale;
            x.values()[i] = magnitudes ? Math.abs(x.values()[i]) : x.values()[i];
        }
        return x;
    }

    private static void compare(List<String> wrong, JsonNode c, String what, String actual) {
        if (!c.get(what).asText().equals(actual)) {
            wrong.add(c + ": " + what);
        }
    }

    private static String sha(Quantized q, int part) {
        return Vectors.sha16(q.parts().get(part).toBytes());
    }
}
