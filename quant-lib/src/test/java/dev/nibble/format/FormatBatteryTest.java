package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.Awkward;
import dev.nibble.core.Trace;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every format must do, whatever it is: a new one gets all of this by being in the registry. */
class FormatBatteryTest {
    static Stream<String> recipes() {
        Stream<String> examples = Formats.all().stream().flatMap(e -> e.examples().stream());
        return Stream.concat(
                examples,
                Stream.of("int4:g1", "int5:asym:g7:f32", "int8:bf16", "int3:torchao:g5", "nf4:b1", "nf4:b63"));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void staysWithinItsDeclaredErrorOnAwkwardNumbers(String recipe) {
        Format format = Formats.parse(recipe);
        for (int size : new int[] {1, 2, 15, 33, 64, 129, 577, 4098}) {
            for (float[] x : Awkward.arrays(size, false)) {
                within(format, Matrix.of(1, size, x));
            }
        }
        within(format, Generators.gaussian(7, 130, 5));
        within(format, Generators.withOutlierColumns(33, 97, 6));
    }

    private static void within(Format format, Matrix w) {
        Quantized q = format.quantize(w);
        Matrix back = q.dequantize();
        assertThat(back.rows()).isEqualTo(w.rows());
        assertThat(back.cols()).isEqualTo(w.cols());
        for (int r = 0; r < w.rows(); r++) {
            for (int c = 0; c < w.cols(); c++) {
                double error = Math.abs((double) back.get(r, c) - w.get(r, c));
                if (!(error <= q.errorBound(r, c))) {
                    throw new AssertionError(format + ", " + w + " at " + r + ", " + c + ": " + w.get(r, c) + " became "
                            + back.get(r, c) + ", further than " + q.errorBound(r, c));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void itsBoundIsNotEmptyWords(String recipe) {
        // On normal weights the bound of a weight is no more than the block's largest magnitude.
        Matrix w = Generators.gaussian(4, 256, 9);
        Quantized q = Formats.parse(recipe).quantize(w);
        for (int c = 0; c < 256; c++) {
            assertThat(q.errorBound(0, c)).isLessThan(4.5);
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void countsEveryStoredByteAndNothingElse(String recipe) {
        Matrix w = Generators.gaussian(13, 577, 3);
        Quantized q = Formats.parse(recipe).quantize(w);
        long bytes = 0;
        for (StoredPart part : q.parts()) {
            assertThat(part.toBytes()).hasSize((int) part.size());
            assertThat(part.data().isReadOnly()).isTrue();
            bytes += part.size();
        }
        assertThat(q.bytes()).isEqualTo(bytes);
        assertThat(q.bitsPerWeight()).isEqualTo(bytes * 8 / (13.0 * 577));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void doesNotTouchTheOriginalAndKeepsItsName(String recipe) {
        Matrix w = Generators.gaussian(3, 64, 8).named("blk.0.w");
        float[] before = w.values().clone();
        Quantized q = Formats.parse(recipe).quantize(w);
        assertThat(w.values()).isEqualTo(before);
        assertThat(q.name()).isEqualTo("blk.0.w");
        assertThat(q.dequantize().name()).contains("blk.0.w").contains(recipe);
        assertThat(q.error(w)).isEqualTo(ErrorStatistics.of(w, q.dequantize()));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void itsTraceTellsOfEveryBlockInOrderAndChangesNothing(String recipe) {
        Matrix w = Generators.withOutlierColumns(70, 97, 2);
        Format format = Formats.parse(recipe);
        Trace trace = Trace.record();
        Quantized traced = format.quantize(w, trace);
        assertThat(traced.dequantize().values())
                .isEqualTo(format.quantize(w).dequantize().values());
        long next = 0;
        for (BlockScaled block : trace.steps(BlockScaled.class)) {
            assertThat(block.row() * 97L + block.column()).isEqualTo(next);
            next += block.count();
            assertThat(block.stored()).isPositive();
            assertThat(w.get(block.row(), block.column())).isBetween(block.low(), block.high());
        }
        assertThat(next).isEqualTo(70 * 97);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void refusesWeightsThatAreNotFiniteAndSaysWhere(String recipe) {
        Format format = Formats.parse(recipe);
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Matrix w = Matrix.of("w", 5, 40, Generators.gaussian(5, 40, 1).values());
            w.values()[3 * 40 + 17] = odd;
            assertThatThrownBy(() -> format.quantize(w))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("row 3, column 17");
        }
        assertThatThrownBy(() -> format.quantize(Matrix.of(0, 4, new float[0])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void theLargestNumbersAreQuantizedOrRefusedButNeverSpoiled(String recipe) {
        for (float largest : new float[] {1e5f, 1e30f, Float.MAX_VALUE}) {
            Matrix w = Generators.gaussian(2, 64, 2).named("w");
            w.values()[5] = largest;
            w.values()[9] = -largest;
            try {
                within(Formats.parse(recipe), w);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("row 0");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void itsRecipePrintsAsWrittenAndItsCanonicalFormMeansTheSame(String recipe) {
        Format format = Formats.parse(recipe);
        assertThat(format.recipe()).hasToString(recipe);
        Format again = Formats.of(format.canonical());
        assertThat(again).isEqualTo(format).hasSameHashCodeAs(format);
        assertThat(again.canonical()).isEqualTo(format.canonical());
        assertThat(format.description()).isNotBlank();
    }
}
