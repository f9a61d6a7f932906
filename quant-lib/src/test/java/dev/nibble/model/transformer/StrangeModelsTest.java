package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.nibble.checkpoint.CheckpointException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of strangers: each fault is one message that names the file, the key or the weight, before anything is read. */
class StrangeModelsTest {
    private static final Map<String, TinyModel> OPEN = new HashMap<>();

    @BeforeAll
    static void open() {
        for (String name : List.of("llama", "qwen2", "qwen3", "gpt2", "opt", "opt-350m", "gguf-llama", "mistral")) {
            OPEN.put(name, TinyModel.open(name));
        }
    }

    @AfterAll
    static void close() {
        OPEN.values().forEach(TinyModel::close);
    }

    private static Object parse(String value) {
        return switch (value) {
            case "null" -> null;
            case "true" -> true;
            case "false" -> false;
            case "[]" -> List.of();
            case "{}" -> Map.of();
            default ->
                value.matches("-?\\d+")
                        ? (Object) Long.valueOf(value)
                        : value.matches("-?[\\d.]+(e-?\\d+)?") ? (Object) Double.valueOf(value) : value;
        };
    }

    private static String refusal(String name, Map<String, Object> config) {
        String[] message = new String[1];
        assertThatExceptionOfType(CheckpointException.class)
                .as("%s with %s", name, config)
                .isThrownBy(() -> Transformer.of(OPEN.get(name).weights, config))
                .satisfies(e -> message[0] = e.getMessage());
        return message[0];
    }

    private static String refusal(String name, String key, Object value) {
        Map<String, Object> config = new LinkedHashMap<>(OPEN.get(name).config);
        config.put(key, value);
        return refusal(name, config);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama | model_type | mamba          | \"mamba\"; models of these families are run here: llama",
                "llama | model_type | 7              | model_type is 7, where a text is expected",
                "llama | model_type | null           | does not say model_type",
                "llama | vocab_size | null           | does not say vocab_size",
                "llama | vocab_size | 1000000000     | the vocabulary is 1,000,000,000",
                "llama | vocab_size | 97             | \"model.embed_tokens.weight\" has the shape [96, 32]",
                "llama | vocab_size | many           | vocab_size is many, where a number is expected",
                "llama | hidden_size | 0             | 4 heads can not share 0 numbers",
                "llama | hidden_size | -32           | 4 heads can not share -32 numbers",
                "llama | hidden_size | 33            | 4 heads can not share 33 numbers of a position evenly",
                "llama | hidden_size | 32.5          | hidden_size is 32.5, where a whole number is expected",
                "llama | hidden_size | 9999999999    | hidden_size is 9999999999, where a whole number is expected",
                "llama | hidden_size | 64            | asks for [96, 64]",
                "llama | num_hidden_layers | 1000000000 | the number of layers is 1,000,000,000",
                "llama | num_hidden_layers | 3       | has no \"model.layers.2.input_layernorm.weight\"",
                "llama | num_hidden_layers | 0       | the number of layers is 0",
                "llama | num_attention_heads | 0     | heads can not share",
                "llama | num_attention_heads | null  | does not say num_attention_heads",
                "llama | num_attention_heads | 16777216 | heads can not share 32 numbers",
                "llama | num_key_value_heads | 3     | 4 query heads can not share 3 key/value heads evenly",
                "llama | num_key_value_heads | 0     | the number of key/value heads is 0",
                "llama | num_key_value_heads | 1     | k_proj.weight\" has the shape [16, 32]",
                "llama | intermediate_size | 16777216 | asks for [16777216, 32]",
                "llama | intermediate_size | null    | does not say intermediate_size",
                "llama | head_dim | 7                | over 7 numbers",
                "llama | head_dim | 16777216         | over 16777216 numbers",
                "llama | max_position_embeddings | -1 | the context length is -1",
                "llama | rms_norm_eps | -1           | epsilon is -1",
                "llama | rms_norm_eps | small        | rms_norm_eps is small",
                "llama | hidden_act | gelu           | hidden_act is \"gelu\"",
                "llama | hidden_act | 3              | hidden_act is 3, where a text is expected",
                "llama | attention_bias | true       | has no \"model.layers.0.self_attn.q_proj.bias\"",
                "llama | mlp_bias | true             | has no \"model.layers.0.mlp.gate_proj.bias\"",
                "llama | attention_bias | 1          | attention_bias is 1, where true or false is expected",
                "llama | rope_parameters | yarn      | rope_parameters is yarn, where an object is expected",
                "llama | model_type | qwen2          | has no \"model.layers.0.self_attn.q_proj.bias\"",
                "qwen2 | layer_types | []            | layer_types are []",
                "qwen2 | layer_types | full          | layer_types are []",
                "qwen3 | head_dim | 8                | q_proj.weight\" has the shape [64, 32]",
                "mistral | sliding_window | -4       | attention windows",
                "gpt2 | n_positions | 1024           | \"transformer.wpe.weight\" has the shape [48, 32]",
                "gpt2 | activation_function | mish   | activation_function is \"mish\"",
                "gpt2 | scale_attn_by_inverse_layer_idx | true | scales attention by the layer",
                "gpt2 | n_inner | 64                 | c_fc.weight\" has the shape [32, 128]",
                "gpt2 | n_layer | 3                  | has no \"transformer.h.2.ln_1.weight\"",
                "opt | do_layer_norm_before | maybe  | where true or false is expected",
                "opt | word_embed_proj_dim | 16      | embed_tokens.weight\" has the shape [96, 32]",
                "opt | tie_word_embeddings | false   | has no \"lm_head.weight\"",
                "opt-350m | do_layer_norm_before | true | has no \"model.decoder.final_layer_norm.weight\"",
            })
    void oneKeyIsWrong(String name, String key, String value, String message) {
        assertThat(refusal(name, key, parse(value))).contains(message).doesNotContain("Exception");
    }

    @Test
    void rotaryPositionsOfAnUnknownKindOrWithoutTheirNumbersAreRefused() {
        Map<String, Object> rope = new LinkedHashMap<>(Map.of("rope_theta", 10000.0, "rope_type", "spiral"));
        assertThat(refusal("llama", "rope_parameters", rope))
                .contains("\"spiral\"", "linear, dynamic, llama3, yarn, longrope");
        rope.put("rope_type", "linear");
        assertThat(refusal("llama", "rope_parameters", rope)).contains("does not say factor");
        rope.put("factor", 0);
        assertThat(refusal("llama", "rope_parameters", rope)).contains("factor is 0");
        rope.put("rope_type", "llama3");
        rope.put("factor", 8);
        assertThat(refusal("llama", "rope_parameters", rope)).contains("low_freq_factor");
        rope.put("low_freq_factor", 4);
        rope.put("high_freq_factor", 4);
        rope.put("original_max_position_embeddings", 16);
        assertThat(refusal("llama", "rope_parameters", rope)).contains("high_freq_factor - low_freq_factor");
        rope.put("rope_theta", -1);
        assertThat(refusal("llama", "rope_parameters", rope)).contains("base -1");
        rope.put("rope_theta", 10000.0);
        rope.put("rope_type", 3);
        assertThat(refusal("llama", "rope_parameters", rope)).contains("rope_type is 3");
    }

    @Test
    void noConfigIsRefused() {
        assertThat(refusal("llama", Map.of())).contains("config.json", "does not say model_type");
    }

    @Test
    void aGgufFileNeedsNoConfig() {
        assertThat(Transformer.of(OPEN.get("gguf-llama").weights, Map.of())
                        .config()
                        .layers())
                .isEqualTo(2);
    }
}
