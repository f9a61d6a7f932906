package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.Awkward;
import dev.nibble.core.Trace;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The battery of E8M0, which as a format takes positive weights only. */
class PowersOfTwoTest {
    private static final Format FORMAT = Formats.parse("e8m0");

    private static Matrix positive(Matrix w) {
        float[] values = w.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i]) + Float.MIN_VALUE;
        }
        return Matrix.of("w", w.rows(), w.cols(), values);
    }

    private static void within(Matrix w) {
        Quantized q = FORMAT.quantize(w);
        float[] back = q.dequantize().values();
        for (int i = 0; i < back.length; i++) {
            float v = w.values()[i];
            assertThat(Math.abs((double) back[i] - v))
                    .as("%s became %s", v, back[i])
                    .isLessThanOrEqualTo(q.errorBound(i / w.cols(), i % w.cols()));
            // nearest of all powers of two there are, found by looking at all
            double nearest = Double.POSITIVE_INFINITY;
            for (int e = -127; e < 128; e++) {
                nearest = Math.min(nearest, Math.abs(Math.scalb(1.0, e) - v));
            }
            assertThat(Math.abs((double) back[i] - v)).isEqualTo(nearest);
        }
    }

    @Test
    void everyWeightBecomesTheNearestPowerWithinItsBound() {
        for (int size : new int[] {1, 2, 15, 33, 577, 4098}) {
            for (float[] x : Awkward.arrays(size, false)) {
                within(positive(Matrix.of(1, size, x)));
            }
        }
        Awkward.sizes().forEach(size -> within(positive(Generators.gaussian(2, size, size))));
        within(Matrix.of(1, 6, new float[] {Float.MIN_VALUE, 0x1p-127f, 0x1p-128f, 0x1.8p-127f, 0x1p127f, 2.5e38f}));
    }

    @Test
    void theBoundOfAWeightIsOfItsOwnSize() {
        Quantized q = FORMAT.quantize(Matrix.of(1, 3, new float[] {1, 3, Float.MIN_VALUE}));
        assertThat(q.errorBound(0, 0)).isBetween(0.5, 0.51);
        assertThat(q.errorBound(0, 1)).isBetween(2.0, 2.01);
        assertThat(q.errorBound(0, 2)).isBetween(0x1p-127, 0x1.01p-127);
    }

    @Test
    void everyCodeButThatOfNothingComesBack() {
        byte[] codes = new byte[255];
        for (int c = 0; c < codes.length; c++) {
            codes[c] = (byte) c;
        }
        String encoding = FORMAT.layout(1, 255).getFirst().encoding();
        Quantized q = FORMAT.stored("w", 1, 255, List.of(new StoredPart("codes", encoding, codes)));
        Quantized again = FORMAT.quantize(q.dequantize());
        assertThat(again.parts().getFirst().toBytes()).isEqualTo(codes);
        assertThat(q.code(0, 254)).isEqualTo(254);
        assertThat(q.bitsPerWeight()).isEqualTo(8);
    }

    @Test
    void itsBytesComeBackFromTheFileFromPiecesAndFromTheTrace() {
        Matrix w = positive(Generators.withOutlierColumns(5, 97, 4));
        Trace trace = Trace.record();
        Quantized q = FORMAT.quantize(w, trace);
        byte[] bytes = q.parts().getFirst().toBytes();
        assertThat(FORMAT.stored("w", 5, 97, q.parts()).dequantize().values())
                .isEqualTo(q.dequantize().values());
        assertThat(FORMAT.replay("w", 5, 97, trace.steps()).parts().getFirst().toBytes())
                .isEqualTo(bytes);
        assertThat(FORMAT.quantize(w).parts().getFirst().toBytes()).isEqualTo(bytes);
        ByteArrayOutputStream appended = new ByteArrayOutputStream();
        for (int row = 0; row < 5; row++) {
            Matrix piece = Matrix.of("w", 1, 97, Arrays.copyOfRange(w.values(), row * 97, row * 97 + 97));
            appended.writeBytes(FORMAT.quantize(piece).parts().getFirst().toBytes());
        }
        assertThat(appended.toByteArray()).isEqualTo(bytes);
        assertThatThrownBy(() -> FORMAT.stored("w", 6, 97, q.parts())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FORMAT.replay("w", 6, 97, trace.steps())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesEveryBitOnceAndAFlippedBitChangesOnlyWhatItNames() {
        new BitFlips(FORMAT, FORMAT.quantize(positive(Generators.gaussian(7, 40, 5)))).check();
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -0f, -1, Float.NaN, Float.POSITIVE_INFINITY, 2.6e38f, Float.MAX_VALUE})
    void whatIsNoPowerOfTwoIsRefusedWithItsPlace(float odd) {
        Matrix w = positive(Generators.gaussian(5, 40, 1));
        w.values()[3 * 40 + 17] = odd;
        assertThatThrownBy(() -> FORMAT.quantize(w))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 3, column 17")
                .message()
                .doesNotContain("\"sat\""); // a word that this format does not take
    }
}
