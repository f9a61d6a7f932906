package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.core.Progress;
import dev.nibble.tensor.TensorInfo;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sharded folders that the original software wrote (tests/oracles/folders.py; versions.json says which) decode to the
 * bits that it decodes them to.
 */
class OriginalFoldersTest {
    @ParameterizedTest
    @CsvSource({
        "gptq, 'GPTQ, 2 bits|GPTQ, 3 bits|GPTQ, 4 bits|GPTQ, 8 bits'",
        "gptq_v2, 'GPTQ v2, 2 bits|GPTQ v2, 3 bits|GPTQ v2, 4 bits|GPTQ v2, 8 bits'",
        "awq, 'AWQ, 4 bits|AWQ, 4 bits'",
        "bitsandbytes, 'bitsandbytes bnbfp4|bitsandbytes nf4|bitsandbytes nf4'",
        "compressed-tensors, 'compressed-tensors, 3 bits|compressed-tensors, 4 bits|compressed-tensors, 4 bits"
                + "|compressed-tensors, 8 bits'"
    })
    void weightsOverShardsDecodeToTheBitsOfTheOriginal(String folder, String stored) throws URISyntaxException {
        Path path = Path.of(
                OriginalFoldersTest.class.getResource("folders/" + folder).toURI());
        try (Checkpoint expected = Checkpoint.open(path.resolve("expected.st"));
                Checkpoint read = Checkpoint.open(path)) {
            assertThat(read.files().size()).isGreaterThan(1);
            Weights weights = Weights.of(read);
            List<String> names =
                    expected.tensors().stream().map(TensorInfo::name).sorted().toList();
            assertThat(weights.all().stream().map(Weight::name)).containsExactlyInAnyOrderElementsOf(names);
            boolean isCut = false;
            for (String name : names) {
                Weight weight = weights.get(name);
                assertThat(weight.rows(0, (int) weight.rows(), Progress.NONE).values())
                        .as(name)
                        .isEqualTo(expected.matrix(name).values());
                isCut |= weight.tensors().stream()
                                .map(t -> read.fileOf(t.name()))
                                .distinct()
                                .count()
                        > 1;
            }
            assertThat(isCut).as("a weight lies in several shards").isTrue();
            assertThat(weights.all().stream()
                            .map(w -> w.stored().split("(, .*bits|:)", -1)[0]
                                    + w.stored().replaceAll("^[^,:]*(, \\d bits)?.*", "$1"))
                            .sorted()
                            .collect(Collectors.joining("|")))
                    .isEqualTo(stored);
        }
    }

    /** As gguf-py cuts it: the split keys are of 16 bits. */
    @Test
    void aCutGgufModelIsOpenedWhole() throws URISyntaxException {
        Path path =
                Path.of(OriginalFoldersTest.class.getResource("folders/gguf").toURI());
        try (Checkpoint expected = Checkpoint.open(path.resolve("expected.st"));
                Checkpoint read = Checkpoint.open(path)) {
            assertThat(read.files()).hasSize(3);
            assertThat(read.metadata()).containsEntry("llama.block_count", 5L);
            assertThat(read.tensors()).hasSize(5);
            for (TensorInfo tensor : expected.tensors()) {
                assertThat(read.matrix(tensor.name()).values())
                        .isEqualTo(expected.matrix(tensor.name()).values());
            }
        }
    }
}
