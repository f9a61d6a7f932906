package dev.nibble.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.core.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
    private static final Percentage CLOSE = withinPercentage(1e-9);

    private final TableModel base = TableModel.base(OptionalInt.empty(), false);
    private final TableModel near = TableModel.near();

    @TempDir
    Path folder;

    private Evaluation evaluation() {
        JsonNode c = TableModel.VECTORS.get("divergence");
        return Evaluation.of(
                base.tokenizer(),
                Protocol.llamaCpp(c.get("window").asInt()),
                List.of(TableModel.ints(c.get("tokens"))),
                0);
    }

    @Test
    void equalsNumpyOnTables() {
        JsonNode c = TableModel.VECTORS.get("divergence");
        try (var recorded = LogProbabilities.record(base, evaluation(), Progress.NONE)) {
            var d = Divergence.of(recorded, near, Progress.NONE);
            assertThat(d.kl().mean()).isCloseTo(c.get("kl").asDouble(), CLOSE);
            assertThat(d.kl().standardError()).isCloseTo(c.get("klError").asDouble(), CLOSE);
            assertSpread(d.kl(), c.get("klQuantiles"));
            assertThat(d.deltaP().mean()).isCloseTo(c.get("deltaP").asDouble(), CLOSE);
            assertThat(d.deltaP().standardError())
                    .isCloseTo(c.get("deltaPError").asDouble(), CLOSE);
            assertSpread(d.deltaP(), c.get("deltaPQuantiles"));
            assertThat(d.rmsDeltaP()).isCloseTo(c.get("rms").asDouble(), CLOSE);
            assertThat(d.rmsDeltaPError()).isCloseTo(c.get("rmsError").asDouble(), CLOSE);
            assertThat(d.sameTop()).isCloseTo(c.get("sameTop").asDouble(), CLOSE);
            assertThat(d.sameTopError()).isCloseTo(c.get("sameTopError").asDouble(), CLOSE);
            assertThat(d.entropy()).isCloseTo(c.get("entropy").asDouble(), CLOSE);
            assertThat(d.change().logRatio()).isCloseTo(c.get("logRatio").asDouble(), CLOSE);
            assertThat(d.change().logRatioError())
                    .isCloseTo(c.get("logRatioError").asDouble(), CLOSE);
            assertThat(d.change().ratio()).isCloseTo(c.get("ratio").asDouble(), CLOSE);
            assertThat(d.change().ratioError()).isCloseTo(c.get("ratioError").asDouble(), CLOSE);
            assertThat(d.change().difference()).isCloseTo(c.get("difference").asDouble(), CLOSE);
            assertThat(d.change().differenceError())
                    .isCloseTo(c.get("differenceError").asDouble(), CLOSE);
            assertThat(d.change().correlation()).isCloseTo(c.get("correlation").asDouble(), CLOSE);
            assertThat(d.baseEntropy()).isEqualTo(d.before().entropy());
            assertThat(d.tokens()).isEqualTo(6 * 15);
        }
    }

    private static void assertSpread(Distribution d, JsonNode quantiles) {
        double[] ours = {
            d.min(),
            d.p0_1(),
            d.p1(),
            d.p5(),
            d.p10(),
            d.p25(),
            d.median(),
            d.p75(),
            d.p90(),
            d.p95(),
            d.p99(),
            d.p99_9(),
            d.max()
        };
        for (int i = 0; i < ours.length; i++) {
            assertThat(ours[i]).isCloseTo(quantiles.get(i).asDouble(), within(1e-11));
        }
    }

    @Test
    void aModelDoesNotDivergeFromItself() {
        try (var recorded = LogProbabilities.record(base, evaluation(), Progress.NONE)) {
            var d = Divergence.of(recorded, base, Progress.NONE);
            assertThat(d.kl().max()).isZero();
            assertThat(d.deltaP().min()).isZero();
            assertThat(d.deltaP().max()).isZero();
            assertThat(d.rmsDeltaP()).isZero();
            assertThat(d.sameTop()).isEqualTo(1);
            assertThat(d.change().logRatio()).isZero();
            assertThat(d.change().logRatioError()).isZero();
            assertThat(d.change().paired().standardError()).isZero();
            var direct = Perplexity.of(base, evaluation(), Progress.NONE);
            assertThat(d.before().nll()).isEqualTo(direct.nll());
            assertThat(d.before().entropy()).isEqualTo(direct.entropy());
            assertThat(d.after().nll()).isEqualTo(direct.nll());
        }
    }

    @Test
    void nothingIsCutOffAtSixteenNats() {
        float[] p = {0, -17, -40};
        float[] q = {0, -40, -17};
        double pSum = LogSoftmax.of(p, 0, 3).logSum();
        double qSum = LogSoftmax.of(q, 0, 3).logSum();
        // by hand: e^-17 * 23 + e^-40 * -23, over a sum of 1 + e^-17 + e^-40, the same for both
        double sum = 1 + Math.exp(-17) + Math.exp(-40);
        assertThat(LogSoftmax.divergence(p, 0, pSum, q, 0, qSum, 3))
                .isCloseTo((Math.exp(-17) - Math.exp(-40)) * 23 / sum, withinPercentage(1e-6));
        float[] never = {0, Float.NEGATIVE_INFINITY, -17};
        double sumOfNever = LogSoftmax.of(never, 0, 3).logSum();
        assertThat(LogSoftmax.divergence(p, 0, pSum, never, 0, sumOfNever, 3)).isInfinite();
        assertThat(LogSoftmax.divergence(never, 0, sumOfNever, p, 0, pSum, 3)).isFinite();
    }

    @Test
    void aNamedFileIsReadBack() {
        Path file = folder.resolve("base.logits");
        LogProbabilities.record(base, evaluation(), file, false, Progress.NONE).close();
        try (var opened = LogProbabilities.open(file)) {
            assertThat(opened.model()).isEqualTo("base");
            assertThat(opened.evaluation().hash()).isEqualTo(evaluation().hash());
            assertThat(opened.evaluation().protocol()).isEqualTo(Protocol.llamaCpp(32));
            assertThat(opened.positions()).isEqualTo(90);
            assertThat(Arrays.stream(opened.logProbabilities(89)).map(Math::exp).sum())
                    .isCloseTo(1, within(1e-14));
            assertThat(opened.perplexity().nll())
                    .isEqualTo(Perplexity.of(base, evaluation(), Progress.NONE).nll());
            assertThatThrownBy(() -> opened.logProbabilities(90)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> LogProbabilities.record(base, evaluation(), file, false, Progress.NONE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("exists already");
        LogProbabilities.record(near, evaluation(), file, true, Progress.NONE).close();
        try (var opened = LogProbabilities.open(file)) {
            assertThat(opened.model()).isEqualTo("near");
        }
    }

    @Test
    void aSpoiledFileIsRefusedWhereverItIsSpoiled() throws IOException {
        Path file = folder.resolve("base.logits");
        LogProbabilities.record(base, evaluation(), file, false, Progress.NONE).close();
        byte[] good = Files.readAllBytes(file);
        int head = good.length - 90 * (24 + 4 * 53);
        for (int size : new int[] {0, 5, 11, 12, 40, head - 1, head, good.length - 1}) {
            Files.write(file, Arrays.copyOf(good, size));
            assertThatThrownBy(() -> LogProbabilities.open(file)).isInstanceOf(CheckpointException.class);
        }
        for (int at = 0; at < head; at += at < 60 ? 1 : 7) {
            for (int change : new int[] {1, 0x80, 0xff}) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) change;
                Files.write(file, bad);
                try (var opened = LogProbabilities.open(file)) {
                    // what names things may differ, or what an answer does not depend on; the tokens are hashed
                    assertThat(opened.evaluation().hash())
                            .isEqualTo(evaluation().hash());
                    opened.perplexity();
                } catch (CheckpointException refused) {
                    assertThat(refused).hasMessageContaining("base.logits");
                }
            }
        }
        Files.write(file, "{}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> LogProbabilities.open(file)).hasMessageContaining("no file of logits");
        assertThatThrownBy(() -> LogProbabilities.open(folder.resolve("none"))).hasMessageContaining("no such file");
    }

    @Test
    void anotherVocabularyIsRefused() {
        try (var recorded = LogProbabilities.record(base, evaluation(), Progress.NONE)) {
            var other = new TableModel(
                    "small", base.tokenizer(), 52, new float[2809], new float[2809], new float[64 * 52], 4);
            assertThatThrownBy(() -> Divergence.of(recorded, other, Progress.NONE))
                    .hasMessageContaining("52")
                    .hasMessageContaining("53");
        }
    }

    @Test
    void theBootstrapOfIndependentGroupsAgreesWithTheFormula() {
        var text = new StringBuilder();
        for (int i = 0; i < 4000; i++) {
            text.append((char) ('a' + (i * i + 7 * i) % 26));
        }
        var evaluation = Evaluation.of(base.tokenizer(), text.toString(), Protocol.gptq(2));
        var losses = Perplexity.of(base, evaluation, Progress.NONE).losses();
        assertThat(losses.windows()).isEqualTo(2000);
        var bootstrap = losses.bootstrap(2000, 7); // one token a window: what is drawn is independent
        assertThat(bootstrap.mean()).isCloseTo(losses.mean(), within(1e-12));
        assertThat(bootstrap.standardError()).isCloseTo(losses.standardError(), withinPercentage(10));
        assertThat(bootstrap.high() - bootstrap.low())
                .isCloseTo(2 * 1.96 * losses.standardError(), withinPercentage(12));
        assertThat(losses.bootstrap(2000, 7)).isEqualTo(bootstrap);
        assertThat(losses.bootstrap(2000, 8)).isNotEqualTo(bootstrap);
        var one = Perplexity.of(base, text.substring(0, 64), Protocol.gptq(64)).losses();
        assertThat(one.bootstrap().standardError()).isNaN();
    }
}
