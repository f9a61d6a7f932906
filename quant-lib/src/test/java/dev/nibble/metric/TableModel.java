package dev.nibble.metric;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;

/**
 * A model that is three tables: A[token] + B[first token of the window] + C[position], so that its logits depend on all
 * that a window is. Hands rows out in pieces of uneven length.
 */
final class TableModel implements LogitsSource {
    static final JsonNode VECTORS = vectors();

    private final String name;
    private final Tokenizer tokenizer;
    private final int vocabulary;
    private final float[] a;
    private final float[] b;
    private final float[] c;
    private final int piece;

    TableModel(String name, Tokenizer tokenizer, int vocabulary, float[] a, float[] b, float[] c, int piece) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
        this.a = a;
        this.b = b;
        this.c = c;
        this.piece = piece;
    }

    static TableModel base(OptionalInt bos, boolean addsBos) {
        return of("base", "a", new Bytes(VECTORS.get("vocabulary").asInt(), bos, addsBos), 7);
    }

    static TableModel near() {
        return of("near", "near", base(OptionalInt.empty(), false).tokenizer, 3);
    }

    private static TableModel of(String name, String table, Tokenizer tokenizer, int piece) {
        return new TableModel(
                name, tokenizer, VECTORS.get("vocabulary").asInt(), floats(table), floats("b"), floats("c"), piece);
    }

    private static JsonNode vectors() {
        try (var in = TableModel.class.getResourceAsStream("/vectors/metrics.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] floats(String key) {
        byte[] bytes = Base64.getDecoder().decode(VECTORS.get(key).asText());
        float[] values = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    static int[] ints(JsonNode list) {
        int[] values = new int[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).asInt();
        }
        return values;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public int contextLength() {
        return c.length / vocabulary;
    }

    @Override
    public void logits(List<Window> windows, Progress progress, LogitsSink sink) {
        try (Progress.Task task = progress.task(name, windows.size(), "windows")) {
            for (int w = 0; w < windows.size(); w++) {
                Window window = windows.get(w);
                for (int from = window.from(); from < window.length(); from += piece) {
                    int count = Math.min(piece, window.length() - from);
                    sink.accept(w, from, count, rows(window, from, count), 5);
                }
                task.step(1);
            }
        }
    }

    private float[] rows(Window window, int from, int count) {
        float[] logits = new float[5 + count * vocabulary];
        for (int i = 0; i < count; i++) {
            for (int v = 0; v < vocabulary; v++) {
                logits[5 + i * vocabulary + v] = a[window.token(from + i) * vocabulary + v]
                        + b[window.token(0) * vocabulary + v]
                        + c[(from + i) * vocabulary + v];
            }
        }
        return logits;
    }

    /** A token for each byte, modulo the vocabulary. */
    record Bytes(int vocabulary, OptionalInt bos, boolean addsBos) implements Tokenizer {
        @Override
        public String describe() {
            return "bytes modulo " + vocabulary;
        }

        @Override
        public String identity() {
            return describe() + bos;
        }

        @Override
        public int[] encode(String text, boolean special) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = Byte.toUnsignedInt(bytes[i]) % vocabulary;
            }
            return tokens;
        }

        @Override
        public String decode(int... tokens) {
            var text = new StringBuilder();
            for (int token : tokens) {
                text.append((char) ('A' + token));
            }
            return text.toString();
        }

        @Override
        public byte[] bytes(int token) {
            return new byte[] {(byte) token};
        }

        @Override
        public OptionalInt eos() {
            return OptionalInt.of(2);
        }
    }
}
