package dev.nibble.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the small files beside a vocabulary change, and folders that have none. */
class FolderTokenizersTest {
    @TempDir
    Path folder;

    private Tokenizer whole;

    @BeforeEach
    void open() {
        whole = Vocabularies.open("byte-level");
    }

    private void copy(String from, String... names) throws IOException {
        for (String name : names) {
            Files.copy(Vocabularies.path(from).resolve(name), folder.resolve(name));
        }
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    @Test
    void tokenizerJsonAloneTellsItsFirstToken() throws IOException {
        copy("byte-level", "tokenizer.json");
        Tokenizer tokenizer = Tokenizers.inFolder(folder);

        assertThat(tokenizer.bos()).as("of its post-processor").isEqualTo(whole.bos());
        assertThat(tokenizer.addsBos()).isTrue();
        assertThat(tokenizer.eos()).isEmpty();
        assertThat(tokenizer.identity()).isEqualTo(whole.identity());
    }

    @Test
    void whatTheConfigurationSaysGoesBeforeThePostProcessor() throws IOException {
        copy("byte-level", "tokenizer.json");
        write("tokenizer_config.json", """
            {"bos_token": {"content": "<|im_start|>"}, "eos_token": "<|endoftext|>", "add_bos_token": false}""");
        Tokenizer tokenizer = Tokenizers.inFolder(folder);

        assertThat(tokenizer.bos()).isEqualTo(whole.bos());
        assertThat(tokenizer.addsBos()).isFalse();
        assertThat(tokenizer.eos()).hasValue(tokenizer.encode("<|endoftext|>")[0]);
    }

    @Test
    void aTokenThatIsSaidToBeNoneIsNoneWhateverTheModelSays() throws IOException {
        copy("byte-level", "tokenizer.json");
        write("tokenizer_config.json", "{\"bos_token\": null}");
        write("config.json", "{\"bos_token_id\": 5, \"eos_token_id\": [7, 8], \"model_type\": \"qwen2\"}");
        Tokenizer tokenizer = Tokenizers.inFolder(folder);

        assertThat(tokenizer.bos()).isEmpty();
        assertThat(tokenizer.addsBos()).isFalse();
        assertThat(tokenizer.eos()).as("the first that the model's files list").hasValue(7);
    }

    @Test
    void tokensThatOnlyTheConfigurationHasAreLookedFor() throws IOException {
        copy("byte-level", "tokenizer.json");
        int next = whole.vocabulary();
        write(
                "tokenizer_config.json",
                "{\"added_tokens_decoder\": {\"" + next + "\": {\"content\": \"<|new|>\", \"special\": true}}}");
        Tokenizer tokenizer = Tokenizers.inFolder(folder);

        assertThat(tokenizer.encode("a<|new|>")).endsWith(next).hasSize(2);
        assertThat(tokenizer.encode("<|new|>", false)).doesNotContain(next);
        assertThat(tokenizer.vocabulary()).isEqualTo(next + 1);
        assertThat(tokenizer.identity()).isNotEqualTo(whole.identity());
    }

    @ParameterizedTest
    @CsvSource({
        "GPT2TokenizerFast, '', I'm 12, I|'m| 12",
        "Qwen2Tokenizer, '', I'M 12, I|'M| |1|2",
        "'', qwen3, I'M 12, I|'M| |1|2",
        "'', opt, I'm 12, I|'m| 12"
    })
    void vocabularyAndMergesAreCutAsTheirClassDoes(String type, String model, String text, String words)
            throws IOException {
        var metadata = Vocabularies.json("ways/vocabulary.json");
        var vocab = Json.object();
        for (int id = 0; id < metadata.path("tokens").size(); id++) {
            vocab.put(metadata.path("tokens").path(id).asText(), id);
        }
        var merges = new StringBuilder("#version: 0.2\n");
        metadata.path("merges").forEach(rule -> merges.append(rule.asText()).append('\n'));
        write("vocab.json", Json.write(vocab));
        write("merges.txt", merges.toString());
        if (!type.isEmpty()) {
            write("tokenizer_config.json", "{\"tokenizer_class\": \"" + type + "\"}");
        }
        write("config.json", "{\"model_type\": \"" + model + "\"}");
        Tokenizer tokenizer = Tokenizers.inFolder(folder);

        // No token crosses a word: the tokens of the whole are those of the words.
        var each = new StringBuilder();
        for (String word : words.split("\\|", -1)) {
            each.append(Vocabularies.list(tokenizer.encode(word)));
        }
        assertThat(Vocabularies.list(tokenizer.encode(text)).toString())
                .isEqualTo(each.toString().replace("][", ", "));
    }

    @Test
    void whatCanNotBeReadSaysWhatToDo() throws IOException {
        assertThatThrownBy(() -> Tokenizers.inFolder(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("has no tokenizer: looked for tokenizer.json, vocab.json with merges.txt");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder.resolve("none"))).hasMessageContaining("is not a folder");

        write("tokenizer.model", "IQ== 0\nIg== 1\n");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder)).hasMessageContaining("is a vocabulary of tiktoken");
        write("vocab.json", "{\"a\": 0}");
        write("merges.txt", "");
        write("tokenizer_config.json", "{\"tokenizer_class\": \"OddTokenizer\"}");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder))
                .hasMessageContaining(
                        "how \"OddTokenizer\" cuts texts into words is not known; known are GPT2Tokenizer")
                .hasMessageContaining("save_pretrained");
        write("merges.txt", "#version: 0.2\na b c\n");
        write("tokenizer_config.json", "{}");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder)).hasMessageContaining("merges.txt, line 2: expected two");
        write("tokenizer.json", "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 0}}}");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder)).hasMessageContaining("a model of type \"WordPiece\"");
        write("tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2000000000}, \"merges\": []}}");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder))
                .hasMessageContaining("the number of a token is 2000000000");
        write("tokenizer.json", "{\"model\": ");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder)).hasMessageContaining("tokenizer.json is not JSON");
        write("tokenizer.json", """
            {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "////"},
             "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""");
        assertThatThrownBy(() -> Tokenizers.inFolder(folder)).hasMessageContaining("precompiled_charsmap) is damaged");
    }
}
