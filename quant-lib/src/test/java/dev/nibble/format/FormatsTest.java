package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    itn4           | did you mean "int4"
                    nf9:b64        | did you mean "nf4:b64"
                    int4:gl28      | int4 has no option "gl28"
                    int4:h128      | did you mean "g128"
                    int4:sim       | did you mean "sym"
                    int4:g0        | "g0" is out of range
                    int4:g99999999999 | is out of range
                    int4:sym:asym  | can not stand together
                    int4:g32:g64   | can not stand together
                    int4:row:g64   | can not stand together
                    nf4:g64        | did you mean "b64"
                    zzz            | named "zzz". Known: int8
                    nf4:zzz        | no option "zzz". It takes: bN, dq
                    int4:ct:torchao | write one of gptq, awq, ct, torchao
                    """)
    void aMisspellingIsAnsweredWithTheNearestThatExists(String recipe, String answer) {
        assertThatThrownBy(() -> Formats.parse(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(recipe)
                .hasMessageContaining(answer);
    }

    @ParameterizedTest
    @CsvSource({
        "int8, int8:sym:row:f16",
        "int4:g128, int4:sym:g128:f16",
        "int4:g128:sym, int4:sym:g128:f16",
        "int4:asym:g32, int4:asym:g32:f16",
        "int4:ct:g32, int4:sym:ct:g32:f32",
        "int4:torchao:g32:bf16, int4:sym:torchao:g32:bf16",
        "nf4, nf4:b64"
    })
    void theCanonicalFormSpellsEveryChoice(String recipe, String canonical) {
        assertThat(Formats.parse(recipe).canonical()).hasToString(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        // codes + scales (+ zeros), in bits: of 1024 rows of 576
        "int8, 8.027777777777779", // 8 + 16/576
        "int4, 4.027777777777778",
        "int4:g32, 4.5", // 4 + 16/32
        "int4:g128, 4.138888888888889", // 5 groups, the last one short: 4 + 5·16/576
        "int4:asym:g32, 4.625", // 4 + (16 + 4)/32
        "int4:ct:g32, 5.0", // float32 scales
        "int3:g32, 3.5",
        "nf4:b64, 4.5"
    })
    void bitsPerWeightAreTheStoredBytes(String recipe, double bits) {
        Matrix w = Generators.gaussian(1024, 576, 1);
        assertThat(Formats.parse(recipe).quantize(w).bitsPerWeight()).isCloseTo(bits, within(1e-12));
    }

    @Test
    void aGroupThatDoesNotDivideTheRowIsShorterAndSaysSo() {
        Matrix w = Generators.gaussian(4, 576, 1);
        assertThat(Formats.parse("int4:g128").quantize(w).note()).contains("last group of a row: 64, not 128");
        assertThat(Formats.parse("int4:g64").quantize(w).note()).isEmpty();
        assertThat(Formats.parse("int4").quantize(w).note()).isEmpty();
        assertThat(Formats.parse("int4:g1024").quantize(w).note()).contains("576");
        assertThat(Formats.parse("nf4:b100").quantize(w).note()).contains("last block has 4");
    }

    @Test
    void aRowIsQuantizedAloneAndTheLastShortGroupToo() {
        Matrix w = Generators.gaussian(3, 70, 2);
        Matrix whole = Formats.parse("int4:asym:g32").quantize(w).dequantize();
        Format format = Formats.parse("int4:asym:g32");
        for (int r = 0; r < 3; r++) {
            float[] row = w.row(r);
            assertThat(format.quantize(Matrix.of(1, 70, row)).dequantize().row(0))
                    .isEqualTo(whole.row(r));
            float[] last = java.util.Arrays.copyOfRange(row, 64, 70);
            assertThat(format.quantize(Matrix.of(1, 6, last)).dequantize().row(0))
                    .isEqualTo(java.util.Arrays.copyOfRange(whole.row(r), 64, 70));
        }
    }

    @Test
    void theExampleByHandIsRight() {
        // absmax 7, so the scale is 1: halves go to the even neighbour
        Matrix w = Matrix.of(new float[] {7, -7, 0.5f, 1.5f, -2.5f, 3.49f});
        Quantized q = Formats.parse("int4").quantize(w);
        assertThat(q.dequantize().row(0)).containsExactly(7, -7, 0, 2, -2, 3);
        assertThat(q.code(0, 1)).isEqualTo(-7);
        // 0 .. 15 in 16 steps of 1, zero point -8
        Quantized a = Formats.parse("int4:asym").quantize(Matrix.of(new float[] {0, 15, 1, 7.5f}));
        assertThat(a.dequantize().row(0)).containsExactly(0, 15, 1, 8);
        assertThat(a.code(0, 0)).isEqualTo(-8);
        assertThat(a.code(0, 1)).isEqualTo(7);
    }

    @Test
    void moreBitsAndSmallerGroupsAreBetterOnNormalWeights() {
        Matrix w = Generators.gaussian(256, 1024, 3);
        double last = Double.NEGATIVE_INFINITY;
        for (int bits = 2; bits <= 8; bits++) {
            double sqnr =
                    Formats.parse("int" + bits + ":g64").quantize(w).error(w).sqnrDb();
            assertThat(sqnr).isGreaterThan(last + 4); // about 6 dB for each bit
            last = sqnr;
        }
        double g32 = Formats.parse("int4:g32").quantize(w).error(w).sqnrDb();
        double g128 = Formats.parse("int4:g128").quantize(w).error(w).sqnrDb();
        double row = Formats.parse("int4").quantize(w).error(w).sqnrDb();
        assertThat(g32).isGreaterThan(g128);
        assertThat(g128).isGreaterThan(row);
        assertThat(Formats.parse("nf4:b64").quantize(w).error(w).sqnrDb())
                .isGreaterThan(Formats.parse("int4:g64").quantize(w).error(w).sqnrDb());
    }

    @Test
    void aQuantizedMatrixSaysWhatItIs() {
        Matrix w = Generators.gaussian(4, 64, 1).named("w");
        assertThat(Formats.parse("int4:asym:g32").quantize(w))
                .hasToString("w [4, 64] as int4:asym:g32, 4.625 bits per weight");
        assertThat(Formats.parse("nf4").quantize(w)).hasToString("w [4, 64] as nf4, 4.500 bits per weight");
    }

    @Test
    void completesNamesAndOptions() {
        assertThat(Formats.complete("in")).contains("int8", "int4").doesNotContain("nf4");
        assertThat(Formats.complete("int4:")).contains("int4:sym", "int4:g32", "int4:g128");
        assertThat(Formats.complete("int4:sym:as")).isEmpty(); // the two can not stand together
        assertThat(Formats.complete("int4")).startsWith("int4", "int4:g128");
        for (String recipe : Formats.complete("nf4:")) {
            assertThat(Formats.parse(recipe).recipe().toString()).isEqualTo(recipe);
        }
    }
}
