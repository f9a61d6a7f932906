package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.core.Progress;
import dev.nibble.tensor.Matrix;
import org.junit.jupiter.api.Test;

/** The rules by which files of a family hold their weights otherwise than they are used, each by the weights themselves. */
class FamilyRulesTest {
    private static float[] row(Linear linear, int output) {
        float[] row = new float[linear.weight.inputs()];
        linear.weight.row(output, row, 0);
        return row;
    }

    @Test
    void llamaGgufFilesHaveTheRowsOfQueriesAndKeysInPairs() {
        for (String name : new String[] {"gguf-llama", "gguf-llama-blocks", "gguf-llama-bias"}) {
            try (TinyModel model = TinyModel.open(name)) {
                Block block = model.transformer.block(0, Progress.NONE);
                TransformerConfig c = model.transformer.config();
                paired(block.query, model, "blk.0.attn_q", c.heads(), c.headSize());
                paired(block.key, model, "blk.0.attn_k", c.keyHeads(), c.headSize());
                Matrix values = model.checkpoint.matrix("blk.0.attn_v.weight");
                for (int r = 0; r < values.rows(); r++) {
                    assertThat(row(block.value, r)).as("values are not paired").isEqualTo(values.row(r));
                }
            }
        }
    }

    /** Row i of a head's first half is the file's row 2i of that head, its partner in the second half row 2i + 1. */
    private static void paired(Linear linear, TinyModel model, String tensor, int heads, int size) {
        Matrix stored = model.checkpoint.matrix(tensor + ".weight");
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < size / 2; i++) {
                for (int half = 0; half < 2; half++) {
                    int at = h * size + half * (size / 2) + i;
                    int from = h * size + 2 * i + half;
                    String what = model + ", " + tensor + ", row " + at;
                    assertThat(row(linear, at)).as(what).isEqualTo(stored.row(from));
                    if (linear.bias != null) {
                        float[] biases =
                                model.checkpoint.matrix(tensor + ".bias").values();
                        assertThat(linear.bias[at]).as(what).isEqualTo(biases[from]);
                    }
                }
            }
        }
    }

    @Test
    void qwenGgufFilesHaveThemAsTheyAre() {
        try (TinyModel model = TinyModel.open("gguf-qwen2")) {
            Block block = model.transformer.block(0, Progress.NONE);
            Matrix stored = model.checkpoint.matrix("blk.0.attn_q.weight");
            for (int r = 0; r < stored.rows(); r++) {
                assertThat(row(block.query, r)).isEqualTo(stored.row(r));
            }
        }
    }

    @Test
    void gpt2sMatricesAreTransposedInItsOwnFilesAndNotInQuantizedOnes() {
        try (TinyModel own = TinyModel.open("gpt2");
                TinyModel quantized = TinyModel.open("gptq-gpt2")) {
            Block block = own.transformer.block(1, Progress.NONE);
            transposed(block.queryKeyValue, own.checkpoint.matrix("transformer.h.1.attn.c_attn.weight"));
            transposed(block.output, own.checkpoint.matrix("transformer.h.1.attn.c_proj.weight"));
            transposed(block.up, own.checkpoint.matrix("transformer.h.1.mlp.c_fc.weight"));
            transposed(block.down, own.checkpoint.matrix("transformer.h.1.mlp.c_proj.weight"));

            Linear output = quantized.transformer.block(0, Progress.NONE).output;
            Matrix stored = quantized
                    .weights
                    .get("transformer.h.0.attn.c_proj.weight")
                    .rows(0, output.outputs(), Progress.NONE);
            for (int r = 0; r < stored.rows(); r++) {
                assertThat(row(output, r)).isEqualTo(stored.row(r));
            }
        }
    }

    private static void transposed(Linear linear, Matrix stored) {
        assertThat(linear.outputs()).isEqualTo(stored.cols());
        for (int output = 0; output < stored.cols(); output++) {
            float[] row = row(linear, output);
            for (int input = 0; input < stored.rows(); input++) {
                assertThat(row[input]).isEqualTo(stored.get(input, output));
            }
        }
    }

    @Test
    void optsPositionsBeginAtTheThirdRow() {
        try (TinyModel model = TinyModel.open("opt")) {
            Transformer.Ends ends = model.transformer.ends(Progress.NONE);
            Matrix tokens = model.checkpoint.matrix("model.decoder.embed_tokens.weight");
            Matrix positions = model.checkpoint.matrix("model.decoder.embed_positions.weight");
            int hidden = model.transformer.config().hidden();
            int last = model.transformer.config().contextLength() - 1;
            assertThat(positions.rows()).isEqualTo(last + 3);
            float[] x = new float[hidden];
            for (int position : new int[] {0, 1, last}) {
                ends.embed(9, position, x, 0, model.transformer.workspace());
                for (int i = 0; i < hidden; i++) {
                    assertThat(x[i])
                            .as("position %d, number %d", position, i)
                            .isEqualTo(tokens.get(9, i) + positions.get(position + 2, i));
                }
            }
        }
    }
}
