package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that hqq 0.2.8 saved, read by us, and layers that we write, compared with those tensor by tensor. */
class HqqTest {
    private static final JsonNode ORIGIN = Vectors.read("hqq-tensors.json");

    @TempDir
    Path folder;

    static Stream<JsonNode> cases() {
        return StreamSupport.stream(ORIGIN.get("cases").spliterator(), false);
    }

    private static JsonNode caseOf(String name) {
        return cases().filter(c -> c.get("case").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] bytes(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asText());
    }

    private static float[] floats(JsonNode base64) {
        byte[] bytes = bytes(base64);
        float[] values = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static long[] shape(JsonNode tensor) {
        return StreamSupport.stream(tensor.get("shape").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    private static ModelFile file(JsonNode tensors, String changed, byte[] content) {
        var file = new ModelFile();
        tensors.properties().forEach(t -> {
            byte[] bytes =
                    t.getKey().equals(changed) ? content : bytes(t.getValue().get("bytes"));
            if (bytes != null) {
                DType type = DType.valueOf(t.getValue().get("dtype").asText());
                file.tensor(new NewTensor(t.getKey(), type, shape(t.getValue())), bytes);
            }
        });
        return file;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aLayerOfHqqReadsAsHqqDecodesIt(JsonNode origin) {
        float[] expected = floats(origin.get("values"));
        Path path = file(origin.get("tensors"), "", null).safetensors(folder.resolve("hqq.safetensors"));
        try (Checkpoint in = Checkpoint.open(path)) {
            List<Weight> weights = Weights.of(in).all();
            assertThat(weights).hasSize(1);
            Weight weight = weights.getFirst();
            assertThat(weight.name()).isEqualTo("a.weight");
            assertThat(weight.shape()).containsExactly(16, 32);
            assertThat(weight.rows(0, 16, Progress.NONE).values()).isEqualTo(expected);
            assertThat(weight.rows(5, 3, Progress.NONE).values())
                    .isEqualTo(Arrays.copyOfRange(expected, 5 * 32, 8 * 32));
            // Along the rows it is a format of ours, so that diff, identify and inspect see its codes.
            boolean along = origin.get("case").asText().contains("axis 1");
            Optional<Quantized> quantized = weight.quantized(0, 16);
            assertThat(quantized.isPresent()).isEqualTo(along);
            quantized.ifPresent(q -> assertThat(q.dequantize().values()).isEqualTo(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "int4:hqq:g16:round-zero, '4 bits, groups of 16, axis 1, torch.float16'",
        "int3:hqq:g16:f32, '3 bits, groups of 16, axis 1, torch.float32'",
        "int8:hqq:row:bf16, '8 bits, groups of 32, axis 1, torch.bfloat16'",
        "int5:hqq:g32, '5 bits, groups of 32, axis 1, torch.float16'",
        "int1:hqq:g16, '1 bits, groups of 16, axis 1, torch.float16'"
    })
    void ourLayerIsTheOneThatHqqSaves(String recipe, String name) throws IOException {
        JsonNode expected = caseOf(name).get("tensors");
        Path in = new ModelFile()
                .matrix("a.weight", Matrix.of("a.weight", 16, 32, floats(ORIGIN.get("weights"))))
                .safetensors(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");
        try (Checkpoint file = Checkpoint.open(in)) {
            var options =
                    new FileQuantizer.Options(ModelRecipe.parse(recipe), SafetensorsLayout.HQQ, null, n -> true, false);
            FileQuantizer.plan(file, out, options).run(Progress.NONE);
        }
        try (Checkpoint read = Checkpoint.open(out)) {
            assertThat(read.tensors()).hasSize(expected.size());
            for (TensorInfo tensor : read.tensors()) {
                JsonNode origin = expected.get(tensor.name());
                assertThat(origin).as(tensor.name()).isNotNull();
                assertThat(tensor.type().name())
                        .as(tensor.name())
                        .isEqualTo(origin.get("dtype").asText());
                assertThat(tensor.shape()).as(tensor.name()).isEqualTo(shape(origin));
                assertThat(read.stored(tensor.name(), 0, (int) tensor.bytes()))
                        .as(tensor.name())
                        .isEqualTo(bytes(origin.get("bytes")));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a.nbits, is missing",
        "a.axis, is missing",
        "a.group_size=7, not the parts of one HQQ matrix",
        "a.group_size=0, not the parts of one HQQ matrix",
        "a.nbits=9, not the parts of one HQQ matrix",
        "a.axis=2, not the parts of one HQQ matrix"
    })
    void partsThatDoNotFitAreRefused(String damage, String problem) {
        JsonNode tensors = caseOf("4 bits, groups of 16, axis 1, torch.float16").get("tensors");
        String[] what = damage.split("=", -1);
        byte[] content = what.length == 1 ? null : new byte[] {Byte.parseByte(what[1]), 0, 0, 0};
        Path path = file(tensors, what[0], content).safetensors(folder.resolve("bad.safetensors"));
        try (Checkpoint in = Checkpoint.open(path)) {
            assertThatThrownBy(() -> Weights.of(in))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("bad.safetensors")
                    .hasMessageContaining("a.weight")
                    .hasMessageContaining(problem);
        }
    }

    @Test
    void aCodeBeyondItsBitsIsRefused() {
        JsonNode tensors = caseOf("5 bits, groups of 32, axis 1, torch.float16").get("tensors");
        byte[] codes = bytes(tensors.get("a.W_q").get("bytes"));
        codes[100] = 32;
        Path path = file(tensors, "a.W_q", codes).safetensors(folder.resolve("bad.safetensors"));
        try (Checkpoint in = Checkpoint.open(path)) {
            assertThatThrownBy(() -> Weights.of(in).get("a.weight").rows(0, 16, Progress.NONE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("a code 32, but it has 5 bits");
        }
    }
}
