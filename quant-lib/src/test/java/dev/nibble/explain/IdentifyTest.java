package dev.nibble.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.TestModel;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.FileQuantizer;
import dev.nibble.checkpoint.ModelFile;
import dev.nibble.checkpoint.SafetensorsLayout;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifyTest {
    /** The first use: a real file of Q4_1 blocks, decoded to float32, betrays itself. */
    @Test
    void theQ41FileOfSmolLm2IsFoundOutFromItsNumbersAlone() {
        try (Checkpoint model = Checkpoint.open(TestModel.require())) {
            for (String name : List.of("blk.0.ffn_down.weight", "blk.29.attn_q.weight")) {
                Matrix w = model.matrix(name);
                Identity identity = Identify.weights(Matrix.of("decoded", w.rows(), w.cols(), w.values()));
                assertThat(identity.format()).isEqualTo("Q4_1");
                assertThat(identity.blockSize()).isEqualTo(32);
                assertThat(identity.bitsPerWeight()).isEqualTo(5);
                assertThat(identity.confidence()).isEqualTo(1);
                assertThat(identity.tested()).isGreaterThan(w.size() / 32 * 99 / 100);
            }
            Identity stored = Identify.file(model, List.of("blk.0.ffn_down.weight"), Progress.NONE)
                    .getFirst();
            assertThat(stored.note()).isEqualTo("as the file says");
        }
    }

    /** The same without a file: d and m in float16, codes 0 to 15, value = code · d + m in float32, as ggml decodes. */
    @Test
    void blocksMadeLikeQ41AreFound() {
        Matrix w = likeQ41(64, 576, 3);
        Identity identity = Identify.weights(w);
        assertThat(identity.format()).isEqualTo("Q4_1");
        assertThat(identity.blocks()).isEqualTo("blocks of 32 in a row");
        assertThat(identity.fitting()).isEqualTo(identity.tested()).isEqualTo(64 * 18);
        assertThat(identity.values()).isEqualTo("float32");
        assertThat(identity.note()).isEqualTo("quantized before");
    }

    @Test
    void aGridIsFoundUnderALaterRoundingToBfloat16OrFloat16() {
        for (int zeroedBits : new int[] {16, 13}) {
            Matrix w = likeQ41(32, 256, 5);
            float[] rounded = w.values().clone();
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = zeroedBits == 16
                        ? Float.intBitsToFloat(Float.floatToRawIntBits(rounded[i]) + 0x8000 & 0xffff0000)
                        : Float.float16ToFloat(Float.floatToFloat16(rounded[i]));
            }
            Identity identity = Identify.weights(Matrix.of("w", w.rows(), w.cols(), rounded));
            assertThat(identity.values()).isEqualTo(zeroedBits == 16 ? "bfloat16" : "float16");
            assertThat(identity.blockSize()).isEqualTo(32);
            assertThat(identity.confidence()).isGreaterThan(0.99);
            assertThat(identity.bitsPerWeight()).isBetween(4.0, 6.5);
        }
    }

    private static Matrix likeQ41(int rows, int cols, long seed) {
        Matrix w = Generators.gaussian(rows, cols, seed, 0.02);
        float[] x = w.values().clone();
        for (int from = 0; from < x.length; from += 32) {
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (int i = from; i < from + 32; i++) {
                low = Math.min(low, x[i]);
                high = Math.max(high, x[i]);
            }
            float d = Float.float16ToFloat(Float.floatToFloat16((high - low) / 15));
            float m = Float.float16ToFloat(Float.floatToFloat16(low));
            for (int i = from; i < from + 32; i++) {
                int q = Math.clamp((int) ((x[i] - low) / d + 0.5f), 0, 15);
                x[i] = q * d + m;
            }
        }
        return Matrix.of("w", rows, cols, x);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int4:sym:g32      | 4-bit integers, symmetric: absmax / 7, float16 scale              | 32  | 4.5",
                "int4:sym:g128     | 4-bit integers, symmetric: absmax / 7, float16 scale              | 128 | 4.125",
                "int3:sym:g64      | 3-bit integers, symmetric: absmax / 3, float16 scale              | 64  | 3.25",
                "int8:sym:row      | 8-bit integers, symmetric: absmax / 127, float16 scale            | 256 | 8.0625",
                "int4:asym:g64     | 4-bit integers, asymmetric with an integer zero point, float16 scale | 64 | 4.3125",
                "int4:ct:g32       | 4-bit integers, symmetric: absmax / 7.5, as GPTQ, compressed-tensors and torchao do, float32 scale | 32 | 5",
                "int4:torchao:g128 | 4-bit integers, symmetric: absmax / 7.5, as GPTQ, compressed-tensors and torchao do, float32 scale | 128 | 4.25",
                "nf4:b64           | NF4                                                               | 64  | 4.5",
                "bnbfp4:b64        | bitsandbytes FP4                                                  | 64  | 4.5",
                "iq4_nl            | IQ4_NL                                                            | 32  | 4.5",
                "fp4:g32           | FP4 E2M1                                                          | 32  | 5",
                "mxfp4             | MXFP4 (E2M1, power-of-two scale)                                  | 32  | 4.25",
                "nf4:b128          | NF4                                                               | 128 | 4.25",
                "nf4:b64:dq        | NF4 with double quantization (8-bit scales)                       | 64  | 4.126953125",
                "bnbfp4:b64:dq     | bitsandbytes FP4 with double quantization (8-bit scales)          | 64  | 4.126953125",
                "nvfp4:ct          | NVFP4 (E2M1, E4M3 scale times one of the tensor)                  | 16  | 4.5",
                "fp6:e3m2:row      | FP6 E3M2                                                          | 256 | 6.125",
                "fp6:e2m3:row      | FP6 E2M3                                                          | 256 | 6.125",
                "fp8:e4m3:row      | FP8 E4M3                                                          | 256 | 8.125",
                "fp8:e5m2:row      | FP8 E5M2                                                          | 256 | 8.125",
                "dyn8:b256         | 8-bit dynamic map of bitsandbytes                                 | 256 | 8.125",
            })
    void whatWasQuantizedAndDecodedIsNamed(String recipe, String format, int block, double bits) {
        Matrix w = Generators.gaussian(48, 256, 11, 0.03);
        Identity identity = Identify.weights(Formats.parse(recipe).quantize(w).dequantize());
        assertThat(identity.format()).isEqualTo(format);
        assertThat(identity.blockSize()).isEqualTo(block);
        assertThat(identity.bitsPerWeight()).isEqualTo(bits);
        assertThat(identity.confidence()).isEqualTo(1);
    }

    /** Weights that were bfloat16 have few different largest magnitudes, but these lie on no map. */
    @Test
    void scalesThatOnlyRepeatAreNotTakenForDoubleQuantization() {
        Matrix w = Generators.gaussian(64, 256, 21, 0.03);
        float[] x = w.values().clone();
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(Float.floatToRawIntBits(x[i]) & 0xffff0000);
        }
        Matrix coarse = Matrix.of("w", 64, 256, x);
        assertThat(Identify.weights(Formats.parse("nf4:b64").quantize(coarse).dequantize())
                        .format())
                .isEqualTo("NF4");
        assertThat(Identify.weights(Formats.parse("nf4:b64:dq").quantize(coarse).dequantize())
                        .format())
                .isEqualTo("NF4 with double quantization (8-bit scales)");
    }

    /** The tables of its layout make a small tensor take more bits than its weights do. */
    @ParameterizedTest
    @CsvSource({"nf4:b64:dq, BNB, NF4 with double", "int4:gptq:g64, GPTQ, 4-bit", "nvfp4:ct, NVFP4_PACK, NVFP4"})
    void aSmallTensorInALayoutIsWhatItsFileSays(
            String recipe, SafetensorsLayout layout, String format, @TempDir Path folder) {
        Path in = new ModelFile()
                .matrix("a.weight", Generators.gaussian(32, 256, 3, 0.02))
                .safetensors(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");
        var options = new FileQuantizer.Options(ModelRecipe.parse(recipe), layout, null, name -> true, true);
        try (Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer.plan(file, out, options).run(Progress.NONE);
        }
        try (Checkpoint file = Checkpoint.open(out)) {
            Identity identity = Identify.file(file, List.of(), Progress.NONE).getFirst();
            assertThat(identity.format()).startsWith(format);
            assertThat(identity.note()).isEqualTo("as the file says");
        }
    }

    /** Nothing in the tensors of a GPTQ file says whether its zeros are less one; without a word the first is believed. */
    @ParameterizedTest
    @CsvSource({
        "GPTQ, keep, code - zero averages [-+0.]+\\d+ as version 1",
        "GPTQ_V2, keep, code - zero averages -[01].\\d+ as version 1",
        "GPTQ, drop, code - zero averages [-+0.]+\\d+ as version 1",
        "GPTQ_V2, drop, its zeros are not those of version 1.*but of version 2.*"
    })
    void theVersionOfGptqIsToldByItsZeros(SafetensorsLayout layout, String word, String note, @TempDir Path folder)
            throws IOException {
        Path in = new ModelFile()
                .matrix("a.weight", Generators.gaussian(64, 256, 3, 0.02))
                .safetensors(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");
        var options =
                new FileQuantizer.Options(ModelRecipe.parse("int4:gptq:asym:g64"), layout, null, name -> true, true);
        try (Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer.plan(file, out, options).run(Progress.NONE);
        }
        if (word.equals("drop")) { // the header without the word for its layout, as strangers write it
            String bytes = Files.readString(out, StandardCharsets.ISO_8859_1);
            String key = "nibble.layout";
            assertThat(bytes).contains(key);
            Files.writeString(out, bytes.replace(key, "no.one.knows."), StandardCharsets.ISO_8859_1);
        }
        try (Checkpoint file = Checkpoint.open(out)) {
            Identity identity = Identify.file(file, List.of(), Progress.NONE).getFirst();
            assertThat(identity.note()).matches("as the file says; " + note + ".*");
            assertThat(identity.note().contains("tells nothing")).isFalse();
        }
    }

    @Test
    void blocksThatRunAcrossRowsAreFound() {
        Matrix w = Generators.gaussian(48, 100, 12, 0.03);
        Identity identity =
                Identify.weights(Formats.parse("nf4:b64").quantize(w).dequantize());
        assertThat(identity.format()).isEqualTo("NF4");
        assertThat(identity.blocks()).isEqualTo("blocks of 64 across rows");
    }

    @Test
    void groupsThatRunDownTheColumnsAreFound() {
        Matrix w = Formats.parse("int4:sym:g64")
                .quantize(Generators.gaussian(256, 128, 13, 0.03))
                .dequantize();
        float[] turned = new float[w.size()];
        for (int r = 0; r < w.rows(); r++) {
            for (int c = 0; c < w.cols(); c++) {
                turned[c * w.rows() + r] = w.get(r, c);
            }
        }
        Identity identity = Identify.weights(Matrix.of("w", 128, 256, turned));
        assertThat(identity.blocks()).isEqualTo("blocks of 64 in a column");
        assertThat(identity.format()).startsWith("4-bit integers, symmetric: absmax / 7");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void nothingIsFoundWhereThereIsNothing(int seed) {
        Matrix w = Generators.gaussian(64, 256, seed, 0.02);
        assertThat(Identify.weights(w).found()).isFalse();
        // Rounding to a float type is not quantization: its numbers repeat, but lie on no grid of their block.
        for (int keep : new int[] {0xffff0000, 0xffffe000}) {
            float[] rounded = w.values().clone();
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = Float.intBitsToFloat(Float.floatToRawIntBits(rounded[i]) & keep);
            }
            Identity identity = Identify.weights(Matrix.of("w", 64, 256, rounded));
            assertThat(identity.found()).as(identity.toString()).isFalse();
        }
        // Nor is sparsity.
        float[] sparse = w.values().clone();
        for (int i = 0; i < sparse.length; i++) {
            sparse[i] = Generators.uniform(seed, i) < 0.9 ? 0 : sparse[i];
        }
        assertThat(Identify.weights(Matrix.of("w", 64, 256, sparse)).found()).isFalse();
    }

    @Test
    void aFewChangedWeightsDoNotHideTheGridButAreCounted() {
        float[] x = likeQ41(64, 576, 7).values();
        for (int i = 0; i < 5; i++) {
            x[i * 5000] += 1e-4f;
        }
        Identity identity = Identify.weights(Matrix.of("w", 64, 576, x));
        assertThat(identity.format()).isEqualTo("Q4_1");
        assertThat(identity.tested() - identity.fitting()).isEqualTo(5);
    }

    @Test
    void whatSaysNothingIsSaidToSayNothing() {
        assertThat(Identify.weights(Matrix.of(4, 8, new float[32])).toString()).contains("all weights are 0");
        float[] odd = Generators.gaussian(4, 64, 1).values().clone();
        odd[7] = Float.NaN;
        assertThat(Identify.weights(Matrix.of(4, 64, odd)).note()).contains("not finite");
        assertThat(Identify.weights(Matrix.of(0, 0, new float[0])).found()).isFalse();
        assertThat(Identify.weights(Matrix.of(1, 1, new float[] {3})).found()).isFalse();
    }
}
