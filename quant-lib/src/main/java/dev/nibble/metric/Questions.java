package dev.nibble.metric;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A set of questions, read from JSON lines: one object a line with {@code question}, {@code choices} and {@code answer},
 * and if there are {@code subject} and {@code context}; other keys are passed over, blank lines too. The answer is the
 * index of a choice from 0 on, or its text, or its letter, A for the first.
 *
 * @param name what tables call it
 * @param all in the order of the file
 */
public record Questions(String name, List<Question> all) {
    /** Largest file, in bytes. */
    public static final long LARGEST = 1 << 28;

    /** Longest line, in bytes. */
    public static final int LONGEST_LINE = 1 << 20;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(LONGEST_LINE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public Questions {
        Objects.requireNonNull(name, "name");
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException(name + " has no questions");
        }
        Map<List<Object>, Integer> seen = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            Question q = all.get(i);
            Integer first = seen.putIfAbsent(List.of(q.context(), q.question(), q.choices()), i);
            if (first != null) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: questions %,d and %,d are the same, \"%s\"; it would count twice",
                        name,
                        first + 1,
                        i + 1,
                        shorten(q.question())));
            }
        }
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it can not be read
     * @throws IllegalArgumentException if it is not such a file; the message names the line
     */
    public static Questions read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s has %,d bytes, more than %,d", file, size, LARGEST));
        }
        return parse(String.valueOf(file.getFileName()), Files.readAllBytes(file));
    }

    /**
     * Reads JSON lines.
     *
     * @param name of the set, for messages and tables
     * @param utf8 the lines
     * @throws IllegalArgumentException if they are none; the message names the line
     */
    public static Questions parse(String name, byte[] utf8) {
        List<Question> all = new ArrayList<>();
        int line = 0;
        for (int from = 0; from < utf8.length; ) {
            int to = from;
            while (to < utf8.length && utf8[to] != '\n') {
                to++;
            }
            line++;
            try {
                if (to - from > LONGEST_LINE) {
                    throw new IllegalArgumentException("the line is longer than a question can be");
                }
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(utf8, from, to - from))
                        .toString();
                if (line == 1 && text.startsWith("\ufeff")) {
                    text = text.substring(1); // the mark that some editors begin a file with
                }
                if (!text.isBlank()) {
                    all.add(question(text));
                }
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException(name + ", line " + line + ": is not UTF-8", e);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(
                        name + ", line " + line + ": is no JSON object: " + e.getOriginalMessage(), e);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ", line " + line + ": " + withoutSource(e.getMessage()), e);
            }
            from = to + 1;
        }
        return new Questions(name, all);
    }

    private static Question question(String line) throws JsonProcessingException {
        JsonNode node = JSON.readTree(line);
        if (!node.isObject()) {
            throw new IllegalArgumentException(
                    "expected an object with question, choices and answer, as in {\"question\": \"…\", \"choices\":"
                            + " [\"…\", \"…\"], \"answer\": 0}");
        }
        JsonNode list = node.path("choices");
        if (!list.isArray()) {
            throw new IllegalArgumentException("\"choices\" is " + kind(list) + "; expected a list of texts");
        }
        if (list.size() > Question.MOST_CHOICES) {
            throw new IllegalArgumentException(list.size() + " choices, more than " + Question.MOST_CHOICES);
        }
        List<String> choices = new ArrayList<>();
        list.forEach(choice -> choices.add(text("choices", choice)));
        return new Question(
                text("question", node.path("question")),
                choices,
                answer(node.path("answer"), choices),
                node.path("subject").isNull() || node.path("subject").isMissingNode()
                        ? ""
                        : text("subject", node.path("subject")),
                node.path("context").isNull() || node.path("context").isMissingNode()
                        ? ""
                        : text("context", node.path("context")));
    }

    private static int answer(JsonNode node, List<String> choices) {
        if (node.isIntegralNumber() && node.canConvertToInt()) {
            return node.asInt();
        }
        String word = text("answer", node);
        int named = choices.indexOf(word);
        int letter = word.length() == 1 ? word.charAt(0) - 'A' : -1;
        boolean isLetter = letter >= 0 && letter < choices.size();
        if (named >= 0 && isLetter && named != letter) {
            throw new IllegalArgumentException("the answer \"" + word + "\" is choice " + named
                    + " by its text and choice " + letter + " by its letter; give the number, from 0 on");
        }
        if (named < 0 && !isLetter) {
            throw new IllegalArgumentException("the answer \"" + shorten(word)
                    + "\" is none of the choices; expected the number of one from 0 on, its letter or its text");
        }
        return named >= 0 ? named : letter;
    }

    private static String text(String key, JsonNode node) {
        if (!node.isTextual()) {
            throw new IllegalArgumentException("\"" + key + "\" is " + kind(node) + "; expected a text");
        }
        String text = node.textValue();
        if (!StandardCharsets.UTF_16.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("\"" + key + "\" has half of a surrogate pair in it");
        }
        return text;
    }

    private static String kind(JsonNode node) {
        return node.isMissingNode()
                ? "missing"
                : "a " + node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static String shorten(String text) {
        return text.codePointCount(0, text.length()) <= 60
                ? text
                : text.substring(0, text.offsetByCodePoints(0, 60)) + "…";
    }

    /** The first of them, all if there are no more. */
    public Questions first(int count) {
        return count >= all.size() ? this : new Questions(name, all.subList(0, count));
    }

    /** The subjects, in the order in which they first occur. */
    public List<String> subjects() {
        return all.stream().map(Question::subject).distinct().toList();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %,d questions, %,d subjects",
                name,
                all.size(),
                subjects().size());
    }

    /** What a JSON reader says of itself helps nobody. */
    private static String withoutSource(String message) {
        int at = message == null ? -1 : message.indexOf("[Source:");
        return at < 0 ? String.valueOf(message) : message.substring(0, at).replaceAll("[\\s(]*(at)?\\s*$", "");
    }
}
