package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the block types refuse, and what they tell. */
class GgufFormatTest {
    @Test
    void aRowThatDoesNotFillBlocksIsRefusedWithTheLengthsThatDo() {
        Format format = Formats.parse("q4_k");
        assertThatThrownBy(() -> format.quantize(Generators.gaussian(2, 576, 1).named("blk.0.attn_q")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blk.0.attn_q")
                .hasMessageContaining("576")
                .hasMessageContaining("512 or 768");
        assertThatThrownBy(() -> format.layout(1, 40)).hasMessageContaining("256, 512");
    }

    @ParameterizedTest
    @ValueSource(strings = {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k"})
    void aScaleThatFloat16DoesNotHoldIsRefusedWithItsPlace(String recipe) {
        for (float large : new float[] {1e9f, 1e20f, 3e38f}) {
            float[] x = Generators.gaussian(3, 512, 1).values();
            x[512 + 300] = large;
            assertThatThrownBy(() -> Formats.parse(recipe).quantize(Matrix.of("w", 3, 512, x)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("row 1, columns " + (recipe.endsWith("k") ? "256 to 511" : "288 to 319"));
        }
    }

    @Test
    void anImportanceMatrixIsTakenWhereItMattersAndCheckedForItsLength() {
        Matrix w = Generators.gaussian(2, 256, 1).named("w");
        Importance short1 = new Importance("w", new float[255]);
        float[] ones = new float[256];
        Arrays.fill(ones, 1e30f);
        for (String recipe : List.of("q4_0", "q5_1", "q2_k", "q6_k")) {
            Format format = Formats.parse(recipe);
            assertThat(format.takesImportance()).isTrue();
            assertThatThrownBy(() -> format.quantize(w, short1, Progress.NONE, Trace.off()))
                    .hasMessageContaining("256 columns");
            Importance large = new Importance("w", ones);
            Matrix loud =
                    Matrix.of("loud", 1, 256, Generators.gaussian(1, 256, 2).values());
            loud.values()[7] = 1000;
            assertThatThrownBy(() -> format.quantize(loud, large, Progress.NONE, Trace.off()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("importance");
        }
        Format bytes = Formats.parse("q8_0");
        assertThat(bytes.takesImportance()).isFalse();
        assertThatThrownBy(() -> bytes.quantize(w, new Importance("w", ones), Progress.NONE, Trace.off()))
                .hasMessageContaining("no importance");
    }

    @ParameterizedTest
    @ValueSource(strings = {"q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k"})
    void aTraceWithImportanceTellsEveryCandidateAndMakesTheBlocksAgain(String recipe) {
        Format format = Formats.parse(recipe);
        Matrix w = Generators.withOutlierColumns(3, 512, 7).named("w");
        float[] im = new float[512];
        for (int i = 0; i < im.length; i++) {
            im[i] = i % 5 == 0 ? 0 : 1 + i % 7;
        }
        Trace trace = Trace.record();
        Quantized traced = format.quantize(w, new Importance("w", im), Progress.NONE, trace);
        byte[] bytes = traced.parts().getFirst().toBytes();
        assertThat(format.quantize(w, new Importance("w", im), Progress.NONE, Trace.off())
                        .parts()
                        .getFirst()
                        .toBytes())
                .isEqualTo(bytes);
        assertThat(format.replay("w", 3, 512, trace.steps()).parts().getFirst().toBytes())
                .isEqualTo(bytes);
        assertThat(trace.steps(BlockChosen.class)).hasSize(traced.blocks());
        var tried = trace.steps(ScaleTried.class).stream()
                .filter(t -> t.of() == ScaleTried.Of.WEIGHTS)
                .toList();
        int sub = tried.getFirst().count();
        assertThat(tried.stream().mapToInt(ScaleTried::column).distinct().count())
                .isEqualTo(512 / sub);
        assertThat(tried.size() / (3 * 512 / sub)).isBetween(19, 38);
    }

    @Test
    void theCandidateTakenLastHasTheLeastErrorAndItsScaleIsStored() {
        Matrix w = Generators.gaussian(1, 256, 3);
        Trace trace = Trace.record();
        Formats.parse("q4_k").quantize(w, trace);
        BlockChosen chosen = trace.steps(BlockChosen.class).getFirst();
        for (int j = 0; j < 8; j++) {
            int column = 32 * j;
            var tried = trace.steps(ScaleTried.class).stream()
                    .filter(t -> t.column() == column)
                    .toList();
            assertThat(tried).hasSizeBetween(2, 22);
            ScaleTried last = tried.stream().filter(ScaleTried::taken).toList().getLast();
            assertThat(tried).allMatch(t -> t.error() >= last.error());
            // The integer scale and minimum are the nearest to what was found.
            assertThat((double) chosen.scales()[j] * chosen.d()).isCloseTo(last.scale(), within(0.51 * chosen.d()));
            assertThat(-(double) chosen.mins()[j] * chosen.min()).isCloseTo(last.min(), within(0.51 * chosen.min()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"q4_0", "q2_k"})
    void stopsWhenAskedTo(String recipe) {
        CancelToken stop = new CancelToken();
        stop.cancel();
        Progress stopped = new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return Progress.NONE.task(title, total, unit);
            }

            @Override
            public CancelToken cancelToken() {
                return stop;
            }
        };
        Matrix w = Generators.gaussian(4, 512, 3);
        assertThatThrownBy(() -> Formats.parse(recipe).quantize(w, stopped)).isInstanceOf(Cancelled.class);
        assertThatThrownBy(() -> Formats.parse(recipe).quantize(w, stopped, Trace.record()))
                .isInstanceOf(Cancelled.class);
    }
}
