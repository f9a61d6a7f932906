package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.nibble.compare.Plan.Fit;
import dev.nibble.compare.PlanningFigures.Figure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {
    /** Counted by transformers 5.23 on torch's meta device: tests/oracles/parameters.py. */
    @ParameterizedTest
    @CsvSource({
        "smollm2-135m, 134515008",
        "gpt2, 124439808",
        "opt-125m, 125239296",
        "llama-2-7b, 6738415616",
        "llama-2-13b, 13015864320",
        "llama-2-70b, 68976648192",
        "llama-3.1-8b, 8030261248",
        "llama-3.1-70b, 70553706496",
        "llama-3.1-405b, 405853388800",
        "mistral-7b-v0.3, 7248023552",
        "mixtral-8x7b, 46702792704",
        "qwen2.5-7b, 7615616512",
        "qwen2.5-72b, 72706203648",
        "qwen3-8b, 8190735360",
        "qwen3-30b-a3b, 30532122624",
        "deepseek-v3, 671026404352",
    })
    void shapesHaveTheParametersOfTransformersModels(String name, long parameters) {
        assertThat(KnownShapes.named(name).parameters()).isEqualTo(parameters);
    }

    @Test
    void everyKnownShapeIsCounted() {
        assertThat(KnownShapes.names()).hasSize(16);
    }

    @Test
    void theCacheIsKeysAndValuesOfEveryLayer() {
        // 80 layers, 8 heads of 128 numbers, keys and values, 2 bytes
        assertThat(Planner.of(KnownShapes.named("llama-3.1-70b")).plan().cacheBytesPerToken())
                .isEqualTo(80 * 8 * 128 * 2 * 2);
        assertThat(Planner.of(KnownShapes.named("llama-3.1-70b"))
                        .context(1000)
                        .batch(3)
                        .plan()
                        .cacheBytes())
                .isEqualTo(1000L * 3 * 327_680);
        assertThat(Planner.of(KnownShapes.named("llama-3.1-70b"))
                        .in("kv=fp8:e4m3:plain")
                        .context(1000)
                        .plan()
                        .cacheBytes())
                .isEqualTo(1000L * 327_680 / 2);
        // 61 layers, 512 + 64 numbers
        assertThat(Planner.of(KnownShapes.named("deepseek-v3")).plan().cacheBytesPerToken())
                .isEqualTo(61 * (512 + 64) * 2);
    }

    @Test
    void slidingWindowsKeepNoMoreThanTheirWindow() {
        Map<String, Object> config = config();
        config.put("sliding_window", 100);
        assertThat(ModelShape.of("all", config).cacheNumbers(1000)).isEqualTo(4 * 100 * 2 * 2 * 8);
        config.put(
                "layer_types", List.of("sliding_attention", "full_attention", "sliding_attention", "full_attention"));
        assertThat(ModelShape.of("half", config).cacheNumbers(1000)).isEqualTo((2 * 100 + 2 * 1000) * 2 * 2 * 8);
        config.put("use_sliding_window", false);
        assertThat(ModelShape.of("none", config).cacheNumbers(1000)).isEqualTo(4 * 1000 * 2 * 2 * 8);
    }

    private static Map<String, Object> config() {
        return new HashMap<>(Map.of(
                "model_type", "llama",
                "vocab_size", 320,
                "hidden_size", 32,
                "intermediate_size", 64,
                "num_hidden_layers", 4,
                "num_attention_heads", 4,
                "num_key_value_heads", 2,
                "max_position_embeddings", 2048,
                "tie_word_embeddings", true));
    }

    @Test
    void weightsAreTheBytesThatFormatsStore() {
        var shape = ModelShape.of("tiny", config());
        // a layer: q 32x32, k and v 16x32, o 32x32, gate and up 64x32, down 32x64
        long linears = 4 * (32 * 32 * 2 + 16 * 32 * 2 + 64 * 32 * 3);
        long rest = 320 * 32 + 9 * 32; // tied embedding, norms
        assertThat(shape.parameters()).isEqualTo(linears + rest);
        var kept = Planner.of(shape).plan();
        assertThat(kept.weightBytes()).isEqualTo(2 * (linears + rest));
        assertThat(kept.quantizedBytes()).isZero();
        var blocks = Planner.of(shape).in("q8_0").plan();
        assertThat(blocks.quantizedBytes()).isEqualTo(linears / 32 * 34);
        assertThat(blocks.weightBytes()).isEqualTo(linears / 32 * 34 + 2 * rest);
        assertThat(blocks.bitsPerWeight()).isCloseTo(8.0 * blocks.weightBytes() / shape.parameters(), within(1e-12));
        var mixed = Planner.of(shape).in("w=q8_0;embed=q8_0;layers.0.*=keep").plan();
        assertThat(mixed.weightBytes()).isEqualTo(linears / 4 * 3 / 32 * 34 + linears / 4 * 2 + 320 * 34 + 2 * 9 * 32);
        var super256 = Planner.of(shape).in("q4_k").plan();
        assertThat(super256.quantizedBytes()).isZero();
        assertThat(super256.notes()).anyMatch(n -> n.contains("q4_k does not take rows of 32"));
    }

    @Test
    void speedIsTheBytesThatATokenReads() {
        var shape = KnownShapes.named("llama-3.1-8b");
        var plan = Planner.of(shape).context(0).plan();
        // the embedding is looked up, all else is read: 8,030,261,248 less 128,256 x 4096 numbers of 2 bytes
        double read = (8_030_261_248L - 128_256L * 4096) * 2.0;
        assertThat(fit(plan, "RTX 4090").tokensPerSecond()).isCloseTo(1008e9 / read, withinPercentage(1e-9));
        assertThat(fit(plan, "RTX 4090").joulesPerToken()).isCloseTo(450 * read / 1008e9, withinPercentage(1e-9));
        var many = Planner.of(shape).context(4096).batch(16).price(2).plan();
        double together = read + 16 * 4096.0 * 131_072;
        Fit h100 = fit(many, "H100 SXM");
        assertThat(h100.cards()).isEqualTo(1);
        assertThat(h100.tokensPerSecond()).isCloseTo(16 * 3350e9 / together, withinPercentage(1e-9));
        assertThat(h100.costPerMillion().getAsDouble())
                .isCloseTo(2 / 3600.0 * 1e6 * together / (16 * 3350e9), withinPercentage(1e-9));
        assertThat(plan.downloads().get(1).seconds()).isCloseTo(plan.weightBytes() * 8 / 100e6, within(1e-6));
    }

    @Test
    void ofExpertsOnlyThoseThatAreUsedAreRead() {
        var shape = KnownShapes.named("mixtral-8x7b");
        assertThat(shape.activeParameters()).isCloseTo(12_879_925_248L - 32_000L * 4096, within(1_000_000L));
        double all =
                fit(Planner.of(shape).context(0).batch(10_000).plan(), "B200").tokensPerSecond();
        double one = fit(Planner.of(shape).context(0).plan(), "B200").tokensPerSecond();
        assertThat(one).isCloseTo(8000e9 / (2.0 * shape.activeParameters()), withinPercentage(0.01));
        assertThat(all)
                .isCloseTo(10_000 * 8000e9 / (2.0 * (shape.parameters() - 32_000L * 4096)), withinPercentage(0.01));
    }

    private static Fit fit(Plan plan, String card) {
        var wanted = Accelerator.named(card);
        return plan.fits().stream()
                .filter(f -> f.accelerator().equals(wanted))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void cardsComeInPowersOfTwoAndNodesOfEight() {
        var plan = Planner.of(KnownShapes.named("llama-3.1-405b")).context(0).plan();
        Fit h100 = fit(plan, "H100 SXM");
        assertThat(h100.needed()).isEqualTo(11); // 811.7 GB over 0.9 x 80 GiB
        assertThat(h100.cards()).isEqualTo(16);
        var fp8 = Planner.of(KnownShapes.named("llama-3.1-405b"))
                .in("fp8:e4m3")
                .context(0)
                .plan();
        assertThat(fit(fp8, "H100 SXM").cards()).isEqualTo(8);
        assertThat(fit(fp8, "H100 SXM").isNative()).isTrue();
        assertThat(fit(fp8, "A100 SXM 80").isNative()).isFalse();
        assertThat(fit(fp8, "H100 SXM").engines()).contains("vLLM");
        assertThat(fp8.recommendation().getFirst()).contains("no single card");
        assertThat(fit(Planner.of(KnownShapes.named("llama-3.1-8b")).in("q4_k").plan(), "RTX 3090")
                        .engines())
                .contains("llama.cpp");
    }

    @Test
    void theRecommendationIsTheWidestThatFits() {
        var plan = Planner.of(KnownShapes.named("llama-3.1-8b")).context(8192).plan(List.of(Accelerator.named("T4")));
        assertThat(plan.recommendation())
                .anyMatch(r -> r.startsWith("as it comes") && r.contains("too much"))
                .anyMatch(r -> r.contains("in int8 takes") && r.contains("widest"))
                .noneMatch(r -> r.contains("in int4:g128 takes"));
    }

    @Test
    void publishedFiguresAreComputedAndExplained() {
        List<Figure> figures = PlanningFigures.all();
        assertThat(figures).hasSize(16).allSatisfy(f -> {
            assertThat(f.holds()).as(f.toString()).isTrue();
            assertThat(f.explanation()).hasSizeGreaterThan(40);
        });
        assertThat(figures.stream()
                        .filter(f -> f.low() == 178)
                        .findFirst()
                        .orElseThrow()
                        .explanation())
                .contains("115,967 tokens"); // 38e9 / 327,680
        Figure cards = figures.stream()
                .filter(f -> f.claim().startsWith("405B in FP16 on"))
                .findFirst()
                .orElseThrow();
        assertThat(cards.explanation()).contains("need 11 cards of 80 x 10^9 bytes"); // 810 / 80
        assertThat(cards.nominal()).isEqualTo(16);
        Figure int4 = figures.stream()
                .filter(f -> f.claim().equals("70B in INT4"))
                .findFirst()
                .orElseThrow();
        assertThat(int4.exact()).isBetween(35.0, 45.0);
    }

    @Test
    void onlyASizeIsEnoughForWeights() {
        var plan =
                Planner.of(ModelShape.ofParameters("70B", 70e9)).in("int4:g128").plan();
        assertThat(plan.weightBytes() / 1e9).isCloseTo(70 * 4.125 / 8, withinPercentage(1.5));
        assertThat(plan.cacheBytes()).isZero();
        assertThat(plan.notes()).anyMatch(n -> n.contains("only a number of parameters"));
    }

    @Test
    void whatIsMissingOrImpossibleIsNamed() {
        Map<String, Object> config = config();
        config.remove("hidden_size");
        assertThatThrownBy(() -> ModelShape.of("c", config)).hasMessageContaining("does not say hidden_size");
        config.put("hidden_size", 32.5);
        assertThatThrownBy(() -> ModelShape.of("c", config)).hasMessageContaining("hidden_size is 32.5");
        config.put("hidden_size", 32);
        config.put("num_hidden_layers", 1_000_000);
        assertThatThrownBy(() -> ModelShape.of("c", config)).hasMessageContaining("more than 4096");
        assertThatThrownBy(() -> Accelerator.named("h1000")).hasMessageContaining("not in the table");
        assertThatThrownBy(() -> Accelerator.named("h100")).hasMessageContaining("say which");
        assertThatThrownBy(() -> KnownShapes.named("lama-2-7b")).hasMessageContaining("did you mean \"llama-2-7b\"");
        assertThatThrownBy(() -> Planner.of(KnownShapes.named("gpt2")).in("int99"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Planner.of(KnownShapes.named("gpt2")).batch(0)).hasMessageContaining("positive");
    }

    @Test
    void theTablesAreSound() {
        assertThat(Accelerator.all()).hasSizeGreaterThan(15).allSatisfy(a -> {
            assertThat(a.source()).isNotBlank();
            assertThat(a.formats()).contains("fp16");
            assertThat(Engine.all()).anyMatch(e -> e.generations().contains(a.generation()));
        });
        assertThat(Engine.all()).allSatisfy(e -> assertThat(e.source()).isNotBlank());
    }
}
