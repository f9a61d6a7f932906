package dev.nibble.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products: right, and the same bits whatever is computed together. */
class GemmKernelsTest {
    private static final CancelToken NEVER = Progress.NONE.cancelToken();
    private static final Products SCALAR = new ScalarProducts();
    private static final Products VECTOR = Provider.instance(Products.class, "dev.nibble.compute.VectorProducts");

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 33, 7", "3, 32, 513", "8, 64, 512", "9, 31, 1025", "130, 96, 600", "300, 257, 64"})
    void everyNumberIsTheSumInOrder(int rows, int outputs, int inputs) {
        Matrix x = Generators.gaussian(rows, inputs, 1);
        Matrix w = Generators.gaussian(outputs, inputs, 2);
        float[] expected = new float[rows * outputs];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < outputs; o++) {
                expected[r * outputs + o] = byDefinition(x, r, w, o);
            }
        }
        float[] y = new float[rows * outputs + 5];
        Arrays.fill(y, Float.NaN); // what was there does not matter
        Panels panels = Panels.of(w, Progress.NONE);
        new Gemm().multiply(x.values(), 0, inputs, rows, panels, y, 2, outputs, NEVER);
        assertThat(Arrays.copyOfRange(y, 2, y.length - 3)).isEqualTo(expected);
        assertThat(new float[] {y[0], y[1], y[y.length - 3], y[y.length - 1]}).containsOnly(Float.NaN);

        float[] oneByOne = new float[rows * outputs];
        Gemm alone = Gemm.alone();
        for (int r = 0; r < rows; r++) {
            alone.multiply(x.values(), r * inputs, inputs, 1, panels, oneByOne, r * outputs, outputs, NEVER);
        }
        assertThat(oneByOne).isEqualTo(expected);
    }

    /** Runs of 512 terms, each a chain of fused multiply-adds from zero, added up in order. */
    private static float byDefinition(Matrix x, int row, Matrix w, int output) {
        float sum = 0;
        for (int k = 0; k < x.cols(); k += 512) {
            float run = 0;
            for (int i = k; i < Math.min(x.cols(), k + 512); i++) {
                run = Math.fma(x.get(row, i), w.get(output, i), run);
            }
            sum += run;
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "31", "512"})
    void bothProvidersAgreeBitForBit(int depth) {
        float[] tile = Generators.gaussian(1, 8 * depth + 3, 3).values();
        float[] panel = Generators.gaussian(1, 32 * depth + 3, 4).values();
        float[] a = Generators.gaussian(1, 8 * 40, 5).values();
        float[] b = a.clone();
        SCALAR.tile(tile, 3, panel, 3, depth, a, 1, 39);
        VECTOR.tile(tile, 3, panel, 3, depth, b, 1, 39);
        assertThat(b).isEqualTo(a);
        SCALAR.row(tile, 2, panel, 1, depth, a, 5);
        VECTOR.row(tile, 2, panel, 1, depth, b, 5);
        assertThat(b).isEqualTo(a);
    }

    @ParameterizedTest
    @CsvSource({"64, 3", "5, 70"})
    void aRowOfPanelsIsThatOutput(int outputs, int inputs) {
        Matrix w = Generators.gaussian(outputs, inputs, 6);
        Panels panels = Panels.of(w, Progress.NONE);
        float[] row = new float[inputs + 1];
        for (int o = 0; o < outputs; o++) {
            panels.row(o, row, 1);
            assertThat(Arrays.copyOfRange(row, 1, row.length)).isEqualTo(w.row(o));
        }
    }
}
