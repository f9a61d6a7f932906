package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The matrices of all experts in one tensor, [experts, out, in]: each is quantized as if it were alone. */
class ExpertsTest {
    private static final String NAME = "blk.0.ffn_down_exps.weight";
    private static final int EXPERTS = 3;
    private static final int OUT = 5;
    private static final int IN = 512;
    private static final Matrix WEIGHTS = Generators.withOutlierColumns(EXPERTS * OUT, IN, 3);

    @TempDir
    Path folder;

    private static ModelFile model() {
        return new ModelFile()
                .key(GgufEntry.text("general.architecture", "llama"))
                .tensor(new NewTensor(NAME, DType.F32, EXPERTS, OUT, IN), ModelFile.bytes(WEIGHTS.values()))
                .matrix("blk.0.ffn_gate_inp.weight", Generators.gaussian(EXPERTS, IN, 4))
                .tensor(new NewTensor("blk.0.ssm_conv1d.weight", DType.F32, 4, 1, 256), new byte[4096]);
    }

    private static Matrix expert(int e) {
        float[] values = new float[OUT * IN];
        System.arraycopy(WEIGHTS.values(), e * OUT * IN, values, 0, values.length);
        return Matrix.of("expert", OUT, IN, values);
    }

    private static float[] columns(int e) {
        float[] columns = new float[IN];
        for (int c = 0; c < IN; c++) {
            columns[c] = 1 + (c * (e + 7) % 13) * (c % 64 == e ? 100 : 1);
        }
        return columns;
    }

    private Map<String, FileQuantizer.Line> run(Path in, Path out, String recipe, ImportanceFile importance) {
        var options = new FileQuantizer.Options(
                ModelRecipe.parse(recipe), SafetensorsLayout.PARTS, importance, n -> true, true);
        try (Checkpoint file = Checkpoint.open(in)) {
            return FileQuantizer.plan(file, out, options).run(Progress.NONE).stream()
                    .collect(Collectors.toMap(FileQuantizer.Line::name, Function.identity()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"q4_k", "q8_0", "iq4_nl"})
    void aGgufFileHoldsTheBlocksOfEveryExpert(String recipe) throws IOException {
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        Map<String, FileQuantizer.Line> lines = run(in, out, recipe, null);
        assertThat(lines.get(NAME).isEncoded()).isTrue();
        assertThat(lines.get(NAME).note()).isEqualTo("3 matrices of [5, 512]");
        assertThat(lines.get("blk.0.ffn_gate_inp.weight").isEncoded()).isFalse(); // the router
        assertThat(lines.get("blk.0.ssm_conv1d.weight").note()).contains("no stack of matrices");
        Format format = Formats.parse(recipe);
        try (Checkpoint read = Checkpoint.open(out)) {
            assertThat(read.tensor(NAME).shape()).containsExactly(EXPERTS, OUT, IN);
            assertThat(read.tensor(NAME).type().name()).isEqualTo(recipe.toUpperCase(Locale.ROOT));
            assertThat(read.stored(NAME, 0, (int) read.tensor(NAME).bytes())).isEqualTo(bytes(format, false));
            assertThat(Weights.of(read).get(NAME).quantized(7, 2).orElseThrow().blocks())
                    .isPositive();
        }
        Path plain = folder.resolve("plain.safetensors");
        try (Checkpoint read = Checkpoint.open(out)) {
            FileDequantizer.run(read, plain, false, Progress.NONE);
        }
        try (Checkpoint read = Checkpoint.open(plain)) {
            assertThat(read.tensor(NAME).shape()).containsExactly(EXPERTS, OUT, IN);
            assertThat(read.rows(NAME, OUT, OUT, Progress.NONE).values())
                    .isEqualTo(format.quantize(expert(1)).dequantize().values());
        }
        // A person's own word goes before what is usual.
        assertThat(run(in, out, "ssm_conv1d.weight=" + recipe, null)
                        .get("blk.0.ssm_conv1d.weight")
                        .isEncoded())
                .isTrue();
    }

    private static byte[] bytes(Format format, boolean weighted) throws IOException {
        var all = new ByteArrayOutputStream();
        for (int e = 0; e < EXPERTS; e++) {
            var importance = new Importance(NAME, columns(e));
            var quantized = weighted
                    ? format.quantize(expert(e), importance, Progress.NONE, Trace.off())
                    : format.quantize(expert(e));
            all.write(quantized.parts().getFirst().toBytes());
        }
        return all.toByteArray();
    }

    @Test
    void eachExpertHasImportanceOfItsOwn() throws IOException {
        byte[] expected = bytes(Formats.parse("q4_k"), true);
        assertThat(expected).isNotEqualTo(bytes(Formats.parse("q4_k"), false));
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        for (Path imatrix : List.of(gguf(EXPERTS), legacy(EXPERTS))) {
            try (ImportanceFile importance = ImportanceFile.open(imatrix)) {
                run(in, out, "q4_k", importance);
            }
            try (Checkpoint read = Checkpoint.open(out)) {
                assertThat(read.stored(NAME, 0, (int) read.tensor(NAME).bytes()))
                        .as(imatrix.toString())
                        .isEqualTo(expected);
            }
        }
        for (Path imatrix : List.of(gguf(2), legacy(2))) {
            try (ImportanceFile importance = ImportanceFile.open(imatrix)) {
                assertThatThrownBy(() -> run(in, out, "q4_k", importance))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining(imatrix.getFileName().toString())
                        .hasMessageContaining("of each of 3 matrices");
            }
        }
    }

    /** Sums over as many calls as the expert's number plus 2. */
    private Path gguf(int experts) {
        ByteBuffer sums = ByteBuffer.allocate(4 * experts * IN).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer counts = ByteBuffer.allocate(4 * experts).order(ByteOrder.LITTLE_ENDIAN);
        for (int e = 0; e < experts; e++) {
            for (float c : columns(e)) {
                sums.putFloat(c * (1 << e));
            }
            counts.putFloat(1 << e);
        }
        return new ModelFile()
                .key(GgufEntry.text("general.type", "imatrix"))
                .tensor(new NewTensor(NAME + ".in_sum2", DType.F32, experts, IN), sums.array())
                .tensor(new NewTensor(NAME + ".counts", DType.F32, experts, 1), counts.array())
                .gguf(folder.resolve("imatrix" + experts + ".gguf"));
    }

    /** The older form does not say how many experts there are. */
    private Path legacy(int experts) throws IOException {
        byte[] name = NAME.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file =
                ByteBuffer.allocate(16 + name.length + 4 * experts * IN).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(1).putInt(name.length).put(name).putInt(8).putInt(experts * IN);
        for (int e = 0; e < experts; e++) {
            for (float c : columns(e)) {
                file.putFloat(8 * c);
            }
        }
        return Files.write(folder.resolve("imatrix" + experts + ".dat"), file.array());
    }

    @ParameterizedTest
    @ValueSource(strings = {"int4:g128", "nvfp4:ct", "fp16", "fp8:e4m3:plain"})
    void aSafetensorsFileHoldsTheStack(String recipe) {
        String name = "model.layers.0.mlp.experts.down_proj";
        Path in = new ModelFile()
                .tensor(new NewTensor(name, DType.F32, EXPERTS, OUT, IN), ModelFile.bytes(WEIGHTS.values()))
                .safetensors(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");
        assertThat(run(in, out, recipe, null).get(name).isEncoded()).isTrue();
        float[] expected = Formats.parse(recipe).quantize(WEIGHTS).dequantize().values();
        try (Checkpoint read = Checkpoint.open(out)) {
            Weight weight = Weights.of(read).get(name);
            assertThat(weight.shape()).containsExactly(EXPERTS, OUT, IN);
            assertThat(weight.rows(0, EXPERTS * OUT, Progress.NONE).values()).isEqualTo(expected);
            FileDequantizer.run(read, folder.resolve("plain.safetensors"), false, Progress.NONE);
        }
        try (Checkpoint read = Checkpoint.open(folder.resolve("plain.safetensors"))) {
            assertThat(read.tensor(name).shape()).containsExactly(EXPERTS, OUT, IN);
            assertThat(read.matrix(name).values()).isEqualTo(expected);
        }
    }

    @Test
    void aLayoutForMatricesKeepsTheStack() {
        String name = "model.layers.0.experts.weight";
        Path in = new ModelFile()
                .tensor(new NewTensor(name, DType.F32, EXPERTS, OUT, IN), ModelFile.bytes(WEIGHTS.values()))
                .safetensors(folder.resolve("in.safetensors"));
        var options = new FileQuantizer.Options(
                ModelRecipe.parse("int4:gptq:g128"), SafetensorsLayout.GPTQ, null, n -> true, true);
        try (Checkpoint file = Checkpoint.open(in)) {
            assertThatThrownBy(() -> FileQuantizer.plan(file, folder.resolve("out.safetensors"), options))
                    .hasMessageContaining("holds matrices, not a stack of 3");
        }
    }
}
