package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tensors that GPTQ, AWQ and compressed-tensors checkpoints have, written from our formats and read back. */
class LayoutsTest {
    private static final String NAME = "model.layers.0.mlp.down_proj.weight";
    private static final Matrix WEIGHTS =
            Generators.withOutlierColumns(96, 192, 8).named(NAME);

    @TempDir
    Path folder;

    private Path quantize(String recipe, SafetensorsLayout layout) {
        Path in = new ModelFile()
                .matrix(NAME, WEIGHTS)
                .vector("norm.weight", 1, 2)
                .safetensors(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");
        var options = new FileQuantizer.Options(ModelRecipe.parse(recipe), layout, null, name -> true, true);
        try (Checkpoint file = Checkpoint.open(in)) {
            List<FileQuantizer.Line> lines =
                    FileQuantizer.plan(file, out, options).run(Progress.NONE);
            assertThat(lines.getFirst().isEncoded()).isTrue();
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({
        "int4:gptq:g64, GPTQ",
        "int4:gptq:asym:g64, GPTQ",
        "int4:gptq:asym:g64, GPTQ_V2",
        "int3:gptq:asym:g64, GPTQ_V2",
        "int2:gptq:asym:g32, GPTQ",
        "int8:gptq:asym:g64, GPTQ_V2",
        "int8:gptq, GPTQ",
        "int4:awq:g64, AWQ",
        "int4:awq:sym:g64, AWQ",
        "int4:ct:g64, COMPRESSED_TENSORS",
        "int4:ct:asym:g32, COMPRESSED_TENSORS",
        "int8:ct, COMPRESSED_TENSORS",
        "int4:asym:g50, GPTQ",
        "int3:asym:g64:f32, COMPRESSED_TENSORS",
        "nvfp4:ct, NVFP4_PACK",
        "nf4:b64, BNB",
        "nf4:b64:dq, BNB",
        "bnbfp4:b128, BNB",
        "int8:hqq:g64, HQQ",
        "int6:hqq:g64:bf16, HQQ",
        "int5:hqq:row, HQQ",
        "int4:hqq:g64, HQQ",
        "int4:hqq:g128:round-zero, HQQ", // groups go on in the next row
        "int3:hqq:g64:f32, HQQ",
        "int3:hqq:g72, HQQ", // the last of ten planes is not full
        "int2:hqq:g32:it0, HQQ",
        "int1:hqq:g64, HQQ"
    })
    void weightsComeBackAsTheFormatDecodesThem(String recipe, SafetensorsLayout layout) {
        float[] expected = Formats.parse(recipe).quantize(WEIGHTS).dequantize().values();
        Path out = quantize(recipe, layout);
        try (Checkpoint read = Checkpoint.open(out)) {
            Weights weights = Weights.of(read);
            assertThat(weights.all()).hasSize(2);
            Weight weight = weights.get(NAME);
            assertThat(weight.shape()).containsExactly(96, 192);
            assertThat(weight.rows(0, 96, Progress.NONE).values()).isEqualTo(expected);
            assertThat(weight.rows(33, 5, Progress.NONE).values())
                    .isEqualTo(Arrays.copyOfRange(expected, 33 * 192, 38 * 192));
        }
        Path plain = folder.resolve("plain.safetensors");
        try (Checkpoint read = Checkpoint.open(out)) {
            FileDequantizer.run(read, plain, false, Progress.NONE);
        }
        try (Checkpoint read = Checkpoint.open(plain)) {
            assertThat(read.matrix(NAME).values()).isEqualTo(expected);
        }
    }

    /** Names, types and shapes are those that the reference page gives, 1.5 and 1.6. */
    @Test
    void tensorsHaveTheNamesAndShapesOfTheirCheckpoints() {
        String base = "model.layers.0.mlp.down_proj.";
        assertThat(tensors(quantize("int3:gptq:asym:g64", SafetensorsLayout.GPTQ)))
                .containsEntry(base + "qweight", "I32 [18, 96]")
                .containsEntry(base + "qzeros", "I32 [3, 9]")
                .containsEntry(base + "scales", "F16 [3, 96]")
                .containsEntry(base + "g_idx", "I32 [192]")
                .hasSize(5);
        assertThat(tensors(quantize("int4:awq:g64", SafetensorsLayout.AWQ)))
                .containsEntry(base + "qweight", "I32 [192, 12]")
                .containsEntry(base + "qzeros", "I32 [3, 12]")
                .containsEntry(base + "scales", "F16 [3, 96]")
                .hasSize(4);
        assertThat(tensors(quantize("int4:ct:asym:g64:bf16", SafetensorsLayout.COMPRESSED_TENSORS)))
                .containsEntry(base + "weight_packed", "I32 [96, 24]")
                .containsEntry(base + "weight_scale", "BF16 [96, 3]")
                .containsEntry(base + "weight_zero_point", "I32 [12, 3]")
                .containsEntry(base + "weight_shape", "I64 [2]")
                .hasSize(5);
        assertThat(tensors(quantize("nvfp4:ct", SafetensorsLayout.NVFP4_PACK)))
                .containsEntry(base + "weight_packed", "U8 [96, 96]")
                .containsEntry(base + "weight_scale", "F8_E4M3 [96, 12]")
                .containsEntry(base + "weight_global_scale", "F32 [1]")
                .hasSize(4);
        assertThat(tensors(quantize("nf4:b64:dq", SafetensorsLayout.BNB)))
                .containsEntry(base + "weight", "U8 [9216, 1]")
                .containsEntry(base + "weight.absmax", "U8 [288]")
                .containsEntry(base + "weight.quant_map", "F32 [16]")
                .containsEntry(base + "weight.nested_absmax", "F32 [2]")
                .containsEntry(base + "weight.nested_quant_map", "F32 [256]")
                .containsKey(base + "weight.quant_state.bitsandbytes__nf4")
                .hasSize(7);
    }

    /** Symmetric four-bit zeros: 0x77777777 in version 1, 0x88888888 in version 2. */
    @Test
    void theVersionsOfGptqStoreTheirZeros() {
        Path out = quantize("int4:gptq:g64", SafetensorsLayout.GPTQ);
        assertThat(zeros(out)).containsOnly(0x77777777);
        assertThat(stored(out)).isEqualTo("GPTQ, 4 bits, 3 groups a row");
        out = quantize("int4:gptq:g64", SafetensorsLayout.GPTQ_V2);
        assertThat(zeros(out)).containsOnly(0x88888888);
        assertThat(stored(out)).isEqualTo("GPTQ v2, 4 bits, 3 groups a row");
    }

    private static String stored(Path file) {
        try (Checkpoint read = Checkpoint.open(file)) {
            return Weights.of(read).get(NAME).stored();
        }
    }

    private static int[] zeros(Path file) {
        try (Checkpoint read = Checkpoint.open(file)) {
            byte[] bytes = read.stored("model.layers.0.mlp.down_proj.qzeros", 0, 3 * 12 * 4);
            int[] words = new int[36];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
            return words;
        }
    }

    private static Map<String, String> tensors(Path file) {
        Map<String, String> tensors = new LinkedHashMap<>();
        try (Checkpoint read = Checkpoint.open(file)) {
            read.tensors().forEach(t -> tensors.put(t.name(), t.type() + " " + t.shapeText()));
        }
        return tensors;
    }

    /** What is kept in a layout is read in it again, whatever else the new file holds. */
    @ParameterizedTest
    @CsvSource({
        "nvfp4:ct, NVFP4_PACK, PARTS, nf4:b64",
        "int4:gptq:asym:g64, GPTQ_V2, AWQ, int4:awq:g16",
        "int4:gptq:asym:g64, GPTQ, PARTS, int8",
        "int4:g64, PARTS, BNB, nf4:b64"
    })
    void whatIsKeptStaysReadable(String recipe, SafetensorsLayout layout, SafetensorsLayout other, String second) {
        float[] expected = Formats.parse(recipe).quantize(WEIGHTS).dequantize().values();
        Matrix head = Generators.gaussian(32, 64, 3).named("lm_head.weight");
        Path in = new ModelFile()
                .matrix(NAME, WEIGHTS)
                .matrix("lm_head.weight", head)
                .safetensors(folder.resolve("a.safetensors"));
        Path once = folder.resolve("b.safetensors");
        Path twice = folder.resolve("c.safetensors");
        run(in, once, recipe, layout);
        run(once, twice, "head=" + second, other);
        try (Checkpoint read = Checkpoint.open(twice)) {
            Weights weights = Weights.of(read);
            assertThat(weights.all()).hasSize(2);
            assertThat(weights.get(NAME).rows(0, 96, Progress.NONE).values()).isEqualTo(expected);
            assertThat(weights.get("lm_head.weight").rows(0, 32, Progress.NONE).values())
                    .isEqualTo(Formats.parse(second).quantize(head).dequantize().values());
        }
        if (layout == SafetensorsLayout.GPTQ) {
            assertThatThrownBy(() ->
                            run(once, folder.resolve("d.safetensors"), "head=int4:gptq:g32", SafetensorsLayout.GPTQ_V2))
                    .hasMessageContaining("can not hold gptq_v2 as well");
        }
    }

    private static void run(Path in, Path out, String recipe, SafetensorsLayout layout) {
        try (Checkpoint file = Checkpoint.open(in)) {
            var options = new FileQuantizer.Options(ModelRecipe.parse(recipe), layout, null, name -> true, false);
            FileQuantizer.plan(file, out, options).run(Progress.NONE);
        }
    }

    /** Input 0 in the last group, by g_idx: what act-order makes. */
    @Test
    void groupsMayBeNamedInputByInput() {
        int in = 32;
        int out = 32;
        int[] index = new int[in];
        index[0] = 1;
        byte[] scales = new byte[2 * 2 * out];
        for (int o = 0; o < out; o++) {
            put(scales, o, 1f);
            put(scales, out + o, 0.5f);
        }
        byte[] weights = new byte[4 * in * 4 / 32 * out];
        Arrays.fill(weights, (byte) 0x99); // every code 9
        byte[] zeros = new byte[4 * 2 * out * 4 / 32];
        Arrays.fill(zeros, (byte) 0x77); // 8 in version 1
        Path file = new ModelFile()
                .tensor(new NewTensor("a.qweight", DType.I32, in * 4 / 32, out), weights)
                .tensor(new NewTensor("a.qzeros", DType.I32, 2, out * 4 / 32), zeros)
                .tensor(new NewTensor("a.scales", DType.F16, 2, out), scales)
                .tensor(new NewTensor("a.g_idx", DType.I32, in), bytes(index))
                .safetensors(folder.resolve("act.safetensors"));
        try (Checkpoint read = Checkpoint.open(file)) {
            float[] row =
                    Weights.of(read).get("a.weight").rows(3, 1, Progress.NONE).values();
            float[] expected = new float[in];
            Arrays.fill(expected, 1f);
            expected[0] = 0.5f;
            assertThat(row).isEqualTo(expected);
        }
        index[5] = 2;
        Path bad = new ModelFile()
                .tensor(new NewTensor("a.qweight", DType.I32, in * 4 / 32, out), weights)
                .tensor(new NewTensor("a.qzeros", DType.I32, 2, out * 4 / 32), zeros)
                .tensor(new NewTensor("a.scales", DType.F16, 2, out), scales)
                .tensor(new NewTensor("a.g_idx", DType.I32, in), bytes(index))
                .safetensors(folder.resolve("bad.safetensors"));
        try (Checkpoint read = Checkpoint.open(bad)) {
            assertThatThrownBy(() -> Weights.of(read).get("a.weight").rows(0, 1, Progress.NONE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("bad.safetensors")
                    .hasMessageContaining("group 2 of 2");
        }
    }

    private static void put(byte[] halves, int at, float value) {
        short bits = Float.floatToFloat16(value);
        halves[2 * at] = (byte) bits;
        halves[2 * at + 1] = (byte) (bits >>> 8);
    }

    private static byte[] bytes(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    @Test
    void whatALayoutHasNoPlaceForIsKeptAndSaysWhy() {
        for (String[] odd : new String[][] {
            {"nf4:b64", "GPTQ", "holds integers"},
            {"int4:hqq:g64", "GPTQ", "no whole codes"},
            {"int8:tensor", "GPTQ", "do not lie in one row"},
            {"int5:asym:g64", "GPTQ", "2, 3, 4 or 8 bits"},
            {"int8:gptq:g64", "AWQ", "4 bits"},
            {"nvfp4", "NVFP4_PACK", "holds nvfp4:ct"},
            {"int4:g64", "BNB", "no place in bitsandbytes' layout"},
            {"int4:asym:g50", "COMPRESSED_TENSORS", "has no shorter group"}
        }) {
            assertThatThrownBy(() -> quantize(odd[0], SafetensorsLayout.valueOf(odd[1])))
                    .as(odd[0])
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no weight would be quantized")
                    .hasMessageContaining(odd[2]);
        }
    }

    @Test
    void partsThatDoNotFitEachOtherAreRefused() {
        for (long[][] shapes : new long[][][] {
            {{4, 32}, {2, 5}, {2, 32}},
            {{4, 32}, {2, 4}, {2, 33}},
            {{0, 32}, {2, 4}, {2, 32}},
            {{4, 0}, {2, 0}, {2, 0}},
            {{4, 5}, {2, 4}, {2, 32}}
        }) {
            Path file = new ModelFile()
                    .tensor(new NewTensor("a.qweight", DType.I32, shapes[0]), zero(4, shapes[0]))
                    .tensor(new NewTensor("a.qzeros", DType.I32, shapes[1]), zero(4, shapes[1]))
                    .tensor(new NewTensor("a.scales", DType.F16, shapes[2]), zero(2, shapes[2]))
                    .safetensors(folder.resolve("odd.safetensors"));
            try (Checkpoint read = Checkpoint.open(file)) {
                assertThatThrownBy(() -> Weights.of(read))
                        .as(Arrays.deepToString(shapes))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("odd.safetensors")
                        .hasMessageContaining("a.weight");
            }
        }
    }

    private static byte[] zero(int size, long... shape) {
        return new byte[(int) (size * shape[0] * shape[1])];
    }
}
