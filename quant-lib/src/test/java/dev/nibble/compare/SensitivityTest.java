package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Live;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.metric.Divergence;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.LogProbabilities;
import dev.nibble.metric.Protocol;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SensitivityTest {
    private static final EvaluationData DATA = new EvaluationData(
            "a little", List.of("The quick brown fox jumps over the lazy dog. ".repeat(4)), Optional.empty());
    private static final Protocol PROTOCOL = Protocol.gptq(24);

    @TempDir
    private Path folder;

    private Sensitivity sensitivity(Model model, String recipe) {
        return Sensitivity.of(model).on(DATA).in(recipe).by(PROTOCOL, 3).keptIn(folder.resolve("rows"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2", "opt-350m"})
    void eachRowIsTheDivergenceOfTheWholeModelWithThatWeightQuantized(String name) {
        try (Model model = TinyFolder.open(name, folder)) {
            SensitivityResult result = sensitivity(model, "int2:g16").run(Progress.NONE, Live.NONE);
            List<Weight> linears = Weights.of(model.checkpoint()).all().stream()
                    .filter(w -> ModelRecipe.Part.ofTensor(w.name(), w.shape().length) == ModelRecipe.Part.WEIGHTS)
                    .toList();
            assertThat(result.complete()).isTrue();
            assertThat(result.rows())
                    .extracting(SensitivityRow::tensor)
                    .containsExactlyElementsOf(
                            linears.stream().map(Weight::name).toList());
            Evaluation evaluation = Evaluation.of(model.tokenizer(), DATA.documents(), PROTOCOL, 3);
            double sum = 0;
            try (LogProbabilities base = LogProbabilities.record(model.language(), evaluation, Progress.NONE)) {
                for (SensitivityRow row : result.rows()) {
                    Divergence whole =
                            Divergence.of(base, model.language().in(row.tensor() + "=int2:g16"), Progress.NONE);
                    assertThat(row.kl())
                            .as(row.tensor())
                            .isPositive()
                            .isEqualTo(whole.kl().mean());
                    assertThat(row.logRatio()).isEqualTo(whole.change().logRatio());
                    sum += row.kl();
                }
                SensitivityRow all = result.all().orElseThrow();
                assertThat(all.kl())
                        .isEqualTo(Divergence.of(base, model.language().in("int2:g16"), Progress.NONE)
                                .kl()
                                .mean());
            }
            assertThat(result.sumOfKl()).isCloseTo(sum, within(1e-12));
            assertThat(result.most(1).getFirst().kl())
                    .isEqualTo(result.rows().stream()
                            .mapToDouble(SensitivityRow::kl)
                            .max()
                            .orElseThrow());
            assertThat(result.verdict()).contains(result.most(1).getFirst().tensor());
        }
    }

    @Test
    void aFormatThatHoldsTheNumbersOfTheFileHurtsNowhere() {
        try (Model model = TinyFolder.open("llama", folder)) {
            SensitivityResult result = sensitivity(model, "fp32").run(Progress.NONE, Live.NONE);
            assertThat(result.rows()).hasSize(14).allMatch(row -> row.kl() == 0 && row.logRatio() == 0);
            assertThat(result.all().orElseThrow().kl()).isZero();
            assertThat(result.verdict()).contains("changes nothing");
            assertThat(result.layers()).containsExactly(0, 1);
            assertThat(result.kinds()).hasSize(7).contains("self_attn.q_proj", "mlp.down_proj");
        }
    }

    @Test
    void aStoppedRunGoesOnWhereItWasAndGivesTheSame() {
        try (Model model = TinyFolder.open("llama", folder)) {
            SensitivityResult whole = Sensitivity.of(model)
                    .on(DATA)
                    .in("int3:g16")
                    .by(PROTOCOL, 3)
                    .keptIn(folder.resolve("others"))
                    .run(Progress.NONE, Live.NONE);
            var token = new CancelToken();
            assertThatThrownBy(() -> sensitivity(model, "int3:g16").run(stoppable(token), shown(result -> {
                        if (result.rows().size() == 9) {
                            token.cancel();
                        }
                    })))
                    .isInstanceOf(Cancelled.class);
            List<Integer> rows = new ArrayList<>();
            SensitivityResult rest = sensitivity(model, "int3:g16")
                    .run(Progress.NONE, shown(result -> rows.add(result.rows().size())));
            assertThat(rows).containsExactly(9, 10, 11, 12, 13, 14);
            assertThat(rest)
                    .usingRecursiveComparison()
                    .ignoringFieldsMatchingRegexes(".*seconds")
                    .isEqualTo(whole);
        }
    }

    @Test
    void whatIsNoRecipeForOneWeightIsRefused() {
        try (Model model = TinyFolder.open("llama", folder)) {
            assertThatThrownBy(() -> sensitivity(model, "w=int4;head=int8")).hasMessageContaining("one recipe");
            assertThatThrownBy(() -> Sensitivity.of(model).in("int4").run()).hasMessageContaining("on(");
            assertThatThrownBy(() -> Sensitivity.of(model).on(DATA).run()).hasMessageContaining("in(");
        }
    }

    @Test
    void theFormatOfSmolLm2HurtsNowhereInIt() {
        assumeTrue(Models.available("smollm2-135m"), "smollm2-135m is not in the cache: nibble model smollm2-135m");
        try (Model model = Models.open("smollm2-135m", Progress.NONE)) {
            var token = new CancelToken();
            List<SensitivityRow> rows = new ArrayList<>();
            assertThatThrownBy(() -> sensitivity(model, "q4_1").run(stoppable(token), shown(result -> {
                        if (result.rows().size() == 3) {
                            rows.addAll(result.rows());
                            result.all().ifPresent(rows::add);
                            token.cancel();
                        }
                    })))
                    .isInstanceOf(Cancelled.class);
            assertThat(rows).hasSize(4).allMatch(row -> row.kl() == 0);
        }
    }

    private static Live shown(Consumer<SensitivityResult> each) {
        return new Live() {
            @Override
            public void show(Object state) {
                each.accept((SensitivityResult) state);
            }

            @Override
            public void end() {}
        };
    }

    private static Progress stoppable(CancelToken token) {
        return new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return Progress.NONE.task(title, total, unit);
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
    }
}
