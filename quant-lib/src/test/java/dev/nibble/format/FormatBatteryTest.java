package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.Awkward;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every format must do, whatever it is: a new one gets all of this by being in the registry. */
class FormatBatteryTest {
    /** Behind a recipe: quantized with an importance matrix. */
    static final String WITH_IMPORTANCE = " with importance";

    /** Every recipe of the battery, and once more with an importance matrix where the format takes or needs one. */
    static Stream<String> recipes() {
        List<String> all = new ArrayList<>();
        withoutImportance().forEach(recipe -> {
            all.add(recipe);
            if (Formats.parse(recipe).takesImportance()) {
                all.add(recipe + WITH_IMPORTANCE);
            }
        });
        Stream.of("iq1_s", "iq2_xs", "iq2_xxs").forEach(name -> all.add(name + WITH_IMPORTANCE)); // need one
        return all.stream();
    }

    static Format parse(String recipe) {
        return recipe.endsWith(WITH_IMPORTANCE)
                ? new WithImportance(Formats.parse(recipe.replace(WITH_IMPORTANCE, "")))
                : Formats.parse(recipe);
    }

    static Stream<String> withoutImportance() {
        Stream<String> examples = Formats.all().stream().flatMap(e -> e.examples().stream());
        return Stream.concat(
                examples,
                Stream.of(
                        "int4:g1",
                        "int5:asym:g7:f32",
                        "int8:bf16",
                        "int3:torchao:g4",
                        "int3:gptq:g5",
                        "nf4:b1",
                        "nf4:b63",
                        "nvfp4:one"));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void staysWithinItsDeclaredErrorOnAwkwardNumbers(String recipe) {
        Format format = parse(recipe);
        int tried = 0;
        for (int size : new int[] {1, 2, 15, 32, 33, 64, 128, 129, 256, 577, 4096, 4098}) {
            if (fits(format, size)) {
                for (float[] x : Awkward.arrays(size, false)) {
                    if (holds(recipe, x)) {
                        within(format, Matrix.of(1, size, x));
                    }
                }
                tried++;
            }
        }
        assertThat(tried).isPositive();
        within(format, Generators.gaussian(7, cols(format, 130), 5));
        within(format, Generators.withOutlierColumns(33, cols(format, 97), 6));
    }

    /** One level of NVFP4 goes to 6 · 448 and refuses what is larger; all other formats hold all of these numbers. */
    static boolean holds(String recipe, float[] x) {
        for (float v : x) {
            if (recipe.equals("nvfp4:one") && Math.abs(v) > 2688) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void takesOrRefusesRowsOfAnyLength(String recipe) {
        Format format = parse(recipe);
        Awkward.sizes()
                .filter(size -> fits(format, size))
                .forEach(size -> within(format, Generators.gaussian(2, size, size)));
    }

    /** Whether a format takes rows of so many weights; one that does not must say so, and take its multiples of 256. */
    private static boolean fits(Format format, int cols) {
        try {
            format.layout(1, cols);
            return true;
        } catch (IllegalArgumentException e) {
            assertThat(cols % 256).as(e.getMessage()).isNotZero();
            assertThat(e).hasMessageContaining(String.valueOf(cols));
            assertThatThrownBy(() -> format.quantize(Generators.gaussian(1, cols, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(cols));
            return false;
        }
    }

    /** A length of rows that the format takes: the wanted one if it can be. */
    static int cols(Format format, int wanted) {
        return fits(format, wanted) ? wanted : 512;
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
    void writesTheSameBytesOverThoseOfAnotherMatrix(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 97);
        Matrix w = Generators.gaussian(5, cols, 8);
        Quantized old = format.quantize(Generators.withOutlierColumns(5, cols, 9));
        Quantized over = format.quantize(w, null, Progress.NONE, Trace.off(), old);
        assertThat(bytes(over)).isEqualTo(bytes(format.quantize(w)));
        assertThat(bytes(format.quantize(
                        w, null, Progress.NONE, Trace.off(), parse("bf16").quantize(w))))
                .as("what is of another format is left alone")
                .isEqualTo(bytes(over));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void itsBoundIsNotEmptyWords(String recipe) {
        // On normal weights the bound of a weight is no more than the block's largest magnitude; where single weights
        // have
        // none, and where all of a mean may have been one weight, their squares together lose less than zeros would.
        Matrix w = Generators.gaussian(4, 256, 9);
        Quantized q = parse(recipe).quantize(w);
        for (int c = 0; c < 256; c++) {
            if (Double.isInfinite(q.errorBound(0, c))) {
                double most = 0;
                double zeros = 0;
                for (int b = 0; b < q.blocks(); b++) {
                    SumBound bound = q.sumBound(b, w).orElseThrow();
                    float[] x = SumBoundTest.cut(q, b, w);
                    most += bound.most();
                    zeros += bound.sum(x, new float[x.length]);
                }
                assertThat(most).isLessThan(0.5 * zeros);
                return;
            }
            assertThat(q.errorBound(0, c)).isLessThan(recipe.equals("q1_0") ? 128 : 4.5);
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void countsEveryStoredByteAndNothingElse(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 577);
        Matrix w = Generators.gaussian(13, cols, 3);
        Quantized q = format.quantize(w);
        long bytes = 0;
        List<PartLayout> layout = format.layout(13, cols);
        assertThat(q.parts()).hasSameSizeAs(layout);
        for (int i = 0; i < layout.size(); i++) {
            StoredPart part = q.parts().get(i);
            assertThat(part.toBytes()).hasSize((int) part.size());
            assertThat(part.data().isReadOnly()).isTrue();
            assertThat(part.name()).isEqualTo(layout.get(i).name());
            assertThat(part.encoding()).isEqualTo(layout.get(i).encoding());
            assertThat(part.size()).isEqualTo(layout.get(i).bytes());
            bytes += part.size();
        }
        assertThat(q.bytes()).isEqualTo(bytes);
        assertThat(q.bitsPerWeight()).isEqualTo(bytes * 8 / (13.0 * cols));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void doesNotTouchTheOriginalAndKeepsItsName(String recipe) {
        Format format = parse(recipe);
        Matrix w = Generators.gaussian(3, cols(format, 64), 8).named("blk.0.w");
        float[] before = w.values().clone();
        Quantized q = format.quantize(w);
        assertThat(w.values()).isEqualTo(before);
        assertThat(q.name()).isEqualTo("blk.0.w");
        assertThat(q.dequantize().name())
                .contains("blk.0.w")
                .contains(format.recipe().toString());
        assertThat(q.error(w)).isEqualTo(ErrorStatistics.of(w, q.dequantize()));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void itsTraceTellsOfEveryBlockInOrderAndChangesNothing(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 97);
        Matrix w = Generators.withOutlierColumns(70, cols, 2);
        Trace trace = Trace.record();
        Quantized traced = format.quantize(w, trace);
        assertThat(traced.dequantize().values())
                .isEqualTo(format.quantize(w).dequantize().values());
        long next = 0;
        for (BlockScaled block : trace.steps(BlockScaled.class)) {
            assertThat(block.row() * (long) cols + block.column()).isEqualTo(next);
            next += block.count();
            assertThat(block.stored()).isNotZero();
            assertThat(w.get(block.row(), block.column())).isBetween(block.low(), block.high());
        }
        assertThat(next).isEqualTo(70L * cols);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void refusesWeightsThatAreNotFiniteAndSaysWhere(String recipe) {
        Format format = parse(recipe);
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            int cols = cols(format, 40);
            Matrix w = Generators.gaussian(5, cols, 1).named("w");
            w.values()[3 * cols + 17] = odd;
            assertThatThrownBy(() -> format.quantize(w))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("row 3, column 17");
        }
        assertThatThrownBy(() -> format.quantize(Matrix.of(0, 4, new float[0])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void stopsWhenAskedTo(String recipe) {
        Format format = parse(recipe);
        Progress stopped = stopped();
        Matrix w = Generators.gaussian(3, cols(format, 96), 4);
        assertThatThrownBy(() -> format.quantize(w, stopped)).isInstanceOf(Cancelled.class);
        assertThatThrownBy(() -> format.quantize(w, stopped, Trace.record())).isInstanceOf(Cancelled.class);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void theLargestNumbersAreQuantizedOrRefusedButNeverSpoiled(String recipe) {
        for (float largest : new float[] {1e5f, 1e30f, Float.MAX_VALUE}) {
            Matrix w = Generators.gaussian(2, cols(parse(recipe), 64), 2).named("w");
            w.values()[5] = largest;
            w.values()[9] = -largest;
            try {
                within(parse(recipe), w);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).matches(".*(row 0|importance up to).*");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("withoutImportance")
    void itsRecipePrintsAsWrittenAndItsCanonicalFormMeansTheSame(String recipe) {
        Format format = parse(recipe);
        assertThat(format.recipe()).hasToString(recipe);
        Format again = Formats.of(format.canonical());
        assertThat(again).isEqualTo(format).hasSameHashCodeAs(format);
        assertThat(again.canonical()).isEqualTo(format.canonical());
        assertThat(format.description()).isNotBlank();
        assertThat(format.specials()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void readsItsBytesBackAndRefusesOthers(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 97);
        Matrix w = Generators.withOutlierColumns(5, cols, 4).named("w");
        Quantized q = format.quantize(w);
        Quantized again = format.stored("w", 5, cols, q.parts());
        assertThat(again.dequantize().values()).isEqualTo(q.dequantize().values());
        assertThat(again.code(4, 17)).isEqualTo(q.code(4, 17));
        assertThat(bytes(again)).isEqualTo(bytes(q));
        assertThatThrownBy(() -> format.stored("w", 6, cols, q.parts())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> format.stored("w", 5, cols, List.of())).isInstanceOf(IllegalArgumentException.class);
        StoredPart first = q.parts().getFirst();
        List<StoredPart> shorter = new ArrayList<>(q.parts());
        shorter.set(0, new StoredPart(first.name(), first.encoding(), new byte[(int) first.size() - 1]));
        assertThatThrownBy(() -> format.stored("w", 5, cols, shorter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(first.name());
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void readsAnyBytesOfTheRightSizeOrRefusesThemAtOnce(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 97);
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 8; round++) {
            List<StoredPart> parts = new ArrayList<>();
            for (PartLayout part : format.layout(3, cols)) {
                byte[] noise = new byte[(int) part.bytes()];
                random.nextBytes(noise);
                parts.add(new StoredPart(part.name(), part.encoding(), noise));
            }
            Quantized q;
            try {
                q = format.stored("noise", 3, cols, parts);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("noise");
                continue;
            }
            assertThat(q.dequantize().size()).isEqualTo(3 * cols);
            for (int i = 0; i < q.blocks(); i++) {
                assertThat(q.block(i).fields()).isNotEmpty();
            }
            q.code(2, 5);
            assertThat(q.errorBound(2, 5)).isNotNegative();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void makesTheSameBytesFromItsTraceAlone(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 97);
        for (Matrix w : List.of(Generators.withOutlierColumns(5, cols, 4), Matrix.of(1, cols, new float[cols]))) {
            Trace trace = Trace.record();
            Quantized q = format.quantize(w, trace);
            assertThat(bytes(format.replay(w.name(), w.rows(), cols, trace.steps())))
                    .isEqualTo(bytes(q));
            assertThatThrownBy(() -> format.replay(w.name(), w.rows() + 1, cols, trace.steps()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void piecesAppendedAreTheWhole(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 48);
        int step = format.pieceRows(cols);
        int rows = 5 * step / 2 + 1;
        Matrix w = Generators.withOutlierColumns(rows, cols, 12);
        Format fixed = format;
        var survey = format.survey();
        if (survey.isPresent()) {
            do {
                pieces(w, step).forEach(survey.get()::add);
            } while (survey.get().needsAnotherPass());
            fixed = survey.get().fixed();
        }
        List<PartLayout> layout = format.layout(rows, cols);
        List<ByteArrayOutputStream> appended =
                layout.stream().map(l -> new ByteArrayOutputStream()).toList();
        for (Matrix piece : pieces(w, step)) {
            List<StoredPart> parts = fixed.quantize(piece).parts();
            for (int i = 0; i < layout.size(); i++) {
                if (layout.get(i).whole()) {
                    appended.get(i).reset();
                }
                appended.get(i).writeBytes(parts.get(i).toBytes());
            }
        }
        List<StoredPart> whole = format.quantize(w).parts();
        for (int i = 0; i < layout.size(); i++) {
            assertThat(appended.get(i).toByteArray())
                    .as(layout.get(i).name())
                    .isEqualTo(whole.get(i).toBytes());
        }
    }

    private static Progress stopped() {
        CancelToken stop = new CancelToken();
        stop.cancel();
        return new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return Progress.NONE.task(title, total, unit);
            }

            @Override
            public CancelToken cancelToken() {
                return stop;
            }
        };
    }

    private static List<Matrix> pieces(Matrix w, int step) {
        List<Matrix> pieces = new ArrayList<>();
        for (int from = 0; from < w.rows(); from += step) {
            int to = Math.min(w.rows(), from + step);
            pieces.add(Matrix.of(
                    w.name(), to - from, w.cols(), Arrays.copyOfRange(w.values(), from * w.cols(), to * w.cols())));
        }
        return pieces;
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void namesEveryBitOnceAndAFlippedBitChangesOnlyWhatItNames(String recipe) {
        Format format = parse(recipe);
        int cols = cols(format, 40);
        int rows = cols == 40 ? 7 : 3;
        Quantized q = format.quantize(Generators.withOutlierColumns(rows, cols, 5));
        new BitFlips(format, q).check();
    }

    private static String bytes(Quantized q) {
        StringBuilder text = new StringBuilder();
        for (StoredPart part : q.parts()) {
            text.append(part.name())
                    .append(' ')
                    .append(HexFormat.of().formatHex(part.toBytes()))
                    .append('\n');
        }
        return text.toString();
    }
}
