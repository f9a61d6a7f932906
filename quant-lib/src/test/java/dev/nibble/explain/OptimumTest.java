package dev.nibble.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.format.BestScale;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaledRun;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimumTest {
    /** Formats whose weights have no codes of their own of at most eight bits. */
    private static final String WITHOUT = "(fp32|fp16|bf16).*|minifloat:e5m6.*|iq1_m|iq2_s|iq3_s|iq3_xxs";

    static Stream<String> recipes() {
        return Stream.concat(
                Formats.all().stream()
                        .flatMap(e -> e.examples().stream())
                        .filter(recipe -> !recipe.startsWith("e8m0")), // takes no negative weights
                Stream.of("int4:hqq:g32", "int4:autoround:g32", "int4:tinygemm:g32", "nf4:b64:dq", "nvfp4:one"));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void runsSayWhatCodesStandFor(String recipe) {
        Matrix w = Generators.gaussian(3, 256, 5);
        Quantized q = Formats.parse(recipe).quantize(w);
        float[] decoded = q.dequantize().values();
        int next = 0;
        for (int block = 0; block < q.blocks(); block++) {
            for (ScaledRun run : q.runs(block)) {
                assertThat(run.first()).isEqualTo(next);
                next += run.count();
                for (int i = run.first(); i < next; i++) {
                    double nearest = Double.POSITIVE_INFINITY;
                    for (float level : run.levels()) {
                        nearest = Math.min(nearest, Math.abs(level * run.scale() + run.offset() - decoded[i]));
                    }
                    double reach = Math.abs(run.levels()[0] * run.scale()) + Math.abs(run.offset());
                    // weights that went through FP8 on their way lie beside the grid of their codes
                    boolean plain = !recipe.contains("fp8act");
                    assertThat(nearest)
                            .isLessThanOrEqualTo(plain ? 1e-6 * (reach + Math.abs(decoded[i])) : 0.1 * reach);
                }
                ScaleSet scales = run.scales();
                assertThat(scales.nearest(run.scale()))
                        .as("its own scale can be stored")
                        .isEqualTo(run.scale(), within(1e-7 * Math.abs(run.scale())));
            }
        }
        assertThat(next).as(recipe).isEqualTo(recipe.matches(WITHOUT) ? 0 : w.size());
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void noFormatsOwnRuleIsBetter(String recipe) {
        Matrix w = Generators.gaussian(2, 256, 7);
        Quantized q = Formats.parse(recipe).quantize(w);
        if (q.runs(0).isEmpty() && q.points(0).isEmpty()) {
            assertThatThrownBy(() -> Optimum.of(w, q, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(q.format().recipe().toString());
            return;
        }
        double slack = 1e-6;
        for (int block = 0; block < Math.min(3, q.blocks()); block++) {
            Optimum gap = Optimum.of(w, q, block);
            double book = gap.bookError().orElse(0);
            double own = gap.ownError() * (1 + slack) + 1e-9 * gap.energy();
            assertThat(gap.scaleError()).isLessThanOrEqualTo(own);
            if (gap.storedError().isPresent()) {
                assertThat(gap.storedError().getAsDouble()).isLessThanOrEqualTo(own);
                if (!gap.storesMinimum()) { // what can be stored alone can not beat what is real
                    assertThat(gap.storedError().getAsDouble() * (1 + slack) + 1e-12 * gap.energy())
                            .isGreaterThanOrEqualTo(gap.scaleError());
                }
                assertThat(gap.toString())
                        .contains(
                                gap.storesMinimum()
                                        ? "best scale and minimum that can be stored"
                                        : "of those that can be stored");
                assertThat(book).isLessThanOrEqualTo(gap.storedError().getAsDouble() * (1 + slack));
            }
            if (gap.shiftedError().isPresent()) {
                assertThat(gap.shiftedError().getAsDouble()).isLessThanOrEqualTo(own);
                assertThat(book).isLessThanOrEqualTo(gap.shiftedError().getAsDouble() * (1 + slack));
            }
            assertThat(book).isLessThanOrEqualTo(gap.scaleError() * (1 + slack) + 1e-12 * gap.energy());
            assertThat(gap.bookError().isPresent()).isEqualTo(gap.values() > 0);
            assertThat(gap.own()).isLessThanOrEqualTo(gap.book().orElse(gap.scale()) + 1e-5);
            assertThat(gap.toString()).contains("the rule chose").contains("dB");
        }
    }

    @Test
    void theBestPowerOfTwoOfAnMxBlockIsTheBestOfAll() {
        Matrix w = Generators.gaussian(1, 256, 11);
        for (String rule : List.of("floor", "even", "ceil", "rceil")) {
            Quantized q = Formats.parse("mxfp4:" + rule).quantize(w);
            double[] errors = new double[8];
            for (int block = 0; block < 8; block++) {
                ScaledRun run = q.runs(block).getFirst();
                double[] x = new double[32];
                for (int i = 0; i < 32; i++) {
                    x[i] = w.values()[32 * block + i];
                }
                errors[block] = Double.POSITIVE_INFINITY;
                for (int e = -127; e < 128; e++) {
                    errors[block] = Math.min(errors[block], BestScale.error(x, run.levels(), Math.scalb(1.0, e)));
                }
                assertThat(Optimum.of(w, q, block).storedError().orElseThrow()).isEqualTo(errors[block], within(1e-12));
            }
        }
    }

    /** All pairs of six-bit scale and minimum of a sub-block of Q4_K, as d and dmin stand in the block. */
    @Test
    void theBestPairOfASubBlockIsTheBestOfAll() {
        Matrix w = Generators.gaussian(1, 256, 12);
        Quantized q = Formats.parse("q4_k").quantize(w);
        double all = 0;
        for (ScaledRun run : q.runs(0)) {
            double best = Double.POSITIVE_INFINITY;
            for (double scale : run.scales().list()) {
                for (double offset : run.offsets().list()) {
                    double[] x = new double[run.count()];
                    for (int i = 0; i < x.length; i++) {
                        x[i] = w.values()[run.first() + i] - offset;
                    }
                    best = Math.min(best, BestScale.error(x, run.levels(), scale));
                }
            }
            all += best;
        }
        Optimum found = Optimum.of(w, q, 0);
        assertThat(found.storedError().orElseThrow()).isEqualTo(all, within(1e-12));
        assertThat(found.shiftedError().orElseThrow()).isLessThanOrEqualTo(all);
        assertThat(found.weights()).isEqualTo(256);
        assertThat(found.values()).isEqualTo(16);
    }

    @Test
    void anotherMatrixIsRefused() {
        Matrix w = Generators.gaussian(1, 64, 7);
        Quantized q = Formats.parse("nf4").quantize(w);
        assertThatThrownBy(() -> Optimum.of(w, q, q.blocks()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no block " + q.blocks() + ": it has " + q.blocks());
        assertThatThrownBy(() -> Optimum.of(Generators.gaussian(1, 32, 7), q, 0))
                .hasMessageContaining("is not the matrix");
    }
}
