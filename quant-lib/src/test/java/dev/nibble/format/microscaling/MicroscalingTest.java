package dev.nibble.format.microscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.core.Trace;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Scales and codes of the microscaling formats against the systems they are named after. */
class MicroscalingTest {
    private static final JsonNode VECTORS = Vectors.read("quantization-vectors.json");
    private static final JsonNode TORTURE = Vectors.read("microscaling-vectors.json");
    private static final Matrix INPUT = Vectors.ih4(1, 4096, 1);

    static Stream<Arguments> recorded() {
        Stream<Arguments> torchao =
                fields(TORTURE.get("torchao")).map(e -> Arguments.of(torchao(e.getKey()), "wide", e.getValue()));
        Stream<Arguments> ct =
                fields(TORTURE.get("ct")).map(e -> Arguments.of(e.getKey() + ":ct", "wide", e.getValue()));
        Stream<Arguments> nvfp4 =
                fields(TORTURE.get("nvfp4")).map(e -> Arguments.of("nvfp4:" + e.getKey(), "narrow", e.getValue()));
        return Stream.of(torchao, ct, nvfp4).flatMap(s -> s);
    }

    /** "mxfp6:e2m3:floor" to "mxfp6:e2m3:torchao:floor". */
    private static String torchao(String key) {
        int rule = key.lastIndexOf(':');
        return key.substring(0, rule) + ":torchao" + key.substring(rule);
    }

    private static Stream<Map.Entry<String, JsonNode>> fields(JsonNode node) {
        return node.propertyStream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recorded")
    void tiesZerosSpikesAndTinyBlocksHaveTheBytesOfTheOriginal(String recipe, String input, JsonNode expected) {
        Matrix w = input.equals("wide")
                ? Matrix.of(54, 320, torture(540, 32, 21, false))
                : Matrix.of(16, 256, torture(256, 16, 22, true));
        assertThat(Vectors.sha16(w.values()))
                .isEqualTo(TORTURE.at("/input/" + input).asText());
        Quantized q = Formats.parse(recipe).quantize(w);
        assertThat(Vectors.sha16(q.parts().get(1).toBytes()))
                .as("scales")
                .isEqualTo(expected.get("scales").asText());
        assertThat(Vectors.sha16(q.parts().get(0).toBytes()))
                .as("codes")
                .isEqualTo(expected.get("codes").asText());
        if (expected.has("tensor")) {
            assertThat(q.parts().get(2).data().getFloat())
                    .isEqualTo((float) expected.get("tensor").asDouble());
        }
        if (expected.has("dequantized")) {
            assertThat(Vectors.sha16(q.dequantize().values()))
                    .isEqualTo(expected.get("dequantized").asText());
        }
    }

    /** Blocks that break rules: see kinds. The same sequence made the recorded results. */
    static float[] torture(int blocks, int size, int seed, boolean narrow) {
        float[] out = new float[blocks * size];
        long s = seed;
        for (int b = 0; b < blocks; b++) {
            int e = narrow ? b * 37 % 24 - 14 : b * 37 % 270 - 146;
            for (int k = 0; k < size; k++) {
                s = (s * 1103515245 + 12345) & 0x7fffffff;
                int r = (int) (s >> 8) & 0xffff;
                double v = switch (b % 8) {
                    case 0 -> (r - 32768) / 32768.0;
                    case 1 -> (r % 65 - 32) / 4.0; // ties
                    case 2 -> b / 8 % 2 == 0 ? 0 : -0.0;
                    case 3 -> 0;
                    case 4 -> k == 0 ? 1 : (r % 129 - 64) / 64.0; // a power of two as the largest
                    case 5 -> (r - 32768) / 65536.0;
                    case 6 -> (r % 257 - 128) / 128.0 * 1.75; // the threshold of even
                    default -> k == 9 ? 6 : (r - 32768) / 32768.0 * 6; // the threshold of rceil
                };
                out[b * size + k] = (float) Math.scalb(v, e);
                if ((b % 8 == 3 && k == 5) || (b % 8 == 5 && k == 3)) { // just below a power of two
                    out[b * size + k] = Math.nextDown((float) Math.scalb(1.0, e));
                }
            }
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({
        "int8, mxint8",
        "e4m3, mxfp8:e4m3",
        "e5m2, mxfp8:e5m2",
        "e3m2, mxfp6:e3m2",
        "e2m3, mxfp6:e2m3",
        "e2m1, mxfp4"
    })
    void microxcalingsNearestAndEvenDecodeToItsNumbers(String element, String recipe) {
        Quantized away = Formats.parse(recipe + ":microxcaling").quantize(INPUT);
        assertThat(Vectors.sha16(withMinusZeros(away, element)))
                .isEqualTo(VECTORS.at("/mx/microxcaling_nearest_half_away/" + element)
                        .asText());
        String even = VECTORS.at("/mx/rne_floor_scale/" + element).asText();
        for (String same : new String[] {recipe, recipe + ":microxcaling:rne"}) {
            Quantized q = Formats.parse(same).quantize(INPUT);
            assertThat(q.error(INPUT).rmse())
                    .isCloseTo(VECTORS.at("/mx/rmse_floor/" + element).asDouble(), within(5e-7));
            assertThat(Vectors.sha16(withMinusZeros(q, element))).as(same).isEqualTo(even);
        }
    }

    /** microxcaling computes on floats, where a negative number becomes −0, which an integer can not hold. */
    private static float[] withMinusZeros(Quantized q, String element) {
        float[] values = q.dequantize().values();
        for (int i = 0; i < values.length && element.equals("int8"); i++) {
            values[i] = values[i] == 0 && INPUT.values()[i] < 0 ? -0f : values[i];
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({
        "mxfp4:even, /mx/e2m1_modes/even, .6348", "mxfp4:ceil, /mx/e2m1_modes/ceil, 0",
        "mxfp4:rceil, /mx/e2m1_modes/rceil, 0", "mxfp4:floor, /mx/e2m1_modes/floor, 1.1963",
        "mxfp8:ceil, /mx/e4m3_modes/ceil_and_rceil, 0", "mxfp8:rceil, /mx/e4m3_modes/ceil_and_rceil, 0"
    })
    void theScaleRulesHaveTorchaosErrorAndSaturation(String recipe, String at, double saturated) {
        Trace trace = Trace.record();
        Quantized q = Formats.parse(recipe).quantize(INPUT, trace);
        JsonNode expected = VECTORS.at(at);
        assertThat(q.error(INPUT).rmse()).isCloseTo(expected.get("rmse").asDouble(), within(5e-7));
        if (expected.has("sha")) {
            assertThat(Vectors.sha16(q.dequantize().values()))
                    .isEqualTo(expected.get("sha").asText());
        }
        long cut = 0;
        for (SharedExponents block : trace.steps(SharedExponents.class)) {
            for (SharedExponents.Choice choice : block.choices()) {
                cut += recipe.endsWith(":" + choice.rule().word()) ? choice.saturated() : 0;
            }
        }
        assertThat(cut * 100.0 / INPUT.size()).isCloseTo(saturated, within(5e-5));
    }

    @ParameterizedTest
    @CsvSource({"mxfp4, e2m1", "mxfp8:e4m3, e4m3", "mxfp8:e5m2, e5m2"})
    void torchaosPackedBytesAreOurs(String recipe, String element) {
        fields(VECTORS.at("/mx/torchao_packed_sha16/" + element)).forEach(e -> {
            for (String kind : new String[] {":torchao:", ":"}) {
                byte[] codes = Formats.parse(recipe + kind + e.getKey())
                        .quantize(INPUT)
                        .parts()
                        .getFirst()
                        .toBytes();
                assertThat(Vectors.sha16(codes)).isEqualTo(e.getValue().asText());
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "mxfp4:rne, ties_rne",
        "mxfp4:away, ties_half_away",
        "mxfp4:tozero, ties_ggml",
        "mxfp4:microxcaling, ties_half_away"
    })
    void tiesAreBrokenAsInTheTable(String recipe, String row) {
        float[] x = new float[32];
        Iterator<JsonNode> in = VECTORS.at("/mx/ties_in").iterator();
        for (int i = 0; in.hasNext(); i++) {
            x[i] = (float) in.next().asDouble();
        }
        x[31] = 4; // the scale is 1
        float[] out =
                Formats.parse(recipe).quantize(Matrix.of(1, 32, x)).dequantize().row(0);
        int i = 0;
        for (JsonNode expected : VECTORS.at("/mx/" + row)) {
            // The table writes −0 where it is one.
            assertThat(Float.floatToRawIntBits(out[i++]))
                    .isEqualTo(Float.floatToRawIntBits((float) expected.asDouble()));
        }
        assertThat(i).isEqualTo(8);
    }

    @Test
    void aitersPublicBlockHasItsBytes() {
        // ROCm aiter, issue 974: scale 126, packed bytes; its inputs are the values, and −0.625 is a tie.
        byte[] packed = new byte[16];
        int[] bytes = {129, 226, 34, 170, 26, 25, 162, 187, 18, 144, 2, 85, 234, 22, 229, 193};
        for (int i = 0; i < 16; i++) {
            packed[i] = (byte) bytes[i];
        }
        var format = Formats.parse("mxfp4:torchao");
        var parts =
                Formats.parse("mxfp4").quantize(Matrix.of(1, 32, new float[32])).parts();
        Quantized q = format.stored(
                "aiter",
                1,
                32,
                java.util.List.of(
                        new dev.nibble.format.StoredPart(
                                parts.get(0).name(), parts.get(0).encoding(), packed),
                        new dev.nibble.format.StoredPart(
                                parts.get(1).name(), parts.get(1).encoding(), new byte[] {126})));
        Matrix values = q.dequantize();
        Quantized again = format.quantize(values);
        assertThat(again.parts().get(0).toBytes()).isEqualTo(packed);
        assertThat(again.parts().get(1).toBytes()).containsExactly(126);
    }

    @Test
    void theFloatLogarithmIsOneTooLargeJustBelowAPowerOfTwo() {
        float[] x = new float[32];
        x[0] = Math.nextDown(8f);
        assertThat(scale("mxfp4:floor", x)).isEqualTo(127);
        assertThat(scale("mxfp4:log2f", x)).isEqualTo(128); // ggml and microxcaling
        x[0] = Math.nextDown(4f);
        assertThat(scale("mxfp4:log2f", x)).isEqualTo(scale("mxfp4:floor", x));
        x[0] = Math.nextDown(0x1p-3f);
        assertThat(scale("mxfp4:log2f", x)).isEqualTo(scale("mxfp4:floor", x) + 1);
    }

    private static int scale(String recipe, float[] x) {
        Quantized q = Formats.parse(recipe).quantize(Matrix.of(1, x.length, x));
        return q.parts().get(1).data().get() & 0xff;
    }

    @Test
    void modeloptsZerosAreMinusAndItsTiesGoTowardZero() {
        float[] x = new float[32];
        x[0] = 6;
        x[1] = 2.5f;
        x[2] = -0f;
        x[3] = 0.1f;
        x[4] = -0.1f;
        x[5] = -5;
        Quantized q = Formats.parse("mxfp4:modelopt").quantize(Matrix.of(1, 32, x));
        assertThat(q.parts().get(1).data().get()).isEqualTo((byte) 127);
        int[] codes = {7, 4, 8, 0, 8, 14, 8};
        for (int i = 0; i < codes.length; i++) {
            assertThat(q.code(0, i)).as("code %d", i).isEqualTo(codes[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({"nvfp4:torchao, two_level", "nvfp4:ct, two_level", "nvfp4:one, one_level"})
    void nvfp4HasTheBytesOfTorchaoAndCompressedTensors(String recipe, String level) {
        JsonNode expected = VECTORS.at("/nvfp4/" + level);
        Quantized q = Formats.parse(recipe).quantize(INPUT);
        byte[] packed = q.parts().get(0).toBytes();
        byte[] scales = q.parts().get(1).toBytes();
        for (int i = 0; i < 4; i++) {
            assertThat(HexFormat.of().toHexDigits(scales[i]))
                    .isEqualTo(expected.at("/scales_first/" + i).asText());
        }
        assertThat(HexFormat.of().formatHex(packed, 0, 8))
                .isEqualTo(expected.get("packed_first").asText());
        assertThat(q.error(INPUT).rmse()).isCloseTo(expected.get("rmse").asDouble(), within(5e-7));
        if (expected.has("s2")) {
            float number = q.parts().get(2).data().getFloat();
            float s2 = (float) expected.get("s2").asDouble();
            assertThat(recipe.endsWith("ct") ? 1 / number : number).isCloseTo(s2, within(1e-10f));
        }
        // Which bytes the recorded hash covers is not said; it is one of these.
        assertThat(Stream.of(Vectors.sha16(packed), Vectors.sha16(q.dequantize().values())))
                .contains(expected.get("sha16").asText());
    }

    @ParameterizedTest
    @CsvSource({"1.9, 0x1.61af2ap10", "5.3, 0x1.fb2b76p8", "0.011, 0x1.dd45dp17"})
    void theGlobalScaleIsRoundedTwiceAsTorchDividesANumberByATensor(float largest, String number) {
        float global = Float.parseFloat(number);
        // generate_gparam of compressed-tensors 0.20.0 in torch 2.15; 2688 / largest is one unit away
        Quantized q = Formats.parse("nvfp4:ct")
                .quantize(Matrix.of(1, 16, java.util.Arrays.copyOf(new float[] {largest}, 16)));
        assertThat(q.parts().get(2).data().getFloat()).isEqualTo(global).isNotEqualTo(2688 / largest);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mxfp4:ct:floor       | compressed-tensors has even
            mxfp4:torchao:log2f  | torchao has floor, even, ceil and rceil
            mxfp4:modelopt:rne   | ModelOpt has tozero
            mxfp4:microxcaling:tozero | microxcaling has away
            mxfp8:e5m2:ct        | can not stand together
            mxfp8:modelopt       | no option "modelopt"
            mxfp4:torchoa        | did you mean "torchao"
            nvfp4:ct:one         | can not stand together
            mxfp6:e4m3           | no option "e4m3"
            """)
    void wordsThatContradictAreRefused(String recipe, String message) {
        assertThatThrownBy(() -> Formats.parse(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(recipe.substring(0, recipe.indexOf(':')))
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "mxfp4, mxfp4:floor:rne",
        "mxfp8, mxfp8:e4m3:floor:rne",
        "mxfp4:ct, mxfp4:ct",
        "mxfp4:torchao, mxfp4:torchao:floor",
        "mxfp6:microxcaling:e3m2, mxfp6:e3m2:microxcaling:away",
        "nvfp4, nvfp4:torchao"
    })
    void theCanonicalFormSpellsEveryChoice(String recipe, String canonical) {
        assertThat(Formats.parse(recipe).canonical()).hasToString(canonical);
    }

    @Test
    void aShorterLastBlockIsTakenWhereTheOriginPadsAndRefusedWhereItRefuses() {
        Matrix w = Matrix.of(2, 40, java.util.Arrays.copyOf(INPUT.values(), 80));
        Quantized q = Formats.parse("mxfp4").quantize(w);
        assertThat(q.note()).contains("last group of a row: 8, not 32").contains("zeros");
        assertThat(q.parts().get(1).size()).isEqualTo(4);
        // The second block of the second row, by itself.
        Matrix last = Matrix.of(1, 8, java.util.Arrays.copyOfRange(INPUT.values(), 72, 80));
        assertThat(java.util.Arrays.copyOfRange(q.dequantize().row(1), 32, 40))
                .isEqualTo(Formats.parse("mxfp4").quantize(last).dequantize().row(0));
        assertThatThrownBy(() -> Formats.parse("mxfp4:torchao").quantize(w))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiple of 32")
                .hasMessageContaining("40");
        assertThatThrownBy(() -> Formats.parse("nvfp4").quantize(w)).hasMessageContaining("multiple of 16");
    }

    @Test
    void tensorsOfZerosAndOfTinyNumbersAreFiniteUnderNvfp4() {
        for (String recipe : new String[] {"nvfp4", "nvfp4:ct", "nvfp4:one"}) {
            for (float value : new float[] {0, 0x1p-149f, 1e-40f, 1e-36f, 1e-30f, 3e38f}) {
                float[] x = new float[32];
                x[7] = value;
                try {
                    float[] back = Formats.parse(recipe)
                            .quantize(Matrix.of(1, 32, x))
                            .dequantize()
                            .row(0);
                    for (float v : back) {
                        assertThat(v).isBetween(0f, value * 1.1f);
                    }
                } catch (IllegalArgumentException e) {
                    assertThat(recipe).isEqualTo("nvfp4:one");
                    assertThat(value).isEqualTo(3e38f);
                }
            }
        }
    }

    /** MXFP4PackedCompressor, MXFP6PackedCompressor and MXFP8QuantizationCompressor of compressed-tensors 0.20, CPU. */
    @ParameterizedTest
    @CsvSource({"mxfp4:ct, 0668, 7d", "mxfp6:ct, 180862, 7d", "mxfp8:ct, 78008078, 77"})
    void minusZeroIsLostAndKeptByTheCompressorsOfCompressedTensors(String recipe, String codes, String scale) {
        float[] x = new float[32];
        System.arraycopy(new float[] {1, -0f, -1e-9f, 1}, 0, x, 0, 4);
        Quantized q = Formats.parse(recipe).quantize(Matrix.of(1, 32, x));
        byte[] first = q.parts().get(0).toBytes();
        assertThat(HexFormat.of().formatHex(first, 0, codes.length() / 2)).isEqualTo(codes);
        assertThat(HexFormat.of().formatHex(q.parts().get(1).toBytes())).isEqualTo(scale);
    }

    @Test
    void oneLevelOfNvfp4KeepsItsBoundAndIsMadeAgainFromItsTrace() {
        // Not in the battery, whose loud weights it refuses.
        var format = Formats.parse("nvfp4:one");
        for (int e = -20; e <= 10; e++) {
            Matrix w = Matrix.of(2, 2048, scaled(INPUT.values(), Math.scalb(1f, e)));
            Trace trace = Trace.record();
            Quantized q = format.quantize(w, trace);
            float[] back = q.dequantize().values();
            for (int i = 0; i < back.length; i++) {
                assertThat(Math.abs((double) back[i] - w.values()[i]))
                        .isLessThanOrEqualTo(q.errorBound(i / 2048, i % 2048));
            }
            assertThat(q.parts()).hasSize(2);
            Quantized again = format.replay("w", 2, 2048, trace.steps());
            assertThat(again.parts().get(0).toBytes())
                    .isEqualTo(q.parts().get(0).toBytes());
            assertThat(again.parts().get(1).toBytes())
                    .isEqualTo(q.parts().get(1).toBytes());
        }
        assertThatThrownBy(() -> format.quantize(Matrix.of(2, 2048, scaled(INPUT.values(), 4096))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 0, columns 0 to 15")
                .hasMessageContaining("take two levels");
    }

    private static float[] scaled(float[] x, float factor) {
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] *= factor;
        }
        return y;
    }
}
