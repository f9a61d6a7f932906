package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our blocks against the bytes of ggml's C reference, built for x86-64 without fused multiply-add. */
class GgufUpstreamTest {
    private static final JsonNode VECTORS = Vectors.read("quantization-vectors.json");
    private static final JsonNode RECORDED = Vectors.read("gguf-blocks.json");
    private static final List<String> TYPES =
            List.of("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K");

    static Stream<String> vectors() {
        return TYPES.stream()
                .flatMap(t -> Stream.of(t, t + "+im"))
                .filter(t -> VECTORS.at("/gguf/types").has(t));
    }

    static Stream<String> recorded() {
        return TYPES.stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void theReferenceVectorsHaveGgmlsBytes(String key) {
        JsonNode expected = VECTORS.at("/gguf/types").get(key);
        Matrix w = Vectors.ih4(4, 1024, 1);
        float[] ones = new float[1024];
        for (int i = 0; i < ones.length; i++) {
            ones[i] = 1 + i % 7;
        }
        String type = key.replace("+im", "");
        Quantized q = Formats.parse(type.toLowerCase(Locale.ROOT))
                .quantize(w, key.equals(type) ? null : new Importance("im", ones), Progress.NONE, Trace.off());
        byte[] bytes = q.parts().getFirst().toBytes();
        String first = expected.get("first").asText();
        assertThat(HexFormat.of().formatHex(bytes, 0, first.length() / 2)).isEqualTo(first);
        assertThat(Vectors.sha(bytes)).isEqualTo(expected.get("sha").asText());
        assertThat(q.error(w).rmse()).isCloseTo(expected.get("rmse").asDouble(), within(1e-7));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void awkwardRowsHaveGgmlsBytesWithAndWithoutImportance(String type) {
        for (int s = 0; s < 3; s++) {
            int seed = 11 + s;
            Matrix w = rows(seed);
            assertThat(Vectors.sha16(w.values()))
                    .isEqualTo(RECORDED.at("/inputs/" + seed).asText());
            JsonNode expected = RECORDED.at("/types/" + type + "/" + s);
            assertThat(digest(type, w, null)).isEqualTo(expected.get(0).asText());
            for (int i = 1; i < expected.size(); i++) {
                assertThat(digest(type, w, importance(seed, i)))
                        .as("importance " + i)
                        .isEqualTo(expected.get(i).asText());
            }
        }
    }

    /** Through the codec: some rows hold scales that the format refuses. */
    private static String digest(String type, Matrix w, float[] importance) {
        BlockCodec codec = BlockCodecs.all().stream()
                .filter(c -> c.type().name().equals(type))
                .findFirst()
                .orElseThrow();
        int perRow = w.cols() / codec.type().blockSize();
        byte[] out = new byte[w.rows() * perRow * codec.type().blockBytes()];
        for (int r = 0; r < w.rows(); r++) {
            float sum = 0;
            for (float v : w.row(r)) {
                sum += v * v;
            }
            RowContext row = importance == null ? RowContext.NONE : new RowContext(importance, sum / w.cols());
            codec.encode(
                    w.values(),
                    r * w.cols(),
                    perRow,
                    row,
                    0,
                    out,
                    r * perRow * codec.type().blockBytes());
        }
        return Vectors.sha16(out);
    }

    private static float[] importance(int seed, int which) {
        float[] v = Vectors.ih4(1, 512, seed + 50).values();
        float[] im = new float[512];
        for (int i = 0; i < 512; i++) {
            im[i] = which == 1 ? 1 + i % 7 : i % 5 == 0 ? 0 : v[i] * v[i];
        }
        return im;
    }

    /** 24 rows of 512: bell, heavy tails, one sign, far from 0, tiny, large, ties, sparse, spikes, constants. */
    static Matrix rows(int seed) {
        int n = 512;
        float[] v = Vectors.ih4(20, n, seed).values();
        float[] x = new float[24 * n];
        float[] sorted = Arrays.copyOfRange(v, 14 * n, 15 * n);
        Arrays.sort(sorted);
        for (int i = 0; i < n; i++) {
            float heavy = v[2 * n + i];
            float[] row = {
                v[i],
                v[n + i] * 0x1p-6f,
                heavy * Math.abs(heavy) * Math.abs(heavy),
                Math.abs(v[3 * n + i]),
                -Math.abs(v[4 * n + i]),
                Math.abs(v[5 * n + i]) + 3,
                v[6 * n + i] * 0x1p-140f,
                v[7 * n + i] * 0x1p-22f,
                v[8 * n + i] * 0x1p13f,
                (i % 31 - 15) / 2f,
                Math.abs(v[9 * n + i]) > 1 ? v[9 * n + i] : 0,
                i % 97 == 5 ? 100 : v[10 * n + i] * 0x1p-10f,
                v[11 * n + i] * Math.scalb(1f, i / 16 * 7 % 13 - 6),
                v[12 * n + i] + Math.scalb(1f, i / 32 % 5),
                0,
                -0f,
                0.37f,
                -0.37f,
                i < 256 ? 0 : v[13 * n + i],
                i % 2 == 0 ? 1 : -1,
                sorted[i],
                v[15 * n + i] * 0x1p-126f,
                i % 32 == 31 ? 1 : 0,
                Float.float16ToFloat(Float.floatToFloat16(v[16 * n + i]))
            };
            for (int r = 0; r < row.length; r++) {
                x[r * n + i] = row[r];
            }
        }
        return Matrix.of("rows(" + seed + ")", 24, n, x);
    }

    @Test
    void theEdgeBlocksOfGgml() {
        float[] x = new float[32];
        assertThat(hex("Q4_0", x)).isEqualTo("0080" + "88".repeat(16)); // d = -0
        x[0] = 1;
        x[1] = -1;
        assertThat(hex("Q4_0", x)).isEqualTo("00b0" + "808f" + "88".repeat(14)); // the first maximum wins
        Arrays.fill(x, 0);
        x[3] = 1e6f;
        assertThat(hex("Q8_0", x)).startsWith("b16f");
        Quantized q = Formats.parse("q8_0").quantize(Matrix.of(1, 32, x));
        assertThat(Math.round(q.dequantize().get(0, 3))).isEqualTo(1_000_252);
        assertThat(hex("Q4_0", x)).startsWith("00fc"); // minus infinity: ggml's bytes, which the format refuses
        x[3] = 1e-8f;
        assertThat(hex("Q8_0", x)).startsWith("0000" + "0000007f");
    }

    private static String hex(String type, float[] x) {
        BlockCodec codec = BlockCodecs.all().stream()
                .filter(c -> c.type().name().equals(type))
                .findFirst()
                .orElseThrow();
        byte[] out = new byte[codec.type().blockBytes()];
        codec.encode(x, 0, 1, RowContext.NONE, 0, out, 0);
        return HexFormat.of().formatHex(out);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "q4_0 21.3",
                "q4_1 22.1",
                "q5_0 27.4",
                "q5_1 28.4",
                "q8_0 45.4",
                "q2_k 10.6",
                "q3_k 16.4",
                "q4_k 22.9",
                "q5_k 28.8",
                "q6_k 35.0"
            })
    void theErrorOnABellIsGgmls(String line) {
        // Signal to noise of ggml's types on N(0, 1), in decibels (reference vectors, gaussian_sqnr_db).
        String[] words = line.split(" ", -1);
        Matrix w = Generators.gaussian(64, 4096, 3);
        double sqnr = Formats.parse(words[0]).quantize(w).error(w).sqnrDb();
        assertThat(sqnr).isCloseTo(Double.parseDouble(words[1]), within(0.12));
    }
}
