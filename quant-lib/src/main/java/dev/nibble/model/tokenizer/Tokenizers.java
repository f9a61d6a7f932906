package dev.nibble.model.tokenizer;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The door to tokenizers: from the files beside a model, or from inside it. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * The tokenizer of a model: the one inside if it is a GGUF file, else the one in its folder.
     *
     * @throws CheckpointException if there is none, or it can not be read
     */
    public static Tokenizer of(Checkpoint checkpoint) {
        Path path = checkpoint.path();
        if (checkpoint.kind().toLowerCase(Locale.ROOT).startsWith("gguf")) {
            return new TextTokenizer(GgufVocabulary.read(path.toString(), checkpoint.metadata()));
        }
        if (!Files.exists(path)) {
            throw new CheckpointException(path + " has no tokenizer: it is not a file, but " + checkpoint.kind());
        }
        return inFolder(Files.isDirectory(path) ? path : path.toAbsolutePath().getParent());
    }

    /**
     * The tokenizer in a folder, as models are published: {@code tokenizer.json}; else {@code vocab.json} with
     * {@code merges.txt}; else {@code tokenizer.model}. Files that say more are read if they are there:
     * {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code added_tokens.json},
     * {@code generation_config.json}, {@code config.json}.
     *
     * @throws CheckpointException if there is none of them, or it can not be read
     */
    public static Tokenizer inFolder(Path folder) {
        Path json = folder.resolve("tokenizer.json");
        Path vocab = folder.resolve("vocab.json");
        Path merges = folder.resolve("merges.txt");
        Path model = folder.resolve("tokenizer.model");
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(folder + " is not a folder; expected one with a tokenizer");
        }
        var facts = new FolderFacts(folder);
        if (Files.exists(json)) {
            return new TextTokenizer(TokenizerJson.read(json, facts));
        }
        if (Files.exists(vocab) && Files.exists(merges)) {
            return new TextTokenizer(VocabularyAndMerges.read(vocab, merges, facts));
        }
        if (Files.exists(model)) {
            return new TextTokenizer(SentencePieceModel.read(model, facts));
        }
        throw new CheckpointException(folder
                + " has no tokenizer: looked for tokenizer.json, vocab.json with merges.txt, and tokenizer.model;"
                + " copy the one of the model there");
    }
}
