package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.tensor.Generators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The quantization_config of each layout. That transformers 5.23 with compressed-tensors 0.17 and bitsandbytes 0.50 load
 * models with these, and compute from them what we decode, was tried by hand; here are the words.
 */
class LoaderConfigTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path in;

    @BeforeEach
    void model() {
        in = new ModelFile()
                .matrix("model.embed_tokens.weight", Generators.gaussian(32, 128, 1))
                .matrix("model.layers.0.mlp.up_proj.weight", Generators.gaussian(64, 128, 2))
                .matrix("model.layers.1.mlp.up_proj.weight", Generators.gaussian(64, 128, 3))
                .matrix("lm_head.weight", Generators.gaussian(32, 128, 4))
                .vector("model.norm.weight", 1, 2)
                .safetensors(folder.resolve("in.safetensors"));
    }

    private FileQuantizer plan(Checkpoint file, String recipe, String layout) {
        return FileQuantizer.plan(
                file,
                folder.resolve("out.safetensors"),
                new FileQuantizer.Options(
                        ModelRecipe.parse(recipe), SafetensorsLayout.of(layout), null, name -> true, false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            gptq               | int4:gptq:g64          | {"quant_method": "gptq", "bits": 4, "group_size": 64, "sym": true, "desc_act": false, "checkpoint_format": "gptq", "lm_head": false, "dynamic": {"-:^lm_head$": {}}}
            gptq_v2            | int8:gptq:asym         | {"quant_method": "gptq", "bits": 8, "group_size": -1, "sym": false, "desc_act": false, "checkpoint_format": "gptq_v2", "lm_head": false, "dynamic": {"-:^lm_head$": {}}}
            gptq               | w=int4:gptq:g64;head=int8:gptq:g32 | {"quant_method": "gptq", "bits": 4, "group_size": 64, "sym": true, "desc_act": false, "checkpoint_format": "gptq", "lm_head": true, "dynamic": {"+:^lm_head$": {"bits": 8, "group_size": 32, "sym": true}}}
            awq                | w=int4:awq:g64;layers.1.*=keep | {"quant_method": "awq", "version": "gemm", "bits": 4, "group_size": 64, "zero_point": true, "modules_to_not_convert": ["model.layers.1.mlp.up_proj", "lm_head"]}
            compressed-tensors | int4:ct:asym:g32       | {"quant_method": "compressed-tensors", "format": "pack-quantized", "quantization_status": "compressed", "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "int", "symmetric": false, "strategy": "group", "group_size": 32, "dynamic": false}, "input_activations": null, "output_activations": null}}, "ignore": ["lm_head"], "kv_cache_scheme": null}
            compressed-tensors | w=int4:ct:g32;layers.1.*=int8:ct | {"quant_method": "compressed-tensors", "format": "pack-quantized", "quantization_status": "compressed", "config_groups": {"group_0": {"targets": ["model.layers.0.mlp.up_proj"], "weights": {"num_bits": 4, "type": "int", "symmetric": true, "strategy": "group", "group_size": 32, "dynamic": false}, "input_activations": null, "output_activations": null}, "group_1": {"targets": ["model.layers.1.mlp.up_proj"], "weights": {"num_bits": 8, "type": "int", "symmetric": true, "strategy": "channel", "group_size": null, "dynamic": false}, "input_activations": null, "output_activations": null}}, "ignore": ["lm_head"], "kv_cache_scheme": null}
            nvfp4-pack         | nvfp4:ct               | {"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized", "quantization_status": "compressed", "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "float", "symmetric": true, "strategy": "tensor_group", "group_size": 16, "dynamic": false}, "input_activations": null, "output_activations": null}}, "ignore": ["lm_head"], "kv_cache_scheme": null}
            bnb                | bnbfp4:b64:dq          | {"quant_method": "bitsandbytes", "load_in_4bit": true, "load_in_8bit": false, "bnb_4bit_quant_type": "fp4", "bnb_4bit_use_double_quant": true, "bnb_4bit_compute_dtype": "float32", "bnb_4bit_quant_storage": "uint8", "llm_int8_skip_modules": ["lm_head"]}
            hqq                | int4:hqq:g64:round-zero | {"quant_method": "hqq", "quant_config": {"weight_quant_params": {"nbits": 4, "channel_wise": true, "group_size": 64, "optimize": true, "round_zero": true, "axis": 1, "view_as_float": false}, "scale_quant_params": null, "zero_quant_params": null, "offload_meta": false}, "skip_modules": ["lm_head"]}
            """)
    void eachLayoutHasTheWordsOfItsLoader(String layout, String recipe, String expected) throws IOException {
        try (Checkpoint file = Checkpoint.open(in)) {
            LoaderConfig config = plan(file, recipe, layout).loaderConfig().orElseThrow();
            assertThat(JSON.readTree(config.json())).isEqualTo(JSON.readTree(expected));
        }
    }

    @Test
    void aLayoutWithOneSettingSaysThatItHasNoWordsForTwo() {
        try (Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer plan = plan(file, "w=int4:awq:g64;layers.1.*=int4:awq:g32", "awq");
            assertThat(plan.loaderConfig()).isEmpty();
            assertThat(plan.warnings()).anyMatch(w -> w.contains("one setting for all weights, but these have 2"));
            assertThat(plan.noLoaderConfig().orElseThrow())
                    .contains("these have 2")
                    .doesNotContain("bits per weight");
            assertThat(plan(file, "int4:g64", "parts").loaderConfig()).isEmpty();
        }
    }

    /** A loader makes a quantized linear of every module that it is not told to leave alone: the router, too. */
    @ParameterizedTest
    @CsvSource({
        "gptq, int4:gptq:g64, -:^model\\\\.layers\\\\.0\\\\.block_sparse_moe\\\\.gate$",
        "awq, int4:awq:g64, model.layers.0.block_sparse_moe.gate",
        "compressed-tensors, int4:ct:g32, model.layers.0.block_sparse_moe.gate",
        "bnb, nf4:b64, model.layers.0.block_sparse_moe.gate",
        "hqq, int4:hqq:g64:round-zero, model.layers.0.block_sparse_moe.gate",
    })
    void aRouterIsKeptAndTheLoaderIsTold(String layout, String recipe, String words) {
        String router = "model.layers.0.block_sparse_moe.gate.weight";
        Path mixture = new ModelFile()
                .matrix(router, Generators.gaussian(8, 128, 5))
                .matrix("model.layers.0.block_sparse_moe.experts.0.w1.weight", Generators.gaussian(64, 128, 6))
                .safetensors(folder.resolve("mixture.safetensors"));
        try (Checkpoint file = Checkpoint.open(mixture)) {
            FileQuantizer plan = plan(file, recipe, layout);
            assertThat(plan.loaderConfig().orElseThrow().json()).contains('"' + words + '"');
            assertThat(plan.run(Progress.NONE))
                    .filteredOn(line -> line.name().equals(router))
                    .singleElement()
                    .satisfies(line -> assertThat(line.isEncoded()).isFalse());
        }
    }

    @Test
    void hqqSaysWhoReadsIt() {
        try (Checkpoint file = Checkpoint.open(in)) {
            assertThat(plan(file, "int4:hqq:g64", "hqq").warnings())
                    .anyMatch(
                            w -> w.contains("HQQLinear.load_state_dict") && w.contains("transformers 5.23 reads none"));
            assertThat(plan(file, "nf4:b64", "bnb").warnings()).noneMatch(w -> w.contains("hqq"));
        }
    }

    @Test
    void theBitsOfALayoutAreTold() {
        try (Checkpoint file = Checkpoint.open(in)) {
            // A row of 128: 4 bits each, two scales and two zeros; and 128 · 32 bits of g_idx for 64 rows.
            assertThat(plan(file, "int4:gptq:g64", "gptq").warnings())
                    .contains("bits per weight count all tensors of the layout gptq: qweight 4.000, g_idx 0.5000,"
                            + " scales 0.2500, qzeros 0.06250");
        }
    }

    @Test
    void aConfigIsWrittenAgainWithTheBlockInIt() throws IOException {
        Path config = folder.resolve("model-config.json");
        Files.writeString(config, "{\"model_type\": \"llama\", \"quantization_config\": {\"old\": 1}, \"eps\": 1e-05}");
        Path out = folder.resolve("config.json");
        try (Checkpoint file = Checkpoint.open(in)) {
            LoaderConfig loader =
                    plan(file, "int4:awq:g64", "awq").loaderConfig().orElseThrow();
            loader.write(config, out, false);
            var read = JSON.readTree(Files.readString(out));
            assertThat(read.get("model_type").asText()).isEqualTo("llama");
            assertThat(read.get("eps").asDouble()).isEqualTo(1e-05);
            assertThat(read.get("quantization_config")).isEqualTo(JSON.readTree(loader.json()));

            assertThatThrownBy(() -> loader.write(config, out, false)).hasMessageContaining("exists already");
            assertThatThrownBy(() -> loader.write(config, config, true))
                    .hasMessageContaining("is the file that is read");
            loader.write(config, out, true);
        }
        assertThat(Files.readString(config)).contains("\"old\"");
    }

    @ParameterizedTest
    @CsvSource({"[1], no JSON object", "'{\"a\":', no JSON", "'', no JSON object"})
    void whatIsNoConfigIsRefused(String text, String problem) throws IOException {
        Path config = Files.writeString(folder.resolve("c.json"), text);
        assertThatThrownBy(() -> LoaderConfig.check(config, folder.resolve("config.json"), false))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("c.json")
                .hasMessageContaining(problem);
        assertThatThrownBy(() -> LoaderConfig.check(folder.resolve("none.json"), folder.resolve("config.json"), false))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no such file");
    }
}
