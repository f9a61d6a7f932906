package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FolderCheckpointTest {
    private static final String NAME = "model.layers.0.mlp.down_proj.weight";
    private static final Matrix WEIGHTS =
            Generators.withOutlierColumns(96, 192, 8).named(NAME);
    private static final String INDEX = "model.safetensors.index.json";
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    private void twoShards() throws IOException {
        new ModelFile().vector("a", 1, 2).vector("b", 3).safetensors(folder.resolve(FIRST));
        new ModelFile().vector("c", 4, 5, 6).safetensors(folder.resolve(SECOND));
        index("{\"a\": \"" + FIRST + "\", \"b\": \"" + FIRST + "\", \"c\": \"" + SECOND + "\"}");
    }

    private void index(String weightMap) throws IOException {
        Files.writeString(
                folder.resolve(INDEX), "{\"metadata\": {\"total_size\": 24}, \"weight_map\": " + weightMap + "}");
    }

    private static void fails(Path path, String... words) {
        assertThatThrownBy(() -> Checkpoint.open(path).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void theOneFileOfAFolderIsOpenedAndTheFolderIsItsPath() throws IOException {
        new ModelFile().vector("a", 1, 2).safetensors(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        try (Checkpoint read = Checkpoint.open(folder)) {
            assertThat(read.path()).isEqualTo(folder);
            assertThat(read.files()).containsExactly(folder.resolve("model.safetensors"));
            assertThat(read.kind()).isEqualTo("safetensors");
            assertThat(read.matrix("a").values()).containsExactly(1, 2);
            assertThat(read.config()).isEmpty();
            assertThat(read.warnings()).isEmpty();
            assertThatThrownBy(() -> read.matrix("aa")).hasMessageContaining("did you mean \"a\"");
        }
    }

    @Test
    void shardsAreReadAsOneModel() throws IOException {
        twoShards();
        try (Checkpoint read = Checkpoint.open(folder)) {
            assertThat(read.tensors().stream().map(TensorInfo::name)).containsExactly("a", "b", "c");
            assertThat(read.matrix("a").values()).containsExactly(1, 2);
            assertThat(read.matrix("c").values()).containsExactly(4, 5, 6);
            assertThat(read.rows("c", 0, 1, Progress.NONE).values()).containsExactly(4, 5, 6);
            assertThat(read.stored("b", 0, 4)).isEqualTo(ModelFile.bytes(3));
            assertThat(read.fileOf("b")).isEqualTo(folder.resolve(FIRST));
            assertThat(read.fileOf("c")).isEqualTo(folder.resolve(SECOND));
            assertThat(read.files()).hasSize(2);
            assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(read).hasToString(folder.getFileName() + " (safetensors, 3 tensors in 2 files)");
            assertThatThrownBy(() -> read.stored("d", 0, 1)).hasMessageContaining("no tensor \"d\"");
        }
        try (Checkpoint read = Checkpoint.open(folder.resolve(INDEX))) {
            assertThat(read.tensors()).hasSize(3);
        }
        try (Checkpoint one = Checkpoint.open(folder.resolve(SECOND))) {
            assertThat(one.tensors()).hasSize(1);
        }
        Files.delete(folder.resolve(INDEX));
        try (Checkpoint read = Checkpoint.open(folder)) {
            assertThat(read.tensors()).hasSize(3);
            assertThat(read.warnings()).singleElement().asString().contains("told by their names");
        }
    }

    @Test
    void whatIsClosedCanNotBeRead() throws IOException {
        twoShards();
        Checkpoint read = Checkpoint.open(folder);
        read.close();
        read.close();
        assertThatThrownBy(() -> read.matrix("c"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(SECOND);
    }

    @Test
    void indexAndShardsMustAgree() throws IOException {
        twoShards();
        index("{\"a\": \"" + FIRST + "\", \"b\": \"" + SECOND + "\", \"c\": \"" + SECOND + "\"}");
        fails(folder, "tensor \"b\" is in " + SECOND, "it is in " + FIRST);
        index("{\"a\": \"" + FIRST + "\", \"z\": \"" + SECOND + "\"}");
        fails(folder, "tensor \"z\"", "none of the shards");
        index("{\"a\": \"" + FIRST + "\", \"b\": \"" + FIRST + "\", \"c\": \"model-00003-of-00003.safetensors\"}");
        fails(folder, "names 2 shards, of which 1", "model-00003-of-00003.safetensors", "fetch");
        index("{\"a\": \"" + FIRST + "\", \"c\": \"" + SECOND + "\"}");
        try (Checkpoint read = Checkpoint.open(folder)) {
            assertThat(read.warnings()).containsExactly("tensor \"b\" is in a shard, but not in the index");
            assertThat(read.matrix("b").values()).containsExactly(3);
        }
        new ModelFile().vector("c", 4).vector("a", 9, 9).safetensors(folder.resolve(SECOND));
        index("{\"a\": \"" + FIRST + "\", \"c\": \"" + SECOND + "\"}");
        fails(folder, "tensor \"a\" is in two files", FIRST, SECOND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.safetensors",
                "/etc/x.safetensors",
                "sub/x.safetensors",
                "..\\\\x.safetensors",
                "C:x.safetensors",
                "a\\u0000.safetensors",
                ""
            })
    void anIndexNamesOnlyFilesBesideIt(String evil) throws IOException {
        index("{\"a\": \"" + evil + "\"}");
        fails(folder, INDEX, "not in the folder of the index");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"weight_map\": {\"a\": \"pytorch_model.bin\"}} | no safetensors file",
                "{\"weight_map\": {}} | no index of shards",
                "{\"weight_map\": [1]} | no index of shards",
                "{\"weight_map\": {\"a\": 7}} | is no text",
                "{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"y.safetensors\"}} | Duplicate field 'a'",
                "[1] | no JSON object",
                "{\"weight_map\": | is not valid JSON in line 1",
                "{} {} | something follows"
            })
    void aDamagedIndexIsNamed(String json, String reason) throws IOException {
        Files.writeString(folder.resolve(INDEX), json);
        fails(folder, INDEX, reason);
    }

    @Test
    void deepNestingAndEndlessFilesAreNotFollowed() throws IOException {
        Files.writeString(folder.resolve(INDEX), "{\"a\":" + "[".repeat(100_000));
        fails(folder, INDEX, "nesting depth");
        Path config = folder.resolve("config.json");
        Files.writeString(config, "{\"a\":\"" + "x".repeat(1 << 24) + "\"}");
        assertThatThrownBy(() -> JsonFile.read(config, 1 << 24)).hasMessageContaining("more than 16,777,216 bytes");
        assertThatThrownBy(() -> JsonFile.read(Path.of("/dev/zero"), 10)).hasMessageContaining("is no file");
    }

    @Test
    void linksInCirclesAndIntoNothingAreErrors() throws IOException {
        Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("model.safetensors"));
        fails(folder, "model.safetensors", "a link to a file that is not there");
        Files.delete(folder.resolve("model.safetensors"));
        twoShards();
        Files.delete(folder.resolve(SECOND));
        Files.createSymbolicLink(folder.resolve(SECOND), folder.resolve(SECOND));
        fails(folder, SECOND, "can not be found");
        Path circle = folder.resolve("circle");
        Files.createSymbolicLink(circle, circle);
        fails(circle, "circle");
    }

    @Test
    void theFilesOfTheCacheOfTheHubAreLinks() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/abc"));
        new ModelFile().vector("a", 1, 2).safetensors(blobs.resolve("0123"));
        Files.writeString(blobs.resolve("4567"), "{\"model_type\": \"llama\"}");
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/0123"));
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/4567"));
        try (Checkpoint read = Checkpoint.open(snapshot)) {
            assertThat(read.matrix("a").values()).containsExactly(1, 2);
            assertThat(read.config()).contains(Map.of("model_type", "llama"));
        }
        try (Checkpoint read = Checkpoint.open(snapshot.resolve("model.safetensors"))) {
            assertThat(read.config()).contains(Map.of("model_type", "llama"));
        }
    }

    @Test
    void theConfigIsPlainData() throws IOException {
        Path file = new ModelFile().vector("a", 1).safetensors(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), """
                {"hidden_size": 576, "rms_norm_eps": 1e-05, "tie": true, "none": null, "limit": Infinity,
                 "big": 1000000000000000019884624838656, "rope_scaling": {"type": "llama3", "factors": [1, 2.5]}}""");
        for (Path path : List.of(folder, file)) {
            try (Checkpoint read = Checkpoint.open(path)) {
                Map<String, Object> config = read.config().orElseThrow();
                assertThat(config)
                        .containsEntry("hidden_size", 576L)
                        .containsEntry("rms_norm_eps", 1e-5)
                        .containsEntry("tie", true)
                        .containsEntry("none", null)
                        .containsEntry("limit", Double.POSITIVE_INFINITY)
                        .containsEntry("rope_scaling", Map.of("type", "llama3", "factors", List.of(1L, 2.5)));
                assertThat(config.get("big")).hasToString("1000000000000000019884624838656");
                assertThatThrownBy(() -> config.put("a", 1)).isInstanceOf(UnsupportedOperationException.class);
            }
        }
        Files.writeString(folder.resolve("config.json"), "{\"a\": }");
        try (Checkpoint read = Checkpoint.open(folder)) { // weights can be looked at all the same
            assertThatThrownBy(read::config)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("config.json is not valid JSON in line 1, column 7");
        }
    }

    @Test
    void foldersWithoutAModelOrWithSeveralSayWhatIsThere() throws IOException {
        fails(folder, "folder without a model", "model.safetensors", ".gguf");
        Files.writeString(folder.resolve("pytorch_model.bin"), "PK\3\4");
        Files.writeString(folder.resolve("training_args.pt"), "x");
        fails(folder, "only as pytorch_model.bin, training_args.pt", "can run code", "save_file");
        new ModelFile().vector("a", 1).gguf(folder.resolve("one.gguf"));
        try (Checkpoint read = Checkpoint.open(folder)) {
            assertThat(read.kind()).isEqualTo("GGUF 3");
        }
        new ModelFile().vector("a", 1).gguf(folder.resolve("two.gguf"));
        fails(folder, "holds 2 GGUF models", "one.gguf, two.gguf");
        new ModelFile().vector("x", 1).safetensors(folder.resolve("x.safetensors"));
        try (Checkpoint read = Checkpoint.open(folder)) {
            assertThat(read.tensors()).hasSize(1);
            assertThat(read.warnings()).singleElement().asString().contains("one.gguf, two.gguf");
        }
        new ModelFile().vector("y", 1).safetensors(folder.resolve("y.safetensors"));
        fails(folder, "several safetensors files", "x.safetensors, y.safetensors");
        Files.delete(folder.resolve("x.safetensors"));
        Files.move(folder.resolve("y.safetensors"), folder.resolve(FIRST));
        fails(folder, "1 of 2 shards");
    }

    /** What llama-gguf-split writes: 16-bit numbers, the keys of the model in the first part. */
    private Path part(String stem, int number, int count, int tensors, ModelFile file) {
        file.key(GgufEntry.u32("split.no", number))
                .key(GgufEntry.u32("split.count", count))
                .key(GgufEntry.u32("split.tensors.count", tensors));
        return file.gguf(folder.resolve(String.format("%s-%05d-of-%05d.gguf", stem, number + 1, count)));
    }

    @Test
    void aCutGgufModelIsOpenedByAnyOfItsParts() throws IOException {
        ModelFile head = new ModelFile().vector("a", 1, 2).key(GgufEntry.text("general.architecture", "llama"));
        part("m", 0, 3, 3, head);
        part("m", 1, 3, 3, new ModelFile().vector("b", 3));
        Path third = part("m", 2, 3, 3, new ModelFile().vector("c", 4));
        for (Path path : List.of(folder, third)) {
            try (Checkpoint read = Checkpoint.open(path)) {
                assertThat(read.tensors().stream().map(TensorInfo::name)).containsExactly("a", "b", "c");
                assertThat(read.matrix("c").values()).containsExactly(4);
                assertThat(read.metadata())
                        .containsEntry("general.architecture", "llama")
                        .doesNotContainKey("split.count");
                assertThat(read.path().getFileName()).hasToString("m-00001-of-00003.gguf");
                assertThat(GgufEntry.of(read).stream().map(GgufEntry::key)).contains("general.architecture");
            }
        }
        part("m", 1, 3, 3, new ModelFile().vector("a", 3));
        fails(folder, "tensor \"a\" is in two files");
        part("m", 1, 3, 4, new ModelFile().vector("b", 3).vector("d", 3));
        fails(folder, "hold 3 tensors, but they hold 4");
        Files.copy(third, folder.resolve("n-00003-of-00003.gguf"));
        fails(folder.resolve("n-00003-of-00003.gguf"), "n-00001-of-00003.gguf is missing");
        Files.move(folder.resolve("n-00003-of-00003.gguf"), folder.resolve("n.gguf"));
        fails(folder.resolve("n.gguf"), "part 3 of 3", "-00003-of-00003.gguf");
        Files.delete(folder.resolve("n.gguf"));
        Files.copy(third, folder.resolve("m-00002-of-00003.gguf"), StandardCopyOption.REPLACE_EXISTING);
        fails(folder, "m-00002-of-00003.gguf is not part 2 of 3");
    }

    /** Writes the tensors of a file into two shards in turn, so that those of a quantized weight are in both. */
    private void cut(Path file) throws IOException {
        StringBuilder map = new StringBuilder();
        try (Checkpoint in = Checkpoint.open(file)) {
            for (int s = 0; s < 2; s++) {
                ModelFile shard = new ModelFile();
                for (int i = s; i < in.tensors().size(); i += 2) {
                    TensorInfo t = in.tensors().get(i);
                    shard.tensor(new NewTensor(t.name(), t.type(), t.shape()), in.stored(t.name(), 0, (int) t.bytes()));
                    map.append(map.isEmpty() ? "{" : ", ")
                            .append('"')
                            .append(t.name())
                            .append("\": \"")
                            .append(s == 0 ? FIRST : SECOND)
                            .append('"');
                }
                in.metadata().forEach((key, value) -> shard.metadata(key, String.valueOf(value)));
                shard.safetensors(folder.resolve(s == 0 ? FIRST : SECOND));
            }
        }
        Files.delete(file);
        index(map + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "int4:gptq:g64, GPTQ",
        "int4:gptq:asym:g64, GPTQ_V2",
        "int3:gptq:asym:g64, GPTQ",
        "int4:awq:g64, AWQ",
        "int4:ct:asym:g32, COMPRESSED_TENSORS",
        "nvfp4:ct, NVFP4_PACK",
        "nf4:b64, BNB",
        "nf4:b64:dq, BNB",
        "int4:hqq:g64, HQQ",
        "int4:asym:g50, PARTS"
    })
    void quantizedWeightsAreFoundOverShards(String recipe, SafetensorsLayout layout) throws IOException {
        Path in = new ModelFile()
                .matrix(NAME, WEIGHTS)
                .vector("norm.weight", 1, 2)
                .safetensors(folder.resolve("in.tmp.safetensors"));
        Path out = folder.resolve("out.tmp.safetensors");
        var options = new FileQuantizer.Options(ModelRecipe.parse(recipe), layout, null, name -> true, true);
        float[] expected;
        String stored;
        try (Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer.plan(file, out, options).run(Progress.NONE);
        }
        Files.delete(in);
        try (Checkpoint file = Checkpoint.open(out)) {
            expected = Weights.of(file).get(NAME).rows(0, 96, Progress.NONE).values();
            stored = Weights.of(file).get(NAME).stored();
        }
        cut(out);
        try (Checkpoint read = Checkpoint.open(folder)) {
            Weights weights = Weights.of(read);
            assertThat(weights.all()).hasSize(2);
            Weight weight = weights.get(NAME);
            assertThat(weight.stored()).isEqualTo(stored);
            assertThat(weight.rows(0, 96, Progress.NONE).values()).isEqualTo(expected);
            assertThat(weight.rows(32, 32, Progress.NONE).values())
                    .isEqualTo(Arrays.copyOfRange(expected, 32 * 192, 64 * 192));
            assertThat(weight.block(1)).isPresent();
            FileDequantizer.run(read, folder.resolve("plain.safetensors"), false, Progress.NONE);
            assertThatThrownBy(() -> FileDequantizer.run(read, folder.resolve(SECOND), true, Progress.NONE))
                    .hasMessageContaining(SECOND);
        }
        try (Checkpoint read = Checkpoint.open(folder.resolve("plain.safetensors"))) {
            assertThat(read.matrix(NAME).values()).isEqualTo(expected);
        }
    }

    /** One weight: codes 9, scales 1, and zeros that mean 8 in one version and 9 in the other. */
    private String gptq(int zeroByte, String config) throws IOException {
        byte[] codes = new byte[4 * 4 * 32];
        Arrays.fill(codes, (byte) 0x99);
        byte[] zeros = new byte[4 * 4];
        Arrays.fill(zeros, (byte) zeroByte);
        byte[] scales = new byte[2 * 32];
        for (int i = 0; i < 32; i++) {
            scales[2 * i + 1] = 0x3c; // 1 in fp16
        }
        new ModelFile()
                .tensor(new NewTensor("a.qweight", DType.I32, 4, 32), codes)
                .tensor(new NewTensor("a.qzeros", DType.I32, 1, 4), zeros)
                .tensor(new NewTensor("a.scales", DType.F16, 1, 32), scales)
                .safetensors(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), config);
        try (Checkpoint read = Checkpoint.open(folder)) {
            Weight weight = Weights.of(read).get("a.weight");
            return weight.stored().split(",", -1)[0] + ": "
                    + weight.rows(0, 1, Progress.NONE).values()[0];
        }
    }

    private static String config(String format, boolean symmetric) {
        return "{\"quantization_config\": {\"quant_method\": \"gptq\", \"sym\": " + symmetric
                + (format.isEmpty() ? "" : ", \"checkpoint_format\": \"" + format + "\"") + "}}";
    }

    @Test
    void theConfigSaysWhichVersionOfGptqTheZerosAreOf() throws IOException {
        assertThat(gptq(0x88, config("gptq", false))).isEqualTo("GPTQ: 0.0"); // zeros of 8 mean 9
        assertThat(gptq(0x88, config("gptq_v2", false))).isEqualTo("GPTQ v2: 1.0");
        assertThat(gptq(0x77, config("gptq_v2", false))).isEqualTo("GPTQ v2: 2.0");
        assertThat(gptq(0x66, config("gptq_v2", true))).isEqualTo("GPTQ v2: 3.0");
        assertThat(gptq(0x66, config("", true))).isEqualTo("GPTQ: 2.0");
        assertThat(gptq(0x88, config("", true))).isEqualTo("GPTQ v2: 1.0");
        assertThat(gptq(0x88, "{}")).isEqualTo("GPTQ v2: 1.0");
    }

    /** Files of some versions of GPTQModel say gptq and are gptq_v2. */
    @Test
    void zerosOfSymmetricWeightsAreBelievedAgainstTheConfig() throws IOException {
        assertThat(gptq(0x88, config("gptq", true))).isEqualTo("GPTQ v2 (config.json says gptq): 1.0");
        assertThat(gptq(0x77, config("gptq", true))).isEqualTo("GPTQ: 1.0");
        assertThat(gptq(0x77, config("gptq_v2", true))).isEqualTo("GPTQ (config.json says gptq_v2): 1.0");
    }
}
