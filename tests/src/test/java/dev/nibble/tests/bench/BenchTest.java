package dev.nibble.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.RunnerException;

/** That the benchmarks run and their table adds up; the times mean nothing here. */
class BenchTest {
    @Test
    void everyFigureIsThereAndRatiosAreThoseOfTheSpeeds() throws IOException {
        List<String> said = new ArrayList<>();
        var plan = new Bench.Plan(
                List.of("int4:g32", "nf4:b64"), List.of(Variant.OURS, Variant.GGML_NATIVE), 0, 10, 1 << 16);
        BenchResults results = Bench.run(plan, said::add);
        assertThat(said).containsExactly("round 1 of 1: int4:g32", "round 1 of 1: nf4:b64");
        assertThat(results.failures()).isEmpty();
        assertThat(results.table()).contains("int4:g32", "nf4:b64", "x ggml-native");
        JsonNode json = new JsonMapper().readTree(results.json());
        double read = json.path("read").asDouble();
        assertThat(read).isPositive();
        assertThat(json.path("formats")).hasSize(2);
        for (JsonNode format : json.path("formats")) {
            assertThat(format.path("bits").asDouble()).isEqualTo(4.5);
            for (String operation : List.of("encode", "decode")) {
                JsonNode of = format.path(operation);
                double share = of.path("speed").asDouble() / read;
                assertThat(of.path("of_read").asDouble()).isBetween(share * 0.98, share * 1.02);
                assertThat(of.has("times_ggml_native"))
                        .as("ggml has neither of the two")
                        .isFalse();
            }
            assertThat(format.path("allocated_per_stored_byte").asDouble()).isGreaterThanOrEqualTo(1);
            assertThat(format.path("allocated_per_stored_byte_traced").asDouble())
                    .isGreaterThanOrEqualTo(1);
        }
    }

    @Test
    void productsAreMeasuredWithoutThoseToCompareWith() throws IOException, InterruptedException, RunnerException {
        var bench =
                new ModelBench(new ModelBench.Plan(Optional.empty(), List.of("8x32x16"), 0, 10, false), words -> {});
        bench.run();
        assertThat(bench.table()).contains("8x32x16", "OpenBLAS, which is not here");
        JsonNode figure =
                new JsonMapper().readTree(bench.json()).path("figures").path("8x32x16");
        assertThat(figure.path("ours").asDouble()).isPositive();
        assertThat(figure.has("times")).isFalse();
    }

    @Test
    void whatMissesItsGoalSaysByHowMuch() {
        assertThat(Goal.of("q4_0").missed(0.25, 4, 5)).hasValue("0.25 of read, not 0.50");
        assertThat(Goal.of("q4_k").missed(0.01, 3.5, 0.5))
                .hasValue("3.50 x native ggml, not 4.00, 0.50 x scalar, not 1.00");
        assertThat(Goal.of("q4_k").missed(0.01, Double.NaN, Double.NaN)).isEmpty();
    }
}
