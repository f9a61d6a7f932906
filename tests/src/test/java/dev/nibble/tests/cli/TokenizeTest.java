package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nibble tokenize}, with vocabularies that tests/oracles/vocabularies.py made. */
class TokenizeTest {
    private static final Path VOCABULARIES = Path.of("../quant-lib/src/test/resources/tokenizers")
            .toAbsolutePath()
            .normalize();

    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void program() {
        nibble = new Program(folder, folder.resolve("home"));
    }

    @Test
    void programsReadNumbersTextsAndCount() {
        JsonNode expected = Program.parse(read(VOCABULARIES.resolve("byte-level/expected.json")));
        for (String model : new String[] {"byte-level", "byte-level/separate", "byte-level/tokenizer.gguf"}) {
            for (JsonNode fact : expected.path("texts")) {
                String text = fact.path("text").asText();
                if (!text.startsWith("a<|im_start|>")) {
                    continue;
                }
                String path = VOCABULARIES.resolve(model).toString();
                JsonNode all = nibble.json("tokenize", path, "--json", "--text", text);
                assertThat(all.path("tokens").findValues("id"))
                        .hasToString(fact.path("ids").toString().replace(",", ", "));
                assertThat(all.path("count").asInt()).isEqualTo(fact.path("ids").size());
                JsonNode plain = nibble.json("tokenize", path, "--json", "--text", text, "--no-special");
                assertThat(plain.path("tokens").findValues("id"))
                        .hasToString(fact.path("plain").toString().replace(",", ", "));
            }
        }
    }

    @Test
    void peopleSeeEveryTokenOnItsLine() throws IOException {
        Files.writeString(folder.resolve("a text.txt"), "Hi\n\t\u200d🜁");

        var result = nibble.run("tokenize", VOCABULARIES.resolve("byte-level").toString(), "--file", "a text.txt");

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .contains("position", "token", "text", "\"\\n\"", "\"\\t\"", "bytes e2")
                .containsPattern("\\d+ tokens of 11 bytes, ")
                .contains("byte-level BPE, ", "tokenizer.json; the model expects \"<|im_start|>\" in front");
    }

    @Test
    void whatCanNotBeCutIsSaidInASentence() throws IOException {
        Files.write(folder.resolve("latin1.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        TinyModel.write(folder.resolve("weights/tiny.safetensors"));
        String model = VOCABULARIES.resolve("byte-level").toString();

        assertThat(nibble.run("tokenize", model, "--file", "latin1.txt").err())
                .contains("latin1.txt is not UTF-8 text");
        assertThat(nibble.run("tokenize", model, "--file", "none.txt").err()).contains("there is no such file");
        var without = nibble.run("tokenize", "weights/tiny.safetensors", "--text", "a");
        assertThat(without.status()).isEqualTo(1);
        assertThat(without.err()).contains("weights has no tokenizer: looked for tokenizer.json");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }
}
