package dev.nibble.metric;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What models are evaluated on: texts and, if there are, questions.
 *
 * @param name what tables call it
 * @param documents texts, at least one
 * @param questions a set of questions, or none
 */
public record EvaluationData(String name, List<String> documents, Optional<Questions> questions) {
    /** Largest text file, in bytes. */
    public static final long LARGEST = 1 << 28;

    public EvaluationData {
        Objects.requireNonNull(name, "name");
        documents = List.copyOf(documents);
        if (documents.isEmpty() || documents.stream().allMatch(String::isBlank)) {
            throw new IllegalArgumentException(name + " has no text");
        }
    }

    /**
     * One's own text, whole, as one document.
     *
     * @throws IOException if it can not be read
     * @throws IllegalArgumentException if it is no UTF-8
     */
    public static EvaluationData of(Path text) throws IOException {
        return new EvaluationData(String.valueOf(text.getFileName()), List.of(text(text)), Optional.empty());
    }

    /** One's own text and {@linkplain Questions#read questions}. */
    public static EvaluationData of(Path text, Path questions) throws IOException {
        return new EvaluationData(
                text.getFileName() + " and " + questions.getFileName(),
                List.of(text(text)),
                Optional.of(Questions.read(questions)));
    }

    private static String text(Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s has %,d bytes, more than %,d", file, size, LARGEST));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is no text in UTF-8; convert it first", e);
        }
    }
}
