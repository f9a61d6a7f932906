package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileQuantizerTest {
    private static final String DOWN = "blk.0.ffn_down.weight";
    private static final String ODD = "blk.0.ffn_odd.weight";
    private static final Matrix DOWN_WEIGHTS = Generators.withOutlierColumns(24, 256, 3);
    private static final Matrix ODD_WEIGHTS = Generators.gaussian(5, 48, 4);
    private static final Matrix EMBEDDINGS = Generators.gaussian(7, 64, 5);
    private static final float[] NORM = {1, 2, 3};

    @TempDir
    Path folder;

    private static ModelFile model() {
        return new ModelFile()
                .key(GgufEntry.text("general.architecture", "llama"))
                .key(GgufEntry.u32("general.file_type", 1))
                .key(GgufEntry.f32("llama.rope.freq_base", 1e4f))
                .key(GgufEntry.texts("tokenizer.ggml.tokens", List.of("a", "b")))
                .matrix("token_embd.weight", EMBEDDINGS)
                .matrix(DOWN, DOWN_WEIGHTS)
                .matrix(ODD, ODD_WEIGHTS)
                .vector("output_norm.weight", NORM);
    }

    private static FileQuantizer.Options options(String recipe) {
        return FileQuantizer.Options.of(ModelRecipe.parse(recipe));
    }

    private static Map<String, FileQuantizer.Line> run(Path in, Path out, FileQuantizer.Options options) {
        try (Checkpoint file = Checkpoint.open(in)) {
            return FileQuantizer.plan(file, out, options).run(Progress.NONE).stream()
                    .collect(Collectors.toMap(FileQuantizer.Line::name, Function.identity()));
        }
    }

    @Test
    void aGgufFileGetsTheBlocksOfTheFormatAndKeepsEverythingElse() {
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        Map<String, FileQuantizer.Line> lines = run(in, out, options("q4_0"));

        Quantized expected = Formats.parse("q4_0").quantize(DOWN_WEIGHTS);
        try (Checkpoint read = Checkpoint.open(out);
                Checkpoint before = Checkpoint.open(in)) {
            assertThat(read.warnings()).isEmpty();
            assertThat(read.tensor(DOWN).type()).isEqualTo(DType.Q4_0);
            assertThat(stored(read, DOWN)).isEqualTo(expected.parts().getFirst().toBytes());
            for (String kept : List.of(ODD, "token_embd.weight", "output_norm.weight")) {
                assertThat(stored(read, kept)).isEqualTo(stored(before, kept));
            }
            // as llama-quantize: what was there in its order, then version and kind, which is said anew
            assertThat(List.copyOf(read.metadata().keySet()))
                    .containsExactly(
                            "general.architecture",
                            "llama.rope.freq_base",
                            "tokenizer.ggml.tokens",
                            "general.quantization_version",
                            "general.file_type");
            assertThat(read.metadata())
                    .containsEntry("general.quantization_version", 2L)
                    .containsEntry("general.file_type", 2L)
                    .containsEntry("llama.rope.freq_base", 1e4f);
            assertThat(read.tensors())
                    .extracting(t -> t.name())
                    .containsExactlyElementsOf(
                            before.tensors().stream().map(t -> t.name()).toList());
        }
        FileQuantizer.Line down = lines.get(DOWN);
        assertThat(down.isEncoded()).isTrue();
        assertThat(down.error()).isEqualTo(expected.error(DOWN_WEIGHTS));
        assertThat(down.bytes()).isEqualTo(expected.bytes());
        assertThat(lines.get(ODD).isEncoded()).isFalse();
        assertThat(lines.get(ODD).note()).contains("48", "multiples of 32");
        assertThat(lines.get("token_embd.weight").note()).contains("embed");
        assertThat(lines.get("output_norm.weight").note()).contains("norm");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int4:g32",
                "int8",
                "int8:tensor",
                "int3:asym:g128",
                "nf4:b64",
                "nf4:b100",
                "nf4:b64:dq",
                "fp8",
                "fp8:tensor",
                "fp4:g32",
                "q4_0",
                "q8_0",
                "q5_1"
            })
    void aSafetensorsFileHoldsThePartsAndReadsBackToTheSameNumbers(String recipe) {
        Format format = Formats.parse(recipe);
        Path in = model().safetensors(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");
        FileQuantizer.Line line = run(in, out, options(recipe)).get(DOWN);

        Quantized expected = format.quantize(DOWN_WEIGHTS);
        assertThat(line.error()).isEqualTo(expected.error(DOWN_WEIGHTS));
        assertThat(line.bytes()).isEqualTo(expected.bytes());
        try (Checkpoint read = Checkpoint.open(out)) {
            assertThat(read.metadata()).containsEntry("nibble.recipe", recipe).containsEntry("format", "pt");
            for (StoredPart part : expected.parts()) {
                assertThat(stored(read, DOWN + "." + part.name())).isEqualTo(part.toBytes());
            }
            Weight weight = Weights.of(read).get(DOWN);
            assertThat(weight.shape()).containsExactly(24, 256);
            assertThat(weight.format().orElseThrow().canonical()).isEqualTo(format.canonical());
            float[] all = expected.dequantize().values();
            assertThat(weight.rows(0, 24, Progress.NONE).values()).isEqualTo(all);
            assertThat(weight.rows(5, 3, Progress.NONE).values()).isEqualTo(Arrays.copyOfRange(all, 5 * 256, 8 * 256));
            assertThatThrownBy(() -> weight.rows(23, 2, Progress.NONE)).isInstanceOf(IllegalArgumentException.class);
        }

        Path plain = folder.resolve("plain.safetensors");
        try (Checkpoint read = Checkpoint.open(out)) {
            FileDequantizer.run(read, plain, false, Progress.NONE);
        }
        try (Checkpoint read = Checkpoint.open(plain)) {
            assertThat(read.metadata()).containsOnlyKeys("format");
            assertThat(read.matrix(DOWN).values())
                    .isEqualTo(expected.dequantize().values());
            assertThat(read.matrix("output_norm.weight").values()).isEqualTo(NORM);
            assertThat(read.tensors()).hasSize(4);
        }

        // A quantized file can be read again by everything that takes a file: quantized once more, say.
        Path again = folder.resolve("again.safetensors");
        Map<String, FileQuantizer.Line> second = run(out, again, options("embed=" + recipe));
        assertThat(second.get(DOWN).isEncoded()).isFalse();
        try (Checkpoint read = Checkpoint.open(again)) {
            assertThat(Weights.of(read).get(DOWN).rows(0, 24, Progress.NONE).values())
                    .isEqualTo(expected.dequantize().values());
        }
    }

    @Test
    void ggufBlocksGoBackToFloat32() {
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path small = folder.resolve("small.gguf");
        run(in, small, options("q8_0"));
        Path out = folder.resolve("out.safetensors");
        try (Checkpoint read = Checkpoint.open(small)) {
            assertThat(FileDequantizer.run(read, out, false, Progress.NONE)).hasSize(4);
        }
        try (Checkpoint read = Checkpoint.open(out)) {
            assertThat(read.metadata())
                    .containsEntry("general.architecture", "llama")
                    .doesNotContainKey("tokenizer.ggml.tokens");
            assertThat(read.matrix(DOWN).values())
                    .isEqualTo(Formats.parse("q8_0")
                            .quantize(DOWN_WEIGHTS)
                            .dequantize()
                            .values());
            assertThat(read.matrix("token_embd.weight").values()).isEqualTo(EMBEDDINGS.values());
        }
        // Quantized blocks that safetensors has no type for are kept as float32.
        Path other = folder.resolve("other.safetensors");
        Map<String, FileQuantizer.Line> lines = run(small, other, options("embed=q8_0"));
        assertThat(lines.get(DOWN).to()).isEqualTo("F32");
        assertThat(lines.get(DOWN).note()).contains("no Q8_0");
    }

    @Test
    void importanceGoesToTheFormatAndNamesAreMatched() {
        float[] columns = new float[256];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = i % 7 + 0.25f;
        }
        Path imatrix = imatrix("imatrix.gguf", DOWN, columns);
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        try (ImportanceFile importance = ImportanceFile.open(imatrix);
                Checkpoint file = Checkpoint.open(in)) {
            var options = new FileQuantizer.Options(
                    ModelRecipe.parse("w=q4_0;token_embd.weight=q4_0"),
                    SafetensorsLayout.PARTS,
                    importance,
                    n -> true,
                    false);
            FileQuantizer quantizer = FileQuantizer.plan(file, out, options);
            assertThat(quantizer.warnings()).isEmpty();
            List<FileQuantizer.Line> lines = quantizer.run(Progress.NONE);
            assertThat(lines.get(0).note()).isEqualTo("no importance known");
        }
        Format format = Formats.parse("q4_0");
        byte[] weighted = format.quantize(DOWN_WEIGHTS, new Importance(DOWN, columns), Progress.NONE, Trace.off())
                .parts()
                .getFirst()
                .toBytes();
        assertThat(weighted)
                .isNotEqualTo(format.quantize(DOWN_WEIGHTS).parts().getFirst().toBytes());
        try (Checkpoint read = Checkpoint.open(out)) {
            assertThat(stored(read, DOWN)).isEqualTo(weighted);
            assertThat(read.metadata())
                    .containsEntry("quantize.imatrix.file", "imatrix.gguf")
                    .containsEntry("quantize.imatrix.entries_count", 1L);
        }
        assertThatThrownBy(() -> plan(in, imatrix("other.gguf", "model.layers.0.mlp.down_proj.weight", columns)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other.gguf: none of its 1 names is a weight of in.gguf")
                .hasMessageContaining("model.layers.0.mlp.down_proj.weight")
                .hasMessageContaining("token_embd.weight");
        assertThatThrownBy(() -> plan(in, imatrix("short.gguf", DOWN, new float[255])))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("255 columns, but 256");
    }

    private Path imatrix(String file, String name, float... columns) {
        return new ModelFile()
                .vector(name + ".in_sum2", columns)
                .vector(name + ".counts", 1)
                .gguf(folder.resolve(file));
    }

    private void plan(Path in, Path imatrix) {
        try (ImportanceFile importance = ImportanceFile.open(imatrix);
                Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer.plan(
                    file,
                    folder.resolve("planned.gguf"),
                    new FileQuantizer.Options(
                            ModelRecipe.parse("q4_0"), SafetensorsLayout.PARTS, importance, n -> true, false));
        }
    }

    @Test
    void whatMakesNoSenseIsSaidBeforeTheWork() {
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        assertThatThrownBy(() -> run(in, out, options("int4:g32")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("int4:g32 is no type of GGUF")
                .hasMessageContaining("q4_0");
        assertThatThrownBy(() -> run(in, folder.resolve("out.bin"), options("q4_0")))
                .hasMessageContaining("must end in .gguf or .safetensors");
        assertThatThrownBy(() -> run(in, in, options("q4_0"))).hasMessageContaining("is the file that is read");
        assertThatThrownBy(() -> run(in, out, options("head=q4_0")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no weight would be quantized by head=q4_0")
                .hasMessageContaining("kept by the recipe");
        assertThat(folder.toFile().list()).containsExactly("in.gguf");
    }

    @Test
    void whatAModelComputesWithNeedsNoPlaceInAFile() {
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path out = folder.resolve("planned.gguf");
        try (Checkpoint file = Checkpoint.open(in)) {
            assertThat(FileQuantizer.plan(file, out, options("w=q4_0;a=int8;kv=fp8:e4m3"))
                            .warnings())
                    .contains("a=int8 is for running the model: a file holds weights, so it changes nothing in it")
                    .contains(
                            "kv=fp8:e4m3 is for running the model: a file holds weights, so it changes nothing in it");
        }
    }

    @Test
    void aWeightThatIsNotFiniteStopsTheWorkAndLeavesNothing() {
        float[] values = DOWN_WEIGHTS.values().clone();
        values[21 * 256 + 9] = Float.NaN;
        Path in = model().matrix(DOWN, Matrix.of(24, 256, values)).gguf(folder.resolve("in.gguf"));
        assertThatThrownBy(() -> run(in, folder.resolve("out.gguf"), options("q8_0")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(DOWN)
                .hasMessageContaining("row 21, column 9");
        assertThat(folder.toFile().list()).containsExactly("in.gguf");
    }

    @Test
    void aStopLeavesNothing() throws IOException {
        Path in = model().gguf(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        Files.writeString(out, "from before");
        CancelToken token = new CancelToken();
        Progress stopping = new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return new Task() {
                    @Override
                    public void step(long amount) {
                        token.cancel(); // after the first bit of work
                        token.check(title);
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
        var replacing =
                new FileQuantizer.Options(ModelRecipe.parse("q8_0"), SafetensorsLayout.PARTS, null, n -> true, true);
        try (Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer quantizer = FileQuantizer.plan(file, out, replacing);
            assertThatThrownBy(() -> quantizer.run(stopping)).isInstanceOf(Cancelled.class);
            assertThat(folder.toFile().list()).containsExactlyInAnyOrder("in.gguf", "out.gguf");
            assertThat(out).hasContent("from before");
        }
    }

    @Test
    void aManifestThatLiesIsRefused() {
        String recipe = "q8_0";
        byte[] blocks = new byte[34 * 2];
        for (String manifest : List.of(
                "nonsense",
                "[]",
                "{\"w\": 3}",
                "{\"w\": {\"recipe\": \"q8_0\"}}",
                "{\"w\": {\"recipe\": \"q8_0\", \"shape\": [2, -32]}}",
                "{\"w\": {\"recipe\": \"q8_0\", \"shape\": [9223372036854775807, 2147483616]}}",
                "{\"w\": {\"recipe\": \"q8_0\", \"shape\": [3, 32]}}",
                "{\"w\": {\"recipe\": \"q8_0\", \"shape\": [64]}}",
                "{\"w\": {\"recipe\": \"q99\", \"shape\": [2, 32]}}",
                "{\"v\": {\"recipe\": \"q8_0\", \"shape\": [2, 32]}}",
                "{\"w\": {\"recipe\": \"q8_0\", \"shape\": [2, 32]}, \"w\": {\"recipe\": \"q8_0\", \"shape\": [2, 32]}}")) {
            Path file = manifest(manifest, blocks);
            try (Checkpoint read = Checkpoint.open(file)) {
                assertThatThrownBy(() -> Weights.of(read))
                        .as(manifest)
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("lies.safetensors");
            }
        }
        Path honest = manifest("{\"w\": {\"recipe\": \"" + recipe + "\", \"shape\": [2, 32]}}", blocks);
        try (Checkpoint read = Checkpoint.open(honest)) {
            assertThat(Weights.of(read).get("w").rows(1, 1, Progress.NONE).values())
                    .containsOnly(0);
        }
    }

    private Path manifest(String manifest, byte[] blocks) {
        Path file = folder.resolve("lies.safetensors");
        var head = SafetensorsWriter.head(
                Map.of("nibble.weights", manifest), List.of(new NewTensor("w.blocks", DType.U8, blocks.length)));
        try (var out = CheckpointWriter.create(file, head, true, List.of())) {
            out.tensor("w.blocks").append(blocks);
            out.finish();
        }
        return file;
    }

    private static byte[] stored(Checkpoint file, String tensor) {
        return file.stored(tensor, 0, (int) file.tensor(tensor).bytes());
    }
}
