package dev.nibble.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.ModelRecipe.Part;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRecipeTest {
    private static final String LONG = "w=nvfp4;a=nvfp4;kv=fp8:e4m3;head=bf16;layers.0.*=int8";

    @ParameterizedTest
    @ValueSource(
            strings = {"int4:g128", "gptq:int4:g128:act", LONG, "w=int4;head=keep", "head=q6_k", "*.v_proj.weight=int8"
            })
    void printsAsWrittenAndReadsItselfBack(String text) {
        ModelRecipe recipe = ModelRecipe.parse(text);
        assertThat(recipe).hasToString(text);
        assertThat(ModelRecipe.parse(recipe.toString())).isEqualTo(recipe);
    }

    @Test
    void whiteSpaceAndALoneWeightEntryMakeNoDifference() {
        assertThat(ModelRecipe.parse(" w = INT4:G128 ; head = bf16 "))
                .isEqualTo(ModelRecipe.parse("w=int4:g128;head=bf16"));
        assertThat(ModelRecipe.parse("w=int4:g128")).isEqualTo(ModelRecipe.parse("int4:g128"));
    }

    @Test
    void givesEachTensorWhatItsNameOrItsPartSays() {
        ModelRecipe recipe = ModelRecipe.parse(LONG);
        assertThat(recipe.ofTensor("model.layers.1.mlp.down_proj.weight", 2)).contains(Recipe.parse("nvfp4"));
        assertThat(recipe.ofTensor("model.layers.0.mlp.down_proj.weight", 2)).contains(Recipe.parse("int8"));
        assertThat(recipe.ofTensor("blk.0.ffn_down.weight", 2)).contains(Recipe.parse("int8"));
        assertThat(recipe.ofTensor("blk.10.ffn_down.weight", 2)).contains(Recipe.parse("nvfp4"));
        assertThat(recipe.ofTensor("lm_head.weight", 2)).contains(Recipe.parse("bf16"));
        assertThat(recipe.ofTensor("output.weight", 2)).contains(Recipe.parse("bf16"));
        assertThat(recipe.ofTensor("model.embed_tokens.weight", 2)).isEmpty();
        assertThat(recipe.ofTensor("model.layers.1.input_layernorm.weight", 1)).isEmpty();
        assertThat(recipe.of(Part.CACHE)).contains(Recipe.parse("fp8:e4m3"));
        assertThat(recipe.of(Part.EMBEDDINGS)).isEqualTo(Optional.empty());
    }

    @Test
    void theLastPatternThatMatchesCountsAndKeepKeeps() {
        ModelRecipe recipe = ModelRecipe.parse("w=int4;layers.*=int8;layers.3.*=keep;*.down_proj.weight=int2");
        assertThat(recipe.ofTensor("model.layers.2.mlp.up_proj.weight", 2)).contains(Recipe.parse("int8"));
        assertThat(recipe.ofTensor("model.layers.3.mlp.up_proj.weight", 2)).isEmpty();
        assertThat(recipe.ofTensor("model.layers.3.mlp.down_proj.weight", 2)).contains(Recipe.parse("int2"));
        assertThat(recipe.ofTensor("model.layers.30.mlp.up_proj.weight", 2)).contains(Recipe.parse("int8"));
    }

    @ParameterizedTest
    @CsvSource({
        "token_embd.weight, 2, EMBEDDINGS",
        "transformer.wpe.weight, 2, EMBEDDINGS",
        "blk.3.attn_output.weight, 2, WEIGHTS",
        "blk.3.attn_norm.weight, 1, NORMS",
        "blk.3.ffn_gate_inp.weight, 2, NORMS",
        "blk.3.ffn_gate_inp_shexp.weight, 2, NORMS",
        "blk.3.ffn_gate.weight, 2, WEIGHTS",
        "model.layers.0.block_sparse_moe.gate.weight, 2, NORMS",
        "model.layers.0.block_sparse_moe.router.layer.weight, 2, NORMS",
        "model.layers.0.mlp.gate.weight, 2, NORMS",
        "model.layers.0.mlp.gate.wg.weight, 2, NORMS",
        "model.layers.0.mlp.router.weight, 2, NORMS",
        "model.layers.0.mlp.router.gate.weight, 2, NORMS",
        "model.layers.0.mlp.shared_expert_gate.weight, 2, NORMS",
        "model.layers.0.feed_forward.gate.weight, 2, NORMS",
        "model.layers.0.feed_forward.router.weight, 2, NORMS",
        "transformer.blocks.0.ffn.router.layer.weight, 2, NORMS",
        "model.layers.0.mlp.gate_proj.weight, 2, WEIGHTS",
        "model.layers.0.mlp.experts.0.gate_proj.weight, 2, WEIGHTS",
        "model.layers.0.block_sparse_moe.experts.0.w1.weight, 2, WEIGHTS",
        "transformer.h.0.attn.c_attn.weight, 2, WEIGHTS",
        "transformer.h.0.attn.c_attn.bias, 1, NORMS",
        "transformer.h.0.ln_1.weight, 1, NORMS",
        "model.decoder.layers.0.self_attn.out_proj.weight, 2, WEIGHTS",
        "lm_head.weight, 2, HEAD",
    })
    void knowsThePartOfATensorByItsName(String name, int dimensions, Part part) {
        assertThat(Part.ofTensor(name, dimensions)).isEqualTo(part);
    }

    @Test
    void answersAMisspelledPartWithTheNearestAndSaysWhatIsMissing() {
        assertThatThrownBy(() -> ModelRecipe.parse("hed=bf16"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("did you mean \"head\"?");
        assertThatThrownBy(() -> ModelRecipe.parse("w=int4;;a=int8")).hasMessageContaining("an entry is empty");
        assertThatThrownBy(() -> ModelRecipe.parse("w=int4;int8")).hasMessageContaining("\"int8\" names no part");
        assertThatThrownBy(() -> ModelRecipe.parse("w=int4;w=int8")).hasMessageContaining("given twice");
        assertThatThrownBy(() -> ModelRecipe.parse("w=")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelRecipe.parse("lay(ers.0=int4")).hasMessageContaining("lay(ers.0");
        assertThatThrownBy(() -> ModelRecipe.parse("w=itn4")).hasMessageContaining("did you mean \"int4\"?");
        assertThatThrownBy(() -> ModelRecipe.parse("itn4")).hasMessageContaining("did you mean \"int4\"?");
        assertThatThrownBy(() -> ModelRecipe.parse("head=keep;kv=fp8:e4m4")).hasMessageContaining("e4m3");
        assertThatThrownBy(() -> ModelRecipe.parse("w=int4:g12x")).hasMessageContaining("g12x");
        assertThatThrownBy(() -> ModelRecipe.parse("w=int4;" + "x.*=int4;".repeat(5000)))
                .hasMessageContaining("characters");
    }

    @Test
    void aPatternIsNoRegularExpressionAndManyStarsDoNotHang() {
        ModelRecipe recipe = ModelRecipe.parse("a.b*=int4");
        assertThat(recipe.ofTensor("axb", 2)).isEmpty();
        assertThat(recipe.ofTensor("a.bcd", 2)).contains(Recipe.parse("int4"));
        ModelRecipe stars = ModelRecipe.parse("*a".repeat(40) + "=int4");
        assertThat(stars.ofTensor("a".repeat(200) + "b", 2)).isEmpty();
    }

    @Test
    void completesPartsAndRecipes() {
        assertThat(ModelRecipe.complete("w=int4;h", p -> List.of())).containsExactly("w=int4;head=");
        assertThat(ModelRecipe.complete("w=in", p -> List.of(p + "t4"))).containsExactly("w=int4");
        assertThat(ModelRecipe.complete("w=int4;w", p -> List.of())).isEmpty();
        assertThat(ModelRecipe.complete("head=ke", p -> List.of())).containsExactly("head=keep");
        assertThat(ModelRecipe.complete("", p -> List.of("int4"))).contains("int4", "w=", "kv=");
    }
}
