package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nibble.checkpoint.Weights;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Live;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Protocol;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons on SmolLM2; skipped where it is not in the cache. */
class ComparisonTest {
    private static final EvaluationData DATA = new EvaluationData(
            "a little", List.of("The quick brown fox jumps over the lazy dog. ".repeat(12)), Optional.empty());

    private static Model model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        assumeTrue(Models.available("smollm2-135m"), "smollm2-135m is not in the cache: nibble model smollm2-135m");
        model = Models.open("smollm2-135m", Progress.NONE);
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    private Comparison comparison(String... recipes) {
        return Comparison.of(model).on(DATA).by(Protocol.gptq(32)).add(recipes).keptIn(folder);
    }

    @Test
    void theFormatOfTheFileLosesNothingAndOthersDo() {
        List<Integer> shown = new ArrayList<>();
        Live live = new Live() {
            @Override
            public void show(Object state) {
                shown.add(((ComparisonResult) state).rows().size());
            }

            @Override
            public void end() {
                shown.add(-1);
            }
        };
        ComparisonResult result = comparison("q4_1", "int3:g32").run(Progress.NONE, live);
        assertThat(shown).containsExactly(0, 1, 2, 3, -1);
        assertThat(result.rows())
                .extracting(ComparisonRow::recipe)
                .containsExactly(ComparisonRow.AS_STORED, "q4_1", "int3:g32");
        ComparisonRow same = result.rows().get(1);
        assertThat(same.kl()).isZero();
        assertThat(same.perplexity()).isEqualTo(result.rows().getFirst().perplexity());
        assertThat(same.sizes().bitsPerWeight()).isEqualTo(5);
        ComparisonRow coarse = result.rows().get(2);
        assertThat(coarse.kl()).isGreaterThan(0.1);
        assertThat(coarse.sizes().bitsPerWeight()).isCloseTo(3.5, within(1e-9));
        assertThat(result.note()).contains("Q4_1");
        assertThat(result.missing()).isEmpty();

        List<Integer> again = new ArrayList<>();
        ComparisonResult kept = comparison("int3:g32").run(Progress.NONE, new Live() {
            @Override
            public void show(Object state) {
                again.add(1);
            }

            @Override
            public void end() {}
        });
        assertThat(again).as("nothing is computed again").isEmpty();
        assertThat(kept.rows()).containsExactly(result.rows().getFirst(), coarse);
    }

    @Test
    void aStopKeepsTheRowsThatWereDoneAndAFileThatIsNoneIsNoRow() throws Exception {
        var token = new CancelToken();
        var progress = new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return Progress.NONE.task(title, total, unit);
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
        assertThatThrownBy(() -> comparison("q4_1", "int8").run(progress, new Live() {
                    @Override
                    public void show(Object state) {
                        if (((ComparisonResult) state).rows().size() == 2) {
                            token.cancel();
                        }
                    }

                    @Override
                    public void end() {}
                }))
                .isInstanceOf(Cancelled.class);
        try (var files = Files.list(folder)) {
            List<Path> kept = files.toList();
            assertThat(kept).hasSize(2);
            Files.writeString(kept.getFirst(), "{");
        }
        List<Integer> shown = new ArrayList<>();
        comparison("q4_1").run(Progress.NONE, new Live() {
            @Override
            public void show(Object state) {
                shown.add(((ComparisonResult) state).rows().size());
            }

            @Override
            public void end() {}
        });
        assertThat(shown).as("one row was there").containsExactly(1, 2);
    }

    @Test
    void sizesCountTheBytesThatAreStored() {
        Weights weights = Weights.of(model.checkpoint());
        Sizes stored = Sizes.of(weights, null);
        assertThat(stored.bytes()).isEqualTo(model.bytes());
        assertThat(stored.quantizedValues()).isEqualTo(106_168_320); // the 210 linears, by smollm2.json
        Sizes q8 = Sizes.of(weights, ModelRecipe.parse("q8_0"));
        assertThat(q8.quantizedBytes()).isEqualTo(106_168_320L / 32 * 34);
        assertThat(q8.bytes() - q8.quantizedBytes()).isEqualTo(stored.bytes() - stored.quantizedBytes());
        Sizes k = Sizes.of(weights, ModelRecipe.parse("q4_k"));
        // Rows of 576 are no multiple of 256: all but the 30 of ffn_down, whose rows are 1536 long.
        assertThat(k.fallbacks()).isEqualTo(180);
        long down = 30L * 576 * 1536;
        assertThat(k.quantizedBytes()).isEqualTo(down / 256 * 144 + (106_168_320L - down) / 32 * 22);
    }

    @Test
    void whatIsNoRecipeOrNotDoneYetIsRefusedAtOnce() {
        assertThatThrownBy(() -> comparison("int4:g3x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> comparison("w=int4;kv=int8")).hasMessageContaining("cache");
    }
}
