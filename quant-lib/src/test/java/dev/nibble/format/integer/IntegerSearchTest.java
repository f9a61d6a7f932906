package dev.nibble.format.integer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.core.Trace;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntegerSearchTest {
    @Test
    void theTraceOfAClipSearchHoldsEveryCandidateAndTheLeastErrorIsTaken() {
        Matrix w = Generators.withOutlierColumns(2, 64, 3);
        for (String recipe : List.of("int3:gptq:mse:g32", "int3:asym:mse:tensor")) {
            Trace trace = Trace.record();
            Formats.parse(recipe).quantize(w, trace);
            List<ClipCandidate> tried = trace.steps(ClipCandidate.class);
            int searches = recipe.contains("tensor") ? 1 : 4;
            assertThat(tried).hasSize(searches * Search.CANDIDATES);
            List<AffineBlock> blocks = trace.steps(AffineBlock.class);
            for (int b = 0; b < searches; b++) {
                List<ClipCandidate> own = tried.subList(b * Search.CANDIDATES, (b + 1) * Search.CANDIDATES);
                ClipCandidate best = own.stream()
                        .min((x, y) -> Double.compare(x.error(), y.error()))
                        .orElseThrow();
                assertThat(own.getFirst().factor()).isEqualTo(1);
                assertThat(own.getLast().factor()).isCloseTo(0.21f, within(1e-6f));
                assertThat(blocks.get(b).scale()).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(best.scale())));
                assertThat(own.stream()
                                .filter(ClipCandidate::chosen)
                                .reduce((x, y) -> y)
                                .orElseThrow())
                        .isEqualTo(best);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"100", "99.5", "90", "50"})
    void percentilesAreThoseOfASortAndOneScalePerTensorFindsThemToo(double percent) {
        Matrix w = Generators.gaussian(6, 50, 4);
        float[] sorted = w.values().clone();
        Arrays.sort(sorted);
        float low = Ranges.percentile(sorted, 100 - percent);
        float high = Ranges.percentile(sorted, percent);
        String p = "p" + IntegerFormat.plain(percent);
        Trace trace = Trace.record();
        Formats.parse("int4:kivi:tensor:f32:" + p).quantize(w, trace);
        AffineBlock block = trace.steps(AffineBlock.class).getFirst();
        assertThat(block.rangeLow()).isEqualTo(low);
        assertThat(block.rangeHigh()).isEqualTo(high);
        Matrix flat = Matrix.of(1, 300, w.values());
        Quantized row = Formats.parse("int4:kivi:row:f32:" + p).quantize(flat);
        Quantized tensor = Formats.parse("int4:kivi:tensor:f32:" + p).quantize(flat);
        assertThat(tensor.dequantize().values()).isEqualTo(row.dequantize().values());
    }

    @Test
    void percentilesAreNumpys() {
        // numpy 2.4: quantile([1, 2, 3, 4, 10], [0.1, 0.5, 0.9, 0.99]) = 1.4, 3, 7.6, 9.76
        float[] x = {1, 2, 3, 4, 10};
        assertThat(Ranges.percentile(x, 10)).isEqualTo(1.4f);
        assertThat(Ranges.percentile(x, 50)).isEqualTo(3);
        assertThat(Ranges.percentile(x, 90)).isEqualTo(7.6f);
        assertThat(Ranges.percentile(x, 99)).isEqualTo(9.76f);
    }

    @Test
    void hqqsTraceShowsItsErrorFallUntilTheLastIteration() {
        Matrix w = Generators.withOutlierColumns(4, 64, 3);
        Trace trace = Trace.record();
        Quantized q = Formats.parse("int2:hqq:g64").quantize(w, trace);
        List<HqqIteration> steps = trace.steps(HqqIteration.class);
        int each = steps.size() / 4;
        assertThat(each).isBetween(2, 20);
        double[] mean = new double[each];
        for (int i = 0; i < steps.size(); i++) {
            assertThat(steps.get(i).iteration()).isEqualTo(i % each);
            mean[i % each] += steps.get(i).error();
        }
        for (int i = 1; i < each - 1; i++) {
            assertThat(mean[i]).isLessThan(mean[i - 1]);
        }
        assertThat(q.code(0, 0)).isBetween(0, 3);
    }

    @Test
    void hqqsGroupsRunAcrossRowsWhereTheyDoNotDivideThem() {
        Matrix w = Generators.gaussian(4, 48, 3);
        Quantized q = Formats.parse("int4:hqq:g64").quantize(w);
        assertThat(q.note()).contains("across rows");
        assertThat(q.blocks()).isEqualTo(3);
        Matrix flat = Matrix.of(3, 64, w.values());
        assertThat(q.dequantize().values())
                .isEqualTo(Formats.parse("int4:hqq:g64")
                        .quantize(flat)
                        .dequantize()
                        .values());
        assertThatThrownBy(() -> Formats.parse("int4:hqq:g64").quantize(Generators.gaussian(3, 48, 3)))
                .hasMessageContaining("144 weights");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            int4:bnb           | 8 bits only
            int8:bnb:g32       | no groups
            int8:torch:g32     | no groups
            int4:kivi:sym      | always asymmetric
            int4:torchao-fp8act:asym | always symmetric
            int1:sym           | one bit
            int4:hqq:mse       | a search of its own
            int4:it5           | option of hqq alone
            int4:round-zero    | option of hqq alone
            int4:mse:p99       | can not stand together
            int4:p40           | out of range
            int4:p99:p98       | can not stand together
            """)
    void whatMakesNoFormatIsRefusedWithTheReason(String recipe, String reason) {
        assertThatThrownBy(() -> Formats.parse(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"awq", "ct", "torchao", "quanto", "kivi", "tinygemm"})
    void librariesThatTakeOnlyWholeGroupsRefuseOthers(String library) {
        assertThatThrownBy(() -> Formats.parse("int4:" + library + ":g128")
                        .quantize(Generators.gaussian(2, 576, 1).named("w")))
                .hasMessageContaining("576")
                .hasMessageContaining("128");
    }

    @Test
    void moreOfTheRangeIsClippedWhereThatPays() {
        Matrix w = Generators.gaussian(64, 512, 9);
        double plain = Formats.parse("int3:g128").quantize(w).error(w).sqnrDb();
        double searched = Formats.parse("int3:g128:mse").quantize(w).error(w).sqnrDb();
        assertThat(searched).isGreaterThan(plain + 1);
    }

    /** hqq 0.2.8's BaseQuantizeConfig(nbits): round_zero = True if nbits == 4 else False. */
    @ParameterizedTest
    @CsvSource({
        "int4:hqq:g64, not rounded before (HQQ's own configuration rounds it: add round-zero)",
        "int4:hqq:g64:round-zero, rounded before",
        "int3:hqq:g64:round-zero, rounded before (HQQ's own configuration does so for 4 bits alone)",
    })
    void hqqSaysWhetherItIsAsItsOwnConfiguration(String recipe, String words) {
        assertThat(Formats.parse(recipe).description()).contains("iterations, " + words + ", as HQQ does");
        assertThat(Formats.parse("int3:hqq:g64").description()).contains("iterations, as HQQ does");
    }
}
