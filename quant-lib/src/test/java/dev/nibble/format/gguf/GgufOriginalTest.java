package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The types with code books, grids and trits against what ggml itself wrote and read: the frozen vectors, and the inputs
 * below through a portable build (gguf-grids.json says which).
 */
class GgufOriginalTest {
    private static final JsonNode FROZEN =
            Vectors.read("quantization-vectors.json").at("/gguf/types");
    private static final JsonNode ORIGINAL = Vectors.read("gguf-grids.json");
    private static final int ROWS = 2;
    private static final int COLS = 512;

    static Stream<BlockCodec> codecs() {
        return BlockCodecs.all().stream()
                .filter(c -> ORIGINAL.get("types").has(c.type().name()));
    }

    @Test
    void allFifteenTypesAreThere() {
        assertThat(codecs().map(BlockCodec::type))
                .containsExactlyInAnyOrder(
                        DType.IQ2_XXS,
                        DType.IQ2_XS,
                        DType.IQ3_XXS,
                        DType.IQ1_S,
                        DType.IQ4_NL,
                        DType.IQ3_S,
                        DType.IQ2_S,
                        DType.IQ4_XS,
                        DType.IQ1_M,
                        DType.TQ1_0,
                        DType.TQ2_0,
                        DType.MXFP4,
                        DType.NVFP4,
                        DType.Q1_0,
                        DType.Q2_0);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void hasTheBytesOfTheFrozenVectors(BlockCodec codec) {
        Matrix w = Vectors.ih4(4, 1024, 1);
        float[] importance = new float[1024];
        for (int i = 0; i < 1024; i++) {
            importance[i] = 1 + i % 7;
        }
        String name = codec.type().name();
        int compared = 0;
        for (boolean with : new boolean[] {false, true}) {
            JsonNode expected = FROZEN.path(name + (with ? "+im" : ""));
            if (!expected.isMissingNode()) {
                assertThat(Vectors.sha(encode(codec, w, with ? importance : null)))
                        .as(name + (with ? " with importance" : ""))
                        .isEqualTo(expected.get("sha").asText());
                compared++;
            }
        }
        assertThat(compared)
                .isEqualTo(FROZEN.has(name) && FROZEN.has(name + "+im") ? 2 : name.matches("Q[12]_0") ? 0 : 1);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void hasTheBytesOfTheOriginalOnAwkwardInputs(BlockCodec codec) {
        JsonNode types = ORIGINAL.get("types").get(codec.type().name());
        assertThat(types.size()).isBetween(1, 3);
        types.fieldNames()
                .forEachRemaining(importance -> inputs().forEach((input, x) -> {
                    Matrix w = Matrix.of(input, ROWS, COLS, x);
                    assertThat(Vectors.sha16(x))
                            .isEqualTo(ORIGINAL.get("inputs").get(input).asText());
                    byte[] bytes = encode(codec, w, importance(importance));
                    JsonNode expected = types.get(importance).get(input);
                    if (expected.isTextual()) {
                        assertThat(Vectors.sha16(bytes))
                                .as(input + ", importance " + importance)
                                .isEqualTo(expected.asText());
                    } else { // ggml's IQ3_S, points and signs one sub-block too early behind zeros
                        assertThat(Vectors.sha16(bytes))
                                .isNotEqualTo(expected.get("sha").asText());
                        float[] back = new float[x.length];
                        codec.decode(bytes, 0, bytes.length / codec.type().blockBytes(), back, 0);
                        double sum = 0;
                        for (int i = 0; i < x.length; i++) {
                            sum += Math.pow((double) back[i] - x[i], 2);
                        }
                        assertThat(Math.sqrt(sum / x.length))
                                .isLessThanOrEqualTo(expected.get("rmse").asDouble());
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void tracedItChoosesTheSameAndTheChoiceIsTheBlock(BlockCodec codec) {
        DType type = codec.type();
        for (String importance : List.of("none", "with zeros")) {
            RowContext row = RowContext.of(importance(importance));
            if (codec.needsImportance() && !row.hasImportance()) {
                continue;
            }
            inputs().forEach((input, x) -> {
                byte[] plain = encode(codec, Matrix.of(input, ROWS, COLS, x), row.importance());
                byte[] traced = new byte[plain.length];
                byte[] again = new byte[plain.length];
                for (int b = 0; b < plain.length / type.blockBytes(); b++) {
                    Trace trace = Trace.record();
                    int at = b * type.blockBytes();
                    int from = b * type.blockSize();
                    codec.encodeTraced(x, from, row, from / COLS, from % COLS, trace, traced, at);
                    List<BlockChosen> chosen = trace.steps(BlockChosen.class);
                    assertThat(chosen).hasSize(1);
                    assertThat(chosen.getFirst().count()).isEqualTo(type.blockSize());
                    codec.assemble(chosen.getFirst(), again, at);
                }
                assertThat(traced).as(input).isEqualTo(plain);
                assertThat(again).as(input).isEqualTo(plain);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void readsNoiseAsTheOriginalDoes(BlockCodec codec) {
        DType type = codec.type();
        byte[] noise = new byte[40 * type.blockBytes()];
        long s = id(type);
        for (int i = 0; i < noise.length; i++) {
            s = (1103515245 * s + 12345) & 0x7fffffff;
            noise[i] = (byte) (s >> 16);
        }
        float[] values = new float[40 * type.blockSize()];
        codec.decode(noise, 0, 40, values, 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.isNaN(values[i]) ? Float.NaN : values[i]; // one NaN for all
        }
        assertThat(Vectors.sha16(values))
                .isEqualTo(ORIGINAL.get("values").get(type.name()).asText());
    }

    @Test
    void theGridsAreThoseOfTheOriginal() {
        assertThat(Vectors.sha16(Grid.IQ2_XXS.GRID.values())).isEqualTo("05826b5d3e472a3a");
        assertThat(Vectors.sha16(Grid.IQ2_XS.GRID.values())).isEqualTo("06e47aaca60b4dc1");
        assertThat(Vectors.sha16(Grid.IQ2_S.GRID.values())).isEqualTo("e1aa1473412b0552");
        assertThat(Vectors.sha16(Grid.IQ3_XXS.GRID.values())).isEqualTo("46e35f5a997efdee");
        assertThat(Vectors.sha16(Grid.IQ3_S.GRID.values())).isEqualTo("bd1af4945a1717c6");
        assertThat(Vectors.sha16(Grid.IQ1.GRID.values())).isEqualTo("07540ffc1aeaf6ad");
        byte[] signs = new byte[128];
        for (int i = 0; i < 128; i++) {
            signs[i] = (byte) GridCodec.even(i);
        }
        assertThat(Vectors.sha16(signs)).isEqualTo("a76742a603f8beca");
    }

    @Test
    void whatNeedsAnImportanceMatrixIsRefusedWithoutAndMadeWithOne() {
        Matrix w = Vectors.ih4(2, 512, 3);
        for (BlockCodec codec : List.of(new IQ2_XXS(), new IQ2_XS(), new IQ1_S(), new IQ1_M())) {
            GgufFormat format = GgufFormat.of(codec);
            if (codec.needsImportance()) {
                assertThatThrownBy(() -> format.quantize(w))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("importance matrix");
            }
            Importance importance = new Importance("w", importance("1+i%7"));
            Quantized q = format.quantize(w, importance, Progress.NONE, Trace.off());
            assertThat(q.error(w).sqnrDb()).isGreaterThan(4);
            Trace trace = Trace.record();
            Quantized traced = format.quantize(w, importance, Progress.NONE, trace);
            assertThat(traced.parts().getFirst().toBytes())
                    .isEqualTo(q.parts().getFirst().toBytes());
            assertThat(trace.steps(ScaleTried.class)).isNotEmpty();
            // the points told of, in order, are those stored
            List<PointChosen> points = trace.steps(PointChosen.class);
            assertThat(points).hasSize(2 * 512 / 8);
            assertThat(points).anyMatch(p -> p.near() > 0).anyMatch(p -> p.near() == 0);
            byte[] bytes = q.parts().getFirst().toBytes();
            byte[] levels = codec instanceof GridCodec grid ? grid.grid.levels() : Grid.IQ1.GRID.levels();
            for (int k = 0; k < points.size(); k++) {
                PointChosen point = points.get(k);
                assertThat(point.row() * 512 + point.column()).isEqualTo(8 * k);
                int block = k / 32 * codec.type().blockBytes();
                assertThat(point.index())
                        .isEqualTo(
                                codec instanceof GridCodec grid
                                        ? grid.point(bytes, block, k % 32)
                                        : ((TernaryGridCodec) codec).point(bytes, block, k % 32));
                for (int i = 0; i < 8; i++) {
                    assertThat(point.taken().get(i).byteValue()).isEqualTo(levels[8 * point.index() + i]);
                }
                if (point.near() == 0) {
                    assertThat(point.taken()).isEqualTo(point.wanted());
                }
            }
            assertThat(format.replay("w", 2, 512, trace.steps())
                            .parts()
                            .getFirst()
                            .toBytes())
                    .isEqualTo(q.parts().getFirst().toBytes());
        }
    }

    private static byte[] encode(BlockCodec codec, Matrix w, float[] importance) {
        DType type = codec.type();
        int perRow = w.cols() / type.blockSize();
        byte[] out = new byte[w.rows() * perRow * type.blockBytes()];
        for (int r = 0; r < w.rows(); r++) {
            codec.encode(
                    w.values(),
                    r * w.cols(),
                    perRow,
                    RowContext.of(importance),
                    0,
                    out,
                    r * perRow * type.blockBytes());
        }
        return out;
    }

    private static int id(DType type) {
        return switch (type) {
            case IQ2_XXS -> 16;
            case IQ2_XS -> 17;
            case IQ3_XXS -> 18;
            case IQ1_S -> 19;
            case IQ4_NL -> 20;
            case IQ3_S -> 21;
            case IQ2_S -> 22;
            case IQ4_XS -> 23;
            case IQ1_M -> 29;
            case TQ1_0 -> 34;
            case TQ2_0 -> 35;
            case MXFP4 -> 39;
            case NVFP4 -> 40;
            case Q1_0 -> 41;
            case Q2_0 -> 42;
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    private static float[] importance(String name) {
        float[] columns = new float[COLS];
        for (int i = 0; i < COLS; i++) {
            columns[i] = switch (name) {
                case "1+i%7" -> 1 + i % 7;
                case "with zeros" -> i * 7 % 5 == 0 ? 0 : i % 13 / 4f;
                default -> 0;
            };
        }
        return name.equals("none") ? null : columns;
    }

    /** Inputs that any language can make exactly. */
    private static Map<String, float[]> inputs() {
        float[] base = Vectors.ih4(ROWS, COLS, 1000).values();
        Map<String, float[]> inputs = new LinkedHashMap<>();
        for (int seed : new int[] {11, 12, 13}) {
            inputs.put("normal " + seed, Vectors.ih4(ROWS, COLS, seed).values());
        }
        inputs.put("small", map(base, (v, i) -> v * 0x1p-20f));
        inputs.put("subnormal", map(base, (v, i) -> v * 0x1p-135f));
        inputs.put("large", map(base, (v, i) -> v * 0x1p12f));
        inputs.put("ties", map(base, (v, i) -> (i % 31 - 15) / 2f));
        inputs.put("lattice", map(base, (v, i) -> (float) Math.rint(v * 4) / 4));
        inputs.put("loud", map(base, (v, i) -> i == 37 ? 100 : i == 600 ? -100 : v * 0x1p-10f));
        inputs.put("half zeros", map(base, (v, i) -> i % 64 >= 32 ? v : i % 3 == 0 ? -0f : 0f));
        inputs.put("zeros", new float[base.length]);
        inputs.put("negative zeros", map(base, (v, i) -> -0f));
        inputs.put("constant", map(base, (v, i) -> 0.7f));
        inputs.put("negative constant", map(base, (v, i) -> -0.7f));
        inputs.put("positive", map(base, (v, i) -> Math.abs(v) + 3));
        inputs.put("spikes", map(base, (v, i) -> i == 5 ? 1 : i == 300 ? -2 : 0f));
        return inputs;
    }

    private interface Change {
        float of(float v, int i);
    }

    private static float[] map(float[] x, Change change) {
        float[] y = Arrays.copyOf(x, x.length);
        for (int i = 0; i < y.length; i++) {
            y[i] = change.of(x[i], i);
        }
        return y;
    }
}
