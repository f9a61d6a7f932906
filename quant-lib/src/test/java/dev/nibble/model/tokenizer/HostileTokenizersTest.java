package dev.nibble.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of tokenizers with a few bytes changed, or cut: they are refused with a sentence, or read. */
class HostileTokenizersTest {
    private static final int ROUNDS = Integer.getInteger("nibble.fuzz.rounds", 60);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "sentencepiece-bpe, tokenizer.model",
        "unigram, tokenizer.model",
        "byte-level, tokenizer.json",
        "unigram-published, tokenizer.json",
        "byte-level/separate, vocab.json",
        "byte-level/separate, merges.txt",
        "byte-level, tokenizer.gguf",
        "sentencepiece-plain, tokenizer.gguf"
    })
    void damagedFilesAreReadOrRefusedWithASentence(String vocabulary, String name) throws IOException {
        for (String other : new String[] {"vocab.json", "merges.txt"}) {
            Path beside = Vocabularies.path(vocabulary).resolve(other);
            if (Files.exists(beside)) {
                Files.copy(beside, folder.resolve(other));
            }
        }
        byte[] whole = Files.readAllBytes(Vocabularies.path(vocabulary + "/" + name));
        var random = new Random(name.hashCode());
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(folder.resolve(name), damaged(whole, random));
            try {
                cut(name);
            } catch (CheckpointException expected) {
                assertThat(expected).message().as("round " + round).isNotBlank().doesNotContain("Exception:");
                refused++;
            }
        }
        assertThat(refused).as("of " + ROUNDS).isPositive();
    }

    private void cut(String name) {
        Tokenizer tokenizer;
        if (name.endsWith(".gguf")) {
            try (Checkpoint checkpoint = Checkpoint.open(folder.resolve(name))) {
                tokenizer = Tokenizers.of(checkpoint);
            }
        } else {
            tokenizer = Tokenizers.inFolder(folder);
        }
        for (String text : new String[] {"Hello, wörld! é̂̃ ﬁ Ａｂ 1½ ", "  a\n\nb <s> <tool>", "中文 한국 😀"}) {
            tokenizer.encode(text);
            tokenizer.encode(text, false);
        }
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
        for (int i = 1 + random.nextInt(6); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte)
                    switch (random.nextInt(3)) {
                        case 0 -> random.nextInt(256);
                        case 1 -> bytes[at] ^ 1 << random.nextInt(8);
                        default -> random.nextBoolean() ? 0 : 0xff;
                    };
        }
        return bytes;
    }
}
