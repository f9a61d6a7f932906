package dev.nibble.compare;

import dev.nibble.metric.Datasets;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Question;
import dev.nibble.metric.Questions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where the numbers of a report come from: a text or a set of questions, known by what is in it.
 *
 * @param kind {@link #TEXT} or {@link #QUESTIONS}
 * @param name of the file, without folders, or of what comes with Nibble
 * @param sha256 of a text: that of its bytes in UTF-8 (of several one after the other); of questions: that of the fields of
 *     all of them, which spaces and the order of keys in a file do not change. Lower-case hexadecimal
 * @param embedded whether it comes with Nibble
 */
public record DataSource(String kind, String name, String sha256, boolean embedded) {
    /** A text. */
    public static final String TEXT = "text";
    /** A set of questions. */
    public static final String QUESTIONS = "questions";

    /** What a SHA-256 looks like. */
    static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public DataSource {
        Objects.requireNonNull(name, "name");
        if (!kind.equals(TEXT) && !kind.equals(QUESTIONS)) {
            throw new IllegalArgumentException("kind \"" + kind + "\": expected text or questions");
        }
        if (!SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256 of the " + kind + ": expected 64 hexadecimal digits");
        }
        Manifest.requireLine("name of the " + kind, name);
    }

    /** The text and, if there are, the questions of some data. */
    static List<DataSource> of(EvaluationData data) {
        List<DataSource> sources = new ArrayList<>();
        String text = hash(data.documents());
        boolean ours = isEmbedded(text, data.documents());
        sources.add(new DataSource(TEXT, ours ? "nibble evaluation text" : textName(data), text, ours));
        data.questions().ifPresent(questions -> {
            String hash = hash(questions);
            boolean known = hash.equals(embeddedQuestions());
            sources.add(new DataSource(QUESTIONS, known ? "nibble questions" : line(questions.name()), hash, known));
        });
        return sources;
    }

    /** Hash of texts. */
    public static String hash(List<String> documents) {
        MessageDigest digest = ModelHash.sha256();
        documents.forEach(document -> digest.update(document.getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Hash of the fields of questions, each with its length before it. */
    public static String hash(Questions questions) {
        MessageDigest digest = ModelHash.sha256();
        for (Question q : questions.all()) {
            field(digest, q.subject());
            field(digest, q.context());
            field(digest, q.question());
            q.choices().forEach(choice -> field(digest, choice));
            field(digest, Integer.toString(q.answer()));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void field(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    private static boolean isEmbedded(String hash, List<String> documents) {
        try {
            return documents.size() == 1 && hash.equals(hash(List.of(Datasets.text())));
        } catch (IllegalStateException notHere) {
            return false;
        }
    }

    private static String embeddedQuestions() {
        try {
            return hash(Datasets.questions());
        } catch (IllegalStateException notHere) {
            return "";
        }
    }

    /** Data of a text and questions are named after both. */
    private static String textName(EvaluationData data) {
        String end = data.questions().map(q -> " and " + q.name()).orElse("");
        boolean both = !end.isEmpty() && data.name().endsWith(end);
        return line(both ? data.name().substring(0, data.name().length() - end.length()) : data.name());
    }

    private static String line(String name) {
        String line = name.replaceAll("\\p{Cntrl}+", " ");
        return line.substring(Math.max(line.lastIndexOf('/'), line.lastIndexOf('\\')) + 1);
    }
}
