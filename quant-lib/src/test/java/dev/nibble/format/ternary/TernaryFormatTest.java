package dev.nibble.format.ternary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.Vectors;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TernaryFormatTest {
    @Test
    void theExamplesByHandAreRight() {
        // mean magnitude 2: 1 and -1 are ties, to even
        Matrix w = Matrix.of(new float[] {1, -1, 4, -4, 1.01f, -3, 0, 1.99f});
        assertThat(Formats.parse("ternary:f32").quantize(w).dequantize().row(0))
                .containsExactly(0, 0, 2, -2, 2, -2, 0, 2);
        assertThat(Formats.parse("binary:f32").quantize(w).dequantize().row(0))
                .containsExactly(2, -2, 2, -2, 2, -2, 2, 2);
    }

    @Test
    void aSignIsOfTheSmallestNumbersTooAndOfMinusZeroPositive() {
        Matrix w = Matrix.of(new float[] {Float.MIN_VALUE, -Float.MIN_VALUE, -0f, 0f, 3, -5});
        Quantized q = Formats.parse("binary:f32").quantize(w);
        int[] codes = {1, 0, 1, 1, 1, 0};
        for (int i = 0; i < codes.length; i++) {
            assertThat(q.code(0, i)).isEqualTo(codes[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "binary, 1.027777777777778", // 1 + 16/576
        "binary:g64, 1.25",
        "ternary, 2.027777777777778",
        "ternary:g64, 2.25",
        "ternary:base3, 1.638888888888889", // 116 bytes for 576 trits
    })
    void bitsPerWeightAreTheStoredBytes(String recipe, double bits) {
        Matrix w = Generators.gaussian(64, 576, 1);
        assertThat(Formats.parse(recipe).quantize(w).bitsPerWeight()).isCloseTo(bits, within(1e-12));
    }

    @Test
    void fiveTritsInAByteSayWhatTwoBitsSay() {
        Matrix w = Generators.gaussian(7, 123, 1);
        assertThat(Formats.parse("ternary:base3").quantize(w).dequantize().values())
                .isEqualTo(Formats.parse("ternary").quantize(w).dequantize().values());
        assertThat(Formats.parse("bitnet:base3").quantize(w).dequantize().values())
                .isEqualTo(Formats.parse("bitnet").quantize(w).dequantize().values());
    }

    @ParameterizedTest
    @CsvSource({"5, 0.46827003359794617, 55cacb1644d2ace1", "6, 0.4644835591316223, c928ce509812b06c"})
    void bitnetHasTheCodesOfItsTrainingCode(int seed, double mean, String sha) {
        // BitNet b1.58's weight_quant run in torch 2.15 on ih4(64 x 64, seed)
        Quantized q = Formats.parse("bitnet:f32").quantize(Vectors.ih4(64, 64, seed));
        assertThat(q.parts().get(1).data().getFloat()).isCloseTo((float) mean, within(1e-7f));
        byte[] codes = new byte[64 * 64];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) q.code(i / 64, i % 64);
        }
        assertThat(Vectors.sha16(codes)).isEqualTo(sha);
    }

    @Test
    void aGroupThatWouldShareAByteIsRefused() {
        assertThatThrownBy(() -> Formats.parse("ternary:g32:base3")).hasMessageContaining("multiple of 5");
    }
}
