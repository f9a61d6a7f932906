package dev.nibble.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PerplexityTest {
    private static final double EXACT = 1e-11; // percent: float64 against float64

    private final TableModel model = TableModel.base(OptionalInt.empty(), false);

    static Stream<JsonNode> cases() {
        return IntStream.range(0, TableModel.VECTORS.get("perplexities").size())
                .mapToObj(TableModel.VECTORS.get("perplexities")::get);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsItsDefinitionsOnTables(JsonNode c) {
        OptionalInt bos = c.get("bos").isNull()
                ? OptionalInt.empty()
                : OptionalInt.of(c.get("bos").asInt());
        var source = TableModel.base(bos, c.get("addsBos").asBoolean());
        var protocol = Protocol.named(
                c.get("protocol").asText(),
                c.get("window").asInt(),
                c.get("stride").asInt());
        var evaluation = Evaluation.of(source.tokenizer(), protocol, List.of(TableModel.ints(c.get("tokens"))), 0);
        var perplexity = Perplexity.of(source, evaluation, Progress.NONE);
        int[] scored = TableModel.ints(c.get("scored"));
        assertThat(IntStream.range(0, scored.length).map(w -> evaluation.targets(w).length))
                .containsExactly(IntStream.of(scored).boxed().toArray(Integer[]::new));
        assertThat(perplexity.nll()).isCloseTo(c.get("nll").asDouble(), withinPercentage(EXACT));
        assertThat(perplexity.perplexity()).isCloseTo(c.get("perplexity").asDouble(), withinPercentage(EXACT));
        assertThat(perplexity.standardError()).isCloseTo(c.get("error").asDouble(), withinPercentage(1e-9));
        double[] running = perplexity.running().toArray();
        assertThat(running).hasSize(c.get("running").size());
        for (int i = 0; i < running.length; i++) {
            assertThat(running[i]).isCloseTo(c.get("running").get(i).asDouble(), withinPercentage(EXACT));
        }
    }

    @Test
    void ourExponentialIsThatOfMathematicsToTwoUnitsInTheLastPlace() {
        for (JsonNode pair : TableModel.VECTORS.get("exp")) {
            double exact = pair.get(1).asDouble();
            assertThat(LogSoftmax.exp(pair.get(0).asDouble())).isCloseTo(exact, within(2 * Math.ulp(exact)));
        }
        for (int i = 0; i < 20_000; i++) {
            double x = -i * 0.03539;
            double exact = StrictMath.exp(x);
            assertThat(LogSoftmax.exp(x)).isCloseTo(exact, within(2 * Math.ulp(exact)));
        }
        assertThat(LogSoftmax.exp(0)).isEqualTo(1);
        assertThat(LogSoftmax.exp(-709)).isZero();
        assertThat(LogSoftmax.exp(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(LogSoftmax.exp(Double.NaN)).isNaN();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 31, 49152})
    void equalLogitsHaveTheEntropyOfTheirNumber(int count) {
        var row = LogSoftmax.of(new float[count + 3], 3, count);
        assertThat(row.logSum()).isCloseTo(Math.log(count), within(1e-13));
        assertThat(row.entropy()).isCloseTo(Math.log(count), within(1e-13));
        assertThat(row.top()).isZero();
    }

    @Test
    void logitsOfMinusInfinityAreImpossibleAndOthersThatAreNoNumbersAreSeen() {
        float no = Float.NEGATIVE_INFINITY;
        var row = LogSoftmax.of(new float[] {no, 1, no, 1}, 0, 4);
        assertThat(row.logSum()).isCloseTo(1 + Math.log(2), within(1e-15));
        assertThat(row.entropy()).isCloseTo(Math.log(2), within(1e-15));
        assertThat(row.top()).isEqualTo(1);
        assertThat(LogSoftmax.of(new float[] {no, no}, 0, 2).isFinite()).isFalse();
        assertThat(LogSoftmax.of(new float[] {0, Float.NaN}, 0, 2).isFinite()).isFalse();
        assertThat(LogSoftmax.of(new float[] {0, Float.POSITIVE_INFINITY}, 0, 2).isFinite())
                .isFalse();
    }

    @Test
    void aModelThatOverflowsIsNamedWithThePlace() {
        float[] zeros = new float[53 * 53];
        float[] bad = new float[64 * 53];
        bad[20 * 53 + 4] = Float.NaN;
        var source = new TableModel("broken", model.tokenizer(), 53, zeros, zeros, bad, 4);
        assertThatThrownBy(() -> Perplexity.of(source, "x".repeat(100), Protocol.llamaCpp(32)))
                .isInstanceOf(NotFiniteLogits.class)
                .hasMessageContaining("broken")
                .hasMessageContaining("window 0, position 20");
    }

    @Test
    void aTextIsCountedAsLmEvalCountsIt() {
        var perplexity = Perplexity.of(model, "Grüße aus  Köln\n", Protocol.lmEval(8));
        assertThat(perplexity.tokens()).isEqualTo(19);
        assertThat(perplexity.bytes()).isEqualTo(19);
        assertThat(perplexity.words()).isEqualTo(4); // the newline at the end adds an empty one
        assertThat(perplexity.wordPerplexity()).isCloseTo(Math.exp(perplexity.nll() * 19 / 4), withinPercentage(1e-10));
        assertThat(perplexity.bytePerplexity()).isCloseTo(perplexity.perplexity(), withinPercentage(1e-10));
        assertThat(perplexity.bitsPerByte()).isCloseTo(perplexity.nll() / Math.log(2), withinPercentage(1e-10));
        for (JsonNode pair : TableModel.VECTORS.get("wordCounts")) {
            String text = pair.get(0).asText();
            if (!text.isEmpty()) {
                var evaluation = Evaluation.of(model.tokenizer(), text, Protocol.lmEval(64));
                assertThat(evaluation.words()).as(text).isEqualTo(pair.get(1).asLong());
            }
        }
    }

    @Test
    void whatCanNotBeComparedIsRefusedWithWhatCan() {
        String text = "a text of some length to be scored under this and that protocol, again and again and again";
        var llama = Perplexity.of(model, text, Protocol.llamaCpp(32));
        var gptq = Perplexity.of(model, text, Protocol.gptq(32));
        assertThatThrownBy(() -> llama.requireComparable(gptq))
                .hasMessageContaining("llama.cpp:32")
                .hasMessageContaining("gptq:32")
                .hasMessageContaining("different quantities");
        assertThatThrownBy(() -> PerplexityChange.of(llama, gptq)).hasMessageContaining("different quantities");
        assertThatThrownBy(() -> llama.bitsPerByteAbove(gptq)).hasMessageContaining("different quantities");
        var other = Perplexity.of(TableModel.base(OptionalInt.of(1), true), text, Protocol.llamaCpp(32));
        assertThatThrownBy(() -> llama.requireComparable(other)).hasMessageContaining("bitsPerByte()");
        assertThat(llama.bitsPerByteAbove(other)).isCloseTo((llama.nll() - other.nll()) / Math.log(2), within(1e-12));
        var longer = Perplexity.of(model, text + text, Protocol.llamaCpp(32));
        assertThatThrownBy(() -> llama.requireComparable(longer)).hasMessageContaining("same tokens");
        llama.requireComparable(Perplexity.of(TableModel.near(), text, Protocol.llamaCpp(32)));
    }

    @Test
    void whatDoesNotFitIsSaid() {
        assertThatThrownBy(() -> Perplexity.of(model, "short", Protocol.gptq(32)))
                .hasMessageContaining("5 tokens are too few for gptq:32");
        assertThatThrownBy(() -> Perplexity.of(model, "x".repeat(500), Protocol.gptq(128)))
                .hasMessageContaining("at most 64 tokens");
        var evaluation = Evaluation.of(model.tokenizer(), "x".repeat(99), Protocol.gptq(9));
        assertThatThrownBy(() -> Perplexity.of(TableModel.base(OptionalInt.of(1), true), evaluation, Progress.NONE))
                .hasMessageContaining("tokenizer");
        assertThat(Evaluation.of(model.tokenizer(), List.of("x".repeat(99), "y".repeat(99)), Protocol.gptq(9), 12)
                        .windows())
                .hasSize(12);
    }

    @Test
    void aProtocolIsReadAsItIsWritten() {
        for (String text : List.of("llama.cpp:512", "gptq:2048", "lm-eval:64", "sliding:1024:512")) {
            assertThat(Protocol.parse(text).text()).isEqualTo(text);
            assertThat(Protocol.parse(text).describe()).startsWith(text.substring(0, text.indexOf(':')));
        }
        assertThat(Protocol.parse("llama.cpp")).isEqualTo(Protocol.llamaCpp(512));
        assertThat(Protocol.parse("sliding:100")).isEqualTo(Protocol.sliding(100, 50));
        assertThatThrownBy(() -> Protocol.parse("llamacpp")).hasMessageContaining("did you mean \"llama.cpp\"");
        assertThatThrownBy(() -> Protocol.parse("gptq:x")).hasMessageContaining("\"x\"");
        assertThatThrownBy(() -> Protocol.parse("gptq:2048:512")).hasMessageContaining("side by side");
        assertThatThrownBy(() -> Protocol.parse("gptq:-1")).hasMessageContaining("-1");
        assertThatThrownBy(() -> Protocol.sliding(10, 11)).hasMessageContaining("stride");
    }

    @Test
    void aStopIsNoticed() {
        var token = new CancelToken();
        LogitsSource stopped = new LogitsSourceThatStops(model, token);
        Progress progress = new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return NONE.task(title, total, unit);
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
        var evaluation = Evaluation.of(model.tokenizer(), "x".repeat(200), Protocol.gptq(32));
        assertThatThrownBy(() -> Perplexity.of(stopped, evaluation, progress)).isInstanceOf(Cancelled.class);
    }

    /** Asks for a stop when it hands out its first rows. */
    private record LogitsSourceThatStops(TableModel model, CancelToken token) implements LogitsSource {
        @Override
        public String name() {
            return model.name();
        }

        @Override
        public dev.nibble.model.tokenizer.Tokenizer tokenizer() {
            return model.tokenizer();
        }

        @Override
        public int vocabulary() {
            return model.vocabulary();
        }

        @Override
        public int contextLength() {
            return model.contextLength();
        }

        @Override
        public void logits(List<Window> windows, Progress progress, LogitsSink sink) {
            model.logits(windows, Progress.NONE, (window, position, count, logits, at) -> {
                token.cancel();
                sink.accept(window, position, count, logits, at);
            });
        }
    }
}
