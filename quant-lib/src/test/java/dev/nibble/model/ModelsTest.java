package dev.nibble.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.core.Progress;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import dev.nibble.tensor.TensorStatistics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsTest {
    @ParameterizedTest
    @ValueSource(strings = {"smollm3", "", " ", "a\0b"})
    void aNameThatIsNeitherKnownNorAPathListsTheKnownOnes(String name) {
        assertThatThrownBy(() -> Models.open(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no model is called")
                .hasMessageContaining("smollm2-135m");
    }

    @Test
    void aNameThatIsNearlyKnownGetsTheRightOne() {
        assertThatThrownBy(() -> Models.open("smollm2-135"))
                .hasMessageStartingWith("no model is called \"smollm2-135\"; did you mean \"smollm2-135m\"?");
    }

    @Test
    void aMissingFileIsACheckpointError() {
        assertThatThrownBy(() -> Models.open("/no/such/model.gguf"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.gguf");
        assertThat(Models.find("/no/such/model.gguf")).isEmpty();
        assertThat(Models.available("/no/such/model.gguf")).isFalse();
    }

    @Test
    void whatCanNotBeFoundIsSaidOnce() {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Models.find("/no/such/model.gguf");
            Models.find("smollm3");
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .contains("/no/such/model.gguf: there is no such file")
                .anyMatch(line -> line.startsWith("no model is called \"smollm3\""));
    }

    @Test
    void whereNoModelCanBeHadSeededMatricesWithOutlierColumnsTakeItsPlaceAndSaySo() {
        var model = Models.openOrSynthetic("/no/such/model.gguf");
        assertThat(model.toString()).contains("synthetic");
        assertThat(model.oneMatrixOfEveryKind()).hasSize(8);
        Matrix w = model.weight("blk.0.attn_q.weight");
        assertThat(w.name()).isEqualTo("synthetic blk.0.attn_q.weight");
        assertThat(w.values())
                .hasSize(576 * 576)
                .isEqualTo(Models.openOrSynthetic("/no/such")
                        .weight("blk.0.attn_q.weight")
                        .values());
        assertThat(w.values())
                .isNotEqualTo(model.weight("blk.0.attn_output.weight").values());
        assertThat(TensorStatistics.of(w).kurtosis()).isGreaterThan(20); // 3 without the outlier columns
        assertThatThrownBy(() -> model.weight("blk.1.attn_q.weight"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("blk.0.attn_q.weight");
    }

    @Test
    void namesThatDifferInTheBlockNumberAreOfOneKind() {
        assertThat(Model.kind("model.layers.12.mlp.down_proj.weight")).isEqualTo("model.layers.*.mlp.down_proj.weight");
        assertThat(Model.kind("blk.7.ffn_down.weight")).isEqualTo(Model.kind("blk.29.ffn_down.weight"));
        assertThat(Model.kind("head2.weight")).isEqualTo("head2.weight");
    }

    @Test
    void knownNamesAreFoundInAnyCase() {
        assertThat(KnownModel.named("SmolLM2-135M")).isPresent();
        assertThat(KnownModel.named("smollm2-135m").orElseThrow().fileName())
                .isEqualTo("SmolLM2-135M-Instruct.Q4_1.gguf");
    }

    @Test
    void theHomeFolderFollowsPropertyThenEnvironmentThenXdg() {
        var xdg = Map.of("XDG_CACHE_HOME", "/xdg");
        var all = Map.of("XDG_CACHE_HOME", "/xdg", "NIBBLE_HOME", "/own");
        assertThat(NibbleHome.path("/property", all, "/home/a")).isEqualTo(Path.of("/property"));
        assertThat(NibbleHome.path(null, all, "/home/a")).isEqualTo(Path.of("/own"));
        assertThat(NibbleHome.path(null, xdg, "/home/a")).isEqualTo(Path.of("/xdg/nibble"));
        assertThat(NibbleHome.path("", Map.of("XDG_CACHE_HOME", "relative", "NIBBLE_HOME", ""), "/home/a"))
                .isEqualTo(Path.of("/home/a/.cache/nibble"));
        assertThat(NibbleHome.path(null, Map.of("HOME", "/moved"), "/home/a"))
                .isEqualTo(Path.of("/moved/.cache/nibble"));
    }

    @Test
    void aModelAddsUpWhatItsFileStores() {
        var model = new Model("m", new Listing(List.of(tensor("token_embd.weight", 1000, 8), tensor("norm", 8))));

        assertThat(model.parameters()).isEqualTo(8008);
        assertThat(model.bytes()).isEqualTo(4 * 8008);
        assertThat(model.bitsPerWeight()).isEqualTo(32);
        assertThat(model).hasToString("m: GGUF 3, 2 tensors, 8,008 parameters, 32.00 bits each");
    }

    private static TensorInfo tensor(String name, long... shape) {
        long count = 1;
        for (long n : shape) {
            count *= n;
        }
        return new TensorInfo(name, DType.F32, shape, 4 * count, 0);
    }

    /** A checkpoint that lists tensors and holds none. */
    private record Listing(List<TensorInfo> tensors) implements Checkpoint {
        @Override
        public Path path() {
            return Path.of("m.gguf");
        }

        @Override
        public String kind() {
            return "GGUF 3";
        }

        @Override
        public Map<String, Object> metadata() {
            return Map.of();
        }

        @Override
        public List<String> warnings() {
            return List.of();
        }

        @Override
        public TensorInfo tensor(String name) {
            throw new CheckpointException("no " + name);
        }

        @Override
        public Matrix matrix(String name, Progress progress) {
            throw new CheckpointException("no " + name);
        }

        @Override
        public void close() {}
    }
}
