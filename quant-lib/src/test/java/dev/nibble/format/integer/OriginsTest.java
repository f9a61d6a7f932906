package dev.nibble.format.integer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Codes, scales and values against those of the libraries that the presets are named after; see the file's "about". */
class OriginsTest {
    private static final JsonNode FILE = Vectors.read("integer-origins.json");

    static Stream<String> recipes() {
        return cases().map(c -> c.get("recipe").asText()).distinct();
    }

    private static Stream<JsonNode> cases() {
        return StreamSupport.stream(FILE.get("cases").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void hasTheCodesScalesAndValuesOfItsOrigin(String recipe) {
        cases().filter(c -> c.get("recipe").asText().equals(recipe)).forEach(c -> {
            Matrix w = input(c);
            Quantized q = Formats.parse(recipe).quantize(w);
            String what = recipe + " and " + c.get("origin").asText() + " on "
                    + c.get("kind").asText() + ", seed " + c.get("seed").asInt();
            if (c.has("codes")) {
                byte[] codes = new byte[w.size()];
                for (int i = 0; i < codes.length; i++) {
                    codes[i] = (byte) q.code(i / w.cols(), i % w.cols());
                }
                assertThat(Vectors.sha16(codes))
                        .as("codes of " + what)
                        .isEqualTo(c.get("codes").asText());
            }
            float[] scales = new float[q.blocks()];
            var part = q.parts().get(1).data();
            int stored = (int) (q.parts().get(1).size() / (recipe.contains("autoround") ? 2 : 4));
            for (int i = 0; i < stored; i++) {
                scales[i] = recipe.contains("autoround") ? Float.float16ToFloat(part.getShort()) : part.getFloat();
            }
            assertThat(Vectors.sha16(java.util.Arrays.copyOf(scales, stored)))
                    .as("scales of " + what)
                    .isEqualTo(c.get("scales").asText());
            if (c.has(
                    "zeros")) { // torch's powers, of which these zeros are sums, are exact to a unit in the last place
                // only
                var zeros = q.parts().get(2).data();
                for (JsonNode zero : c.get("zeros")) {
                    assertThat(zeros.getFloat())
                            .as("zero of " + what)
                            .isCloseTo(
                                    (float) zero.asDouble(), within(2e-6f * Math.abs((float) zero.asDouble()) + 1e-6f));
                }
            } else {
                assertThat(Vectors.sha16(withoutNegativeZeros(q.dequantize().values())))
                        .as("values of " + what)
                        .isEqualTo(c.get("values").asText());
            }
        });
    }

    /** Where torch keeps codes as floats it has a code -0, which no integer can say: both sides add +0. */
    private static float[] withoutNegativeZeros(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] += 0f;
        }
        return values;
    }

    private static Matrix input(JsonNode c) {
        int rows = c.get("rows").asInt();
        int cols = c.get("cols").asInt();
        Matrix w = Vectors.ih4(rows, cols, c.get("seed").asInt());
        float[] x = w.values();
        for (int i = 0; i < x.length; i++) {
            x[i] = changed(x[i], c.get("kind").asText(), i / cols);
        }
        return w;
    }

    private static float changed(float v, String kind, int row) {
        return switch (kind) {
            case "cubed" -> v * v * v;
            case "ties" -> (float) (Math.rint(v * 8) / 8);
            case "odd" ->
                switch (row) {
                    case 0 -> 0;
                    case 1 -> Math.abs(v);
                    case 2 -> -Math.abs(v);
                    case 3 -> 0.3f;
                    case 4 -> v * 0x1p-20f;
                    case 5 -> Math.abs(v) + 3;
                    case 6 -> -0f;
                    case 7 -> v * 64;
                    default -> v;
                };
            default -> v;
        };
    }
}
