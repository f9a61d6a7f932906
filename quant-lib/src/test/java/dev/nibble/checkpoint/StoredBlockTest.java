package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bits that a block names are those of the file: flip one there, and the weights that it is named for change. */
class StoredBlockTest {
    private static final String NAME = "model.layers.0.mlp.down_proj.weight";
    private static final Matrix WEIGHTS =
            Generators.withOutlierColumns(96, 256, 8).named(NAME);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "int4:gptq:g64, GPTQ, 5",
        "int3:gptq:asym:g64, GPTQ_V2, 383",
        "int2:gptq:asym:g32, GPTQ, 90",
        "int8:gptq:asym:g64, GPTQ_V2, 131",
        "int4:asym:g50, GPTQ, 41",
        "int4:awq:g64, AWQ, 22",
        "int4:ct:asym:g32, COMPRESSED_TENSORS, 300",
        "int3:asym:g64:bf16, COMPRESSED_TENSORS, 47", // a zero that lies across two words
        "int8:ct, COMPRESSED_TENSORS, 50",
        "nvfp4:ct, NVFP4_PACK, 700",
        "nf4:b64, BNB, 1",
        "nf4:b64:dq, BNB, 1",
        "bnbfp4:b128, BNB, 33",
        "int8:hqq:g64, HQQ, 100",
        "int4:hqq:g64, HQQ, 3",
        "int4:hqq:g64:bf16, HQQ, 380",
        "int3:hqq:g64:f32, HQQ, 77",
        "int2:hqq:g32:it0, HQQ, 400",
        "int1:hqq:g64, HQQ, 200",
        "int4:g64, PARTS, 130",
        "mxfp4, PARTS, 130",
        "q4_k, GGUF, 70",
        "mxfp4:ggml, GGUF, 70",
        "nvfp4:ggml, GGUF, 70"
    })
    void theNamedBitsOfTheFileAreTheNamedWeights(String recipe, String layout, long index) throws IOException {
        Path file = quantize(recipe, layout);
        List<float[]> whole = new ArrayList<>();
        StoredBlock block = read(file, index, whole);
        float[] before = whole.getFirst();
        Set<Integer> own = new HashSet<>();
        for (int i = 0; i < block.count(); i++) {
            own.add((int) block.weights()[i]);
            assertThat(block.values()[i]).isEqualTo(before[(int) block.weights()[i]]);
        }
        assertThat(own).hasSize(block.count());
        byte[] bytes = Files.readAllBytes(file);
        Path flipped = folder.resolve("flipped" + (layout.equals("GGUF") ? ".gguf" : ".safetensors"));
        for (StoredField field : sample(block.fields())) {
            Set<Integer> named = new HashSet<>();
            for (int w : field.weights()) {
                named.add((int) block.weights()[w]);
            }
            Set<Integer> changed = new HashSet<>();
            int read = 0;
            for (FileRun run : field.runs()) {
                for (int b : run.count() > 8 ? new int[] {0, run.count() - 2} : all(run.count())) {
                    long bit = 8 * run.tensor().offset() + run.bit() + b;
                    bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
                    Files.write(flipped, bytes);
                    bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
                    try {
                        List<float[]> after = new ArrayList<>();
                        StoredBlock other = read(flipped, index, after);
                        differences(before, after.getFirst(), changed);
                        if (field.value().isPresent() && other.count() == block.count()) {
                            assertThat(valueOf(other, field))
                                    .isEqualTo(field.value().get() ^ (1L << (run.shift() + b)));
                        }
                        read++;
                    } catch (CheckpointException e) {
                        assertThat(field.role()).as(e.getMessage()).isNotIn(Role.CODE, Role.CODES);
                    }
                }
            }
            if (field.role() == Role.CODE) {
                assertThat(changed).as(field.name()).isEqualTo(named);
            } else if (read > 0 && field.role() != Role.PADDING && field.role() != Role.TENSOR) {
                assertThat(changed).as(field.name()).isNotEmpty().isSubsetOf(named);
            }
        }
    }

    private static long valueOf(StoredBlock block, StoredField field) {
        return block.fields().stream()
                .filter(f -> f.name().equals(field.name()))
                .findFirst()
                .orElseThrow()
                .value()
                .orElseThrow();
    }

    /** Every number but codes, and of these the first few, some, and the last. */
    private static List<StoredField> sample(List<StoredField> fields) {
        List<StoredField> some = new ArrayList<>();
        int codes = 0;
        for (StoredField field : fields) {
            boolean isCode = field.role() == Role.CODE;
            codes += isCode ? 1 : 0;
            if (isCode ? codes < 14 || codes % 97 == 0 : some.size() < 60) {
                some.add(field);
            }
        }
        return some;
    }

    private static int[] all(int count) {
        return IntStream.range(0, count).toArray();
    }

    private static void differences(float[] before, float[] after, Set<Integer> changed) {
        for (int i = 0; i < before.length; i++) {
            if (Float.floatToRawIntBits(before[i]) != Float.floatToRawIntBits(after[i])) {
                changed.add(i);
            }
        }
    }

    private static StoredBlock read(Path file, long index, List<float[]> whole) {
        try (Checkpoint read = Checkpoint.open(file)) {
            Weight weight = Weights.of(read).get(NAME);
            whole.add(weight.rows(0, 96, Progress.NONE).values());
            return weight.block(index).orElseThrow();
        }
    }

    private Path quantize(String recipe, String layout) {
        Path in = new ModelFile()
                .matrix(NAME, WEIGHTS)
                .vector("norm.weight", 1, 2)
                .safetensors(folder.resolve("in.safetensors"));
        boolean gguf = layout.equals("GGUF");
        Path out = folder.resolve(gguf ? "out.gguf" : "out.safetensors");
        var options = new FileQuantizer.Options(
                ModelRecipe.parse(recipe),
                gguf ? SafetensorsLayout.PARTS : SafetensorsLayout.valueOf(layout),
                null,
                name -> true,
                true);
        try (Checkpoint file = Checkpoint.open(in)) {
            FileQuantizer.plan(file, out, options).run(Progress.NONE);
        }
        return out;
    }

    /** Act order: the inputs of a group lie anywhere in the row. */
    @Test
    void aGroupIndexScattersTheWeightsOfABlock() throws IOException {
        Path file = quantize("int4:gptq:g64", "GPTQ");
        byte[] bytes = Files.readAllBytes(file);
        try (Checkpoint read = Checkpoint.open(file)) {
            long at = read.tensor(NAME.replace("weight", "g_idx")).offset();
            for (int i = 0; i < 256; i++) {
                bytes[(int) at + 4 * i] = (byte) (i * 7 % 4);
            }
        }
        Path shuffled = folder.resolve("shuffled.safetensors");
        Files.write(shuffled, bytes);
        try (Checkpoint read = Checkpoint.open(shuffled)) {
            Weight weight = Weights.of(read).get(NAME);
            StoredBlock block = weight.block(4 * 10 + 3).orElseThrow();
            float[] row = weight.rows(10, 1, Progress.NONE).values();
            assertThat(block.count()).isEqualTo(64);
            for (int i = 0; i < 64; i++) {
                assertThat(block.weights()[i]).isEqualTo(10 * 256 + 4 * i + 1); // 7 (4 i + 1) mod 4 = 3
                assertThat(block.values()[i]).isEqualTo(row[4 * i + 1]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"mxfp4, PARTS", "nvfp4:ct, NVFP4_PACK", "mxfp4:ggml, GGUF", "nvfp4:ggml, GGUF"})
    void scalesOfEightBitsSayWhatTheyMean(String recipe, String layout) {
        StoredBlock block = read(quantize(recipe, layout), 7, new ArrayList<>());
        StoredField scale = block.fields().stream()
                .filter(f -> f.role() == Role.SCALE)
                .findFirst()
                .orElseThrow();
        assertThat(scale.bits()).isEqualTo(8);
        int bits = Math.toIntExact(scale.value().orElseThrow());
        boolean power = recipe.startsWith("mx");
        int mantissa = bits & 7;
        int exponent = bits >> 3;
        double e4m3 = exponent == 0 ? mantissa * 0x1p-9 : (8 + mantissa) * Math.pow(2, exponent - 10);
        assertThat(scale.real()).contains((float) (power ? Math.pow(2, bits - 127) : e4m3));
    }

    @Test
    void blocksThatAreNotThereAreNamed() {
        Path file = quantize("int4:awq:g64", "AWQ");
        try (Checkpoint read = Checkpoint.open(file)) {
            Weight weight = Weights.of(read).get(NAME);
            assertThatThrownBy(() -> weight.block(384)).hasMessageContaining("has no block 384: it has 384");
        }
    }
}
