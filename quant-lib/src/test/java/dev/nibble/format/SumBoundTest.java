package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What formats promise of whole blocks, on the numbers of the battery, importance matrices and clipped ranges among them. */
class SumBoundTest {
    @ParameterizedTest
    @MethodSource("dev.nibble.format.FormatBatteryTest#recipes")
    void aBlockTogetherLosesNoMoreThanItPromises(String recipe) {
        Format format = FormatBatteryTest.parse(recipe);
        List<Matrix> all = new ArrayList<>();
        for (int size : new int[] {33, 577}) {
            int cols = FormatBatteryTest.cols(format, size);
            Awkward.arrays(cols, false).stream()
                    .filter(x -> FormatBatteryTest.holds(recipe, x))
                    .forEach(x -> all.add(Matrix.of(1, cols, x)));
        }
        all.add(Generators.withOutlierColumns(9, FormatBatteryTest.cols(format, 97), 6));
        all.add(Generators.heavyTailed(5, FormatBatteryTest.cols(format, 512), 3, 4, 0.02));
        for (Matrix w : all) {
            Quantized q = format.quantize(w);
            together(q, w);
            if (!recipe.endsWith(
                    FormatBatteryTest
                            .WITH_IMPORTANCE)) { // what was read back does not know what the range was clipped to
                together(format.stored(w.name(), w.rows(), w.cols(), q.parts()), w);
            }
        }
    }

    private static void together(Quantized q, Matrix w) {
        float[] back = q.dequantize().values();
        for (int b = 0; b < q.blocks(); b += 1 + q.blocks() / 20) {
            SumBound bound = q.sumBound(b, w).orElseThrow();
            float[] x = cut(q, b, w);
            BlockView view = q.block(b);
            int first = view.row() * q.cols() + view.column();
            double sum = bound.sum(x, Arrays.copyOfRange(back, first, first + x.length));
            assertThat(bound.counts()).hasSize(view.count());
            assertThat(sum).as("%s, block %d of %s", q, b, w).isLessThanOrEqualTo(bound.most());
        }
    }

    static float[] cut(Quantized q, int block, Matrix w) {
        BlockView view = q.block(block);
        int first = view.row() * q.cols() + view.column();
        return Arrays.copyOfRange(w.values(), first, first + view.count());
    }
}
