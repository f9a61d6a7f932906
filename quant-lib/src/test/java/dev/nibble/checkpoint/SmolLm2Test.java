package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.TestModel;
import dev.nibble.Vectors;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import dev.nibble.tensor.TensorStatistics;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real model, against what gguf-py and torch read from it. Skipped where the file is missing. */
class SmolLm2Test {
    private static final JsonNode FACTS = Vectors.read("smollm2.json");
    private static Checkpoint model;

    @BeforeAll
    static void open() {
        model = Checkpoint.open(TestModel.require());
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    @Test
    void listsTheTensorsWithTheirShapesTurnedAround() {
        JsonNode rows = FACTS.at("/facts/tensors/rows");
        List<TensorInfo> tensors = model.tensors();
        assertThat(tensors).hasSize(rows.size()).hasSize(272);
        for (int i = 0; i < rows.size(); i++) {
            TensorInfo t = tensors.get(i);
            JsonNode row = rows.get(i);
            assertThat(t.name()).isEqualTo(row.get(0).asText());
            assertThat(t.type().name()).isEqualTo(row.get(1).asText());
            JsonNode ne = row.get(2);
            assertThat(t.shape()).hasSize(ne.size());
            for (int d = 0; d < ne.size(); d++) {
                assertThat(t.shape()[d]).isEqualTo(ne.get(ne.size() - 1 - d).asLong());
            }
            assertThat(t.bytes()).isEqualTo(row.get(3).asLong());
        }
        assertThat(tensors.getFirst().offset())
                .isEqualTo(FACTS.at("/facts/data_offset").asLong());
        assertThat(model.kind()).isEqualTo("GGUF 3");
    }

    @Test
    void readsTheMetadata() {
        FACTS.at("/facts/kv").properties().forEach(entry -> {
            if (entry.getValue().isObject()) {
                Object value = model.metadata().get(entry.getKey());
                JsonNode expected = entry.getValue().get("value");
                switch (value) {
                    case Float f -> assertThat((double) f).isEqualTo(expected.asDouble());
                    case Long n -> assertThat(n).isEqualTo(expected.asLong());
                    case Boolean b -> assertThat(b).isEqualTo(expected.asBoolean());
                    default -> assertThat(value).isEqualTo(expected.asText());
                }
            }
        });
        assertThat((List<?>) model.metadata().get("tokenizer.ggml.tokens")).hasSize(49152);
        assertThat((List<?>) model.metadata().get("tokenizer.ggml.merges")).hasSize(48900);
        assertThat(((List<?>) model.metadata().get("tokenizer.ggml.token_type")).get(0))
                .isEqualTo(3L);
    }

    @Test
    void decodesEveryTensorToTheBitsOfGgml() {
        SoftAssertions soft = new SoftAssertions();
        for (JsonNode row : FACTS.at("/tensors/rows")) {
            Matrix m = model.matrix(row.get("name").asText());
            soft.assertThat(Vectors.sha16(m.values()))
                    .as(m.name())
                    .isEqualTo(row.get("f32_sha256_16").asText());
            if (row.has("std")) {
                TensorStatistics s = TensorStatistics.of(m);
                soft.assertThat(s.mean()).as(m.name()).isCloseTo(row.get("mean").asDouble(), within(1e-9));
                soft.assertThat(s.std() / row.get("std").asDouble())
                        .as(m.name())
                        .isCloseTo(1, within(1e-7));
                soft.assertThat(s.absmax())
                        .as(m.name())
                        .isCloseTo(row.get("absmax").asDouble(), within(1e-6));
                soft.assertThat(s.kurtosis())
                        .as(m.name())
                        .isCloseTo(row.get("exkurt").asDouble(), within(1e-6));
            }
        }
        soft.assertAll();
    }

    @Test
    void nf4DecodesToTheBitsOfBitsandbytes() {
        for (String name : List.of("blk.0.ffn_down", "blk.29.ffn_up")) {
            Matrix w = model.matrix(name + ".weight");
            assertThat(Vectors.sha16(
                            Formats.parse("nf4:b64").quantize(w).dequantize().values()))
                    .isEqualTo(
                            FACTS.at("/formats/NF4_b64/deq_sha256_16/" + name).asText());
        }
    }
}
