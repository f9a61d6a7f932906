package dev.nibble.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.Vectors;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.FileQuantizer;
import dev.nibble.checkpoint.ModelFile;
import dev.nibble.checkpoint.SafetensorsLayout;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.explain.Difference.Cause;
import dev.nibble.explain.Difference.Example;
import dev.nibble.format.BitField;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.BitRun;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiffTest {
    private static final Matrix W = Vectors.ih4(64, 64, 1);

    /**
     * Upstream's own run, in the reference: torchao (times 1/s) and compressed-tensors (divided by s), symmetric INT4 in
     * groups of 32 on ih4(4096,1): 12 of 4096 codes differ, all of them where -7.5 comes out as -7.4999995.
     */
    @Test
    void torchaoAndCompressedTensorsDifferIn12CodesBecauseOneMultiplies() {
        Difference d = Diff.recipes(W, "int4:ct:g32", "int4:torchao:g32", Progress.NONE);
        assertThat(d.differing()).isEqualTo(12);
        assertThat(d.causes()).singleElement().satisfies(cause -> {
            assertThat(cause.name()).isEqualTo("multiply by 1/s or divide by s");
            assertThat(cause.count()).isEqualTo(12);
        });
        assertThat(d.ruleA()).startsWith("x / s, ").contains("s = absmax / 7.5, stored as float32");
        assertThat(d.ruleB()).startsWith("x · (1/s), ").contains("s = absmax / 7.5, stored as float32");
        assertThat(d.examples()).hasSize(3).allSatisfy(e -> {
            assertThat(e.scaledA()).isEqualTo(-7.5f);
            assertThat(e.scaledB()).isEqualTo(-7.4999995f);
            assertThat(e.codeA()).isEqualTo(-8);
            assertThat(e.codeB()).isEqualTo(-7);
            assertThat(e.value()).isEqualTo(W.get(e.row(), e.column()));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "int4:sym:g32,    int4:sym:g32:f32,    rounded scale",
        "int4:asym:g32,   int4:awq:g32,        rounded scale",
        "q4_0,            int4:autoround:g32,  rounded scale",
        "q8_0,            int8:sym:g32,        rounded scale",
        "int4:sym:g32,    int4:ct:g32:f16,     range of the scale",
        "int4:sym:g32,    int4:sym:g64,        block size",
        "int4:sym:tensor, int4:sym:row,        block size",
        "int4:sym:g32,    int4:sym:g32:mse,    search choice of the scale",
        "int4:asym:g32,   int4:kivi:g32,       rounded zero point",
        "int4:asym:g32,   int4:hqq:g32,        rounded zero point",
        "nf4:b64,         nf4:b128,            block size",
        "nf4:b64,         bnbfp4:b64,          code book",
        "mxfp4,           mxfp4:ceil,          range of the scale",
    })
    void theCauseOfAlmostAllDifferencesIsTheOneThatTheRecipesNameApart(String a, String b, String cause) {
        Difference d = Diff.recipes(W, a, b, Progress.NONE);
        assertThat(d.differing()).isPositive();
        assertThat(d.causes().getFirst().name()).isEqualTo(cause);
        assertThat(d.causes().getFirst().count()).isGreaterThanOrEqualTo(d.differing() * 99 / 100);
    }

    /** Every weight whose code differs has exactly one cause, and what the causes add is the difference of the errors. */
    @ParameterizedTest
    @CsvSource({
        "int4:ct:g32, int4:torchao:g32",
        "q4_0, q4_1",
        "q5_0, q5_1",
        "int4:tinygemm:g32, int4:asym:g32",
        "fp4:e2m1:g32, fp4:e2m1:g64",
        "int8:sym:g32, int4:sym:g32",
        "int3:gptq:g64, int3:asym:g64",
        "q4_0, q4_0"
    })
    void countsAndErrorsAddUp(String a, String b) {
        Matrix w = Generators.gaussian(40, 256, 9, 0.02);
        Quantized qa = Formats.parse(a).quantize(w);
        Quantized qb = Formats.parse(b).quantize(w);
        Difference d = Diff.recipes(w, a, b, Progress.NONE);
        assertThat(d.mseA()).isEqualTo(qa.error(w).mse());
        assertThat(d.mseB()).isEqualTo(qb.error(w).mse());
        assertThat(d.causes().stream().mapToDouble(Cause::mseAdded).sum())
                .isCloseTo(d.mseB() - d.mseA(), within(1e-12 * Math.max(d.mseA(), d.mseB())));
        long other = 0;
        float[] x = qa.dequantize().values();
        float[] y = qb.dequantize().values();
        for (int i = 0; i < x.length; i++) {
            other += x[i] == y[i] ? 0 : 1;
        }
        assertThat(d.causes().stream().mapToLong(Cause::count).sum()).isGreaterThanOrEqualTo(other);
        assertThat(d.weights()).isEqualTo(40 * 256);
        for (Example e : d.examples()) {
            assertThat(e.decodedA()).isEqualTo(x[e.row() * 256 + e.column()]);
            assertThat(e.codeA()).isNotEqualTo(e.codeB());
        }
    }

    /** The classic mistake of GPTQ files: every zero point is one too high, and the codes were made for that. */
    @Test
    void aZeroPointOffByOneIsFound() {
        Quantized q = Formats.parse("int4:asym:g32").quantize(W);
        List<byte[]> bytes =
                new ArrayList<>(q.parts().stream().map(StoredPart::toBytes).toList());
        int moved = 0;
        for (int b = 0; b < q.blocks(); b++) {
            List<BitField> fields = q.block(b).fields();
            BitField zero = fields.stream()
                    .filter(f -> f.role() == Role.ZERO)
                    .findFirst()
                    .orElseThrow();
            if (zero.value(q.parts()) < 15) {
                add(bytes, zero, q.parts());
                fields.stream()
                        .filter(f -> f.role() == Role.CODE && f.value(q.parts()) < 15)
                        .forEach(f -> add(bytes, f, q.parts()));
                moved++;
            }
        }
        assertThat(moved).isGreaterThan(100);
        Difference d = Diff.of(q, "right", stored(q, bytes), "one too high", W, Progress.NONE);
        assertThat(d.differing()).isGreaterThan(3000);
        assertThat(d.causes().getFirst().name()).isEqualTo("zero point off by one");
        assertThat(d.causes().getFirst().count()).isEqualTo(d.differing());
    }

    /** Codes that no rounding gives, as GPTQ's own are, are said to be chosen by a search. */
    @Test
    void codesThatAreNotTheNearestAreCalledChosen() {
        Quantized q = Formats.parse("int4:sym:g32").quantize(W);
        List<byte[]> bytes =
                new ArrayList<>(q.parts().stream().map(StoredPart::toBytes).toList());
        for (int b = 0; b < 5; b++) {
            BitField code = q.block(b * 7).fields().stream()
                    .filter(f -> f.role() == Role.CODE && f.value(q.parts()) < 14)
                    .findFirst()
                    .orElseThrow();
            add(bytes, code, q.parts());
        }
        Difference d = Diff.of(q, "nearest", stored(q, bytes), "chosen", W, Progress.NONE);
        assertThat(d.differing()).isEqualTo(5);
        assertThat(d.causes()).singleElement().extracting(Cause::name).isEqualTo("search choice");
        assertThat(d.ruleB()).endsWith("; 5 of 4096 codes chosen otherwise");
        assertThat(d.causes().getFirst().mseAdded()).isPositive();
    }

    /** Adds one to a field whose bits lie side by side, none of them leaving its byte. */
    private static void add(List<byte[]> bytes, BitField field, List<StoredPart> parts) {
        BitRun run = field.runs().getFirst();
        assertThat(field.runs()).hasSize(1);
        assertThat(field.value(parts)).isLessThan((1L << run.count()) - 1);
        bytes.get(run.part())[(int) (run.bit() / 8)] += (byte) (1 << run.bit() % 8);
    }

    private static Quantized stored(Quantized q, List<byte[]> bytes) {
        Format format = q.format();
        List<StoredPart> parts = new ArrayList<>();
        for (int p = 0; p < bytes.size(); p++) {
            StoredPart part = q.parts().get(p);
            parts.add(new StoredPart(part.name(), part.encoding(), bytes.get(p)));
        }
        return format.stored(q.name(), q.rows(), q.cols(), parts);
    }

    @Test
    void withoutTheOriginalCodesAreComparedAndNothingIsClaimed() {
        Quantized a = Formats.parse("int4:ct:g32").quantize(W);
        Quantized b = Formats.parse("int4:torchao:g32").quantize(W);
        Difference d = Diff.of(a, "a", b, "b", null, Progress.NONE);
        assertThat(d.differing()).isEqualTo(12);
        assertThat(d.causes()).extracting(Cause::name).containsExactly("the original weights would tell");
        assertThat(d.mseA()).isNaN();
        assertThat(d.ruleA()).isEmpty();
    }

    private static Path quantized(Path folder, String name, String recipe, SafetensorsLayout layout) {
        Path in = folder.resolve("original.safetensors");
        if (!Files.exists(in)) {
            new ModelFile().matrix("a.weight", W).safetensors(in);
        }
        Path out = folder.resolve(name);
        var options = new FileQuantizer.Options(ModelRecipe.parse(recipe), layout, null, n -> true, true);
        try (Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer.plan(file, out, options).run(Progress.NONE);
        }
        return out;
    }

    /** One recipe in two layouts is the same codes; two recipes differ as they do in memory, whatever the layouts. */
    @ParameterizedTest
    @CsvSource({
        "int4:ct:g32, PARTS, int4:ct:g32, COMPRESSED_TENSORS, 0",
        "int4:awq:g32, AWQ, int4:awq:g32, GPTQ_V2, 0",
        "int4:ct:g32, COMPRESSED_TENSORS, int4:torchao:g32, PARTS, 12",
        "int4:asym:g32, GPTQ, int4:awq:g32, AWQ, -1",
    })
    void filesAreComparedByCodeAcrossLayouts(
            String a,
            SafetensorsLayout layoutA,
            String b,
            SafetensorsLayout layoutB,
            long codes,
            @TempDir Path folder) {
        Path fileA = quantized(folder, "a.safetensors", a, layoutA);
        Path fileB = quantized(folder, "b.safetensors", b, layoutB);
        Difference expected = Diff.recipes(W, a, b, Progress.NONE);
        assertThat(codes < 0 ? expected.differing() : codes).isEqualTo(expected.differing());
        try (Checkpoint x = Checkpoint.open(fileA);
                Checkpoint y = Checkpoint.open(fileB);
                Checkpoint w = Checkpoint.open(folder.resolve("original.safetensors"))) {
            Difference known = Diff.files(Weights.of(x), Weights.of(y), Weights.of(w), List.of(), Progress.NONE)
                    .getFirst();
            assertThat(known.note()).isEmpty();
            assertThat(known.differing()).isEqualTo(expected.differing());
            assertThat(known.causes()).isEqualTo(expected.causes());
            assertThat(known.mseA()).isEqualTo(expected.mseA());
            Difference alone = Diff.files(Weights.of(x), Weights.of(y), null, List.of(), Progress.NONE)
                    .getFirst();
            assertThat(alone.differing()).isEqualTo(expected.differing());
            assertThat(alone.ruleA()).isEmpty();
        }
    }

    @Test
    void aFileIsHeldAgainstARecipe(@TempDir Path folder) {
        Path made = quantized(folder, "a.safetensors", "int4:ct:g32", SafetensorsLayout.COMPRESSED_TENSORS);
        try (Checkpoint file = Checkpoint.open(made);
                Checkpoint w = Checkpoint.open(folder.resolve("original.safetensors"))) {
            Weights original = Weights.of(w);
            assertThat(Diff.recipeAndFile("int4:ct:g32", Weights.of(file), original, List.of(), Progress.NONE))
                    .singleElement()
                    .satisfies(d -> assertThat(d.causes()).isEmpty());
            assertThat(Diff.recipeAndFile("int4:torchao:g32", Weights.of(file), original, List.of(), Progress.NONE))
                    .singleElement()
                    .satisfies(d -> assertThat(d.differing()).isEqualTo(12));
            String name = original.all().getFirst().name();
            assertThat(Diff.recipeAndFile(
                            "w=int8;" + name + "=int4:ct:g32", Weights.of(file), original, List.of(), Progress.NONE))
                    .singleElement()
                    .satisfies(d -> assertThat(d.a()).isEqualTo("int4:ct:g32"))
                    .satisfies(d -> assertThat(d.differing()).isZero());
            assertThat(Diff.recipeAndFile("head=int8", Weights.of(file), original, List.of(), Progress.NONE))
                    .isEmpty();
            assertThat(Diff.files(original, original, null, List.of(), Progress.NONE))
                    .singleElement()
                    .satisfies(d -> assertThat(d.note()).isEqualTo(Diff.BY_VALUE_NOTE + ", and equal"));
        }
    }

    /** Without the original weights it is still seen which numbers of the grids differ. */
    @Test
    void withoutTheOriginalTheGridsAreStillCompared() {
        Difference d = Diff.of(
                Formats.parse("int4:sym:g32").quantize(W),
                "a",
                Formats.parse("int4:ct:g32:f16").quantize(W),
                "b",
                null,
                Progress.NONE);
        assertThat(d.causes()).extracting(Cause::name).containsExactly("other scale", Diff.SAME_CODE);
    }

    /** Weights in bfloat16, as models have them: absmax / 8 fits any type, so only the form itself says what it stores. */
    @ParameterizedTest
    @CsvSource({
        "q4_0, float16",
        "q8_0, float16",
        "int4:sym:g32:f16, float16",
        "int4:sym:g32:bf16, bfloat16",
        "int4:autoround:g32:f32, float32",
        "int4:torchao:g32:f32, float32",
    })
    void theTypeOfScalesIsTheOneThatIsStored(String recipe, String type) {
        Difference d = Diff.recipes(bfloat16(), recipe, recipe, Progress.NONE);
        assertThat(d.ruleA()).contains("s = absmax / ").contains(", stored as " + type);
    }

    @ParameterizedTest
    @CsvSource({"q4_0, float16", "q8_0, float16"})
    void theTypeOfScalesInAFileIsTheFiles(String recipe, String type, @TempDir Path folder) {
        Path original = new ModelFile().matrix("a.weight", bfloat16()).gguf(folder.resolve("original.gguf"));
        Path made = folder.resolve("made.gguf");
        var options =
                new FileQuantizer.Options(ModelRecipe.parse(recipe), SafetensorsLayout.PARTS, null, n -> true, false);
        try (Checkpoint w = Checkpoint.open(original)) {
            FileQuantizer.plan(w, made, options).run(Progress.NONE);
            try (Checkpoint file = Checkpoint.open(made)) {
                assertThat(Diff.recipeAndFile(recipe, Weights.of(file), Weights.of(w), List.of(), Progress.NONE))
                        .singleElement()
                        .satisfies(d -> assertThat(d.ruleB()).contains(", stored as " + type))
                        .satisfies(d -> assertThat(d.ruleA()).isEqualTo(d.ruleB()));
            }
        }
    }

    private static Matrix bfloat16() {
        float[] x = W.values().clone();
        for (int i = 0; i < x.length; i++) {
            x[i] = ScaleType.BF16.round(x[i]);
        }
        return Matrix.of("a.weight", W.rows(), W.cols(), x);
    }

    /** Where every group has both signs, nothing tells whether a rule wants 0 in range; one group of one sign does. */
    @Test
    void zeroInRangeIsClaimedOnlyWhereItShows() {
        Matrix both = Generators.gaussian(16, 256, 3);
        assertThat(Diff.recipes(both, "int4:asym:g32", "int4:hqq:g32", Progress.NONE))
                .satisfies(d -> assertThat(d.ruleA()).contains("s = (max - min) / 15, stored"))
                .satisfies(d -> assertThat(d.ruleB()).contains("s = (max - min) / 15, stored"));
        float[] x = both.values().clone();
        for (int i = 0; i < x.length; i++) {
            x[i] = i / 32 % 4 == 0 ? 3 + Math.abs(x[i]) : x[i];
        }
        Matrix some = Matrix.of("some of one sign", 16, 256, x);
        assertThat(Diff.recipes(some, "int4:asym:g32", "int4:hqq:g32", Progress.NONE))
                .satisfies(d -> assertThat(d.ruleA()).contains("s = (max - min) / 15, with 0 in range"))
                .satisfies(d -> assertThat(d.ruleB()).contains("s = (max - min) / 15, stored"));
    }

    @Test
    void shapesThatDifferAreRefused() {
        Quantized a = Formats.parse("int4:sym:g32").quantize(W);
        Quantized b = Formats.parse("int4:sym:g32").quantize(Generators.gaussian(4, 64, 1));
        assertThatThrownBy(() -> Diff.of(a, "one.gguf", b, "two.gguf", null, Progress.NONE))
                .hasMessageContaining("[64, 64] in one.gguf")
                .hasMessageContaining("[4, 64] in two.gguf");
    }
}
