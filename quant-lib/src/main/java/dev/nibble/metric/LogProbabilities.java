package dev.nibble.metric;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.OutputFile;
import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.LogitsSource.Window;
import dev.nibble.tensor.MappedFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * What a model says of every scored token, the whole distribution, kept in a mapped file: the baseline that quantized
 * models are compared with. Rows are float32 logits and the logarithm of the sum of their exponentials in double, so that
 * a log-probability, logit - logSum, is the double that the model gave, and a model compared with itself diverges by 0.
 * (llama.cpp's file has 16 bits per entry and cuts off what is 16 nats below the largest.) Thread-safe.
 *
 * <pre>
 *   byte 0..7   "NIBLOGIT"
 *   byte 8..11  n, length of the header; all numbers little-endian
 *   then        header, JSON: version, model, protocol, tokenizer, vocabulary, windows, tokens, scored, bytes, words, hash
 *   then        per window: tokens, scored tokens, group, as int32
 *   then        per window: its tokens, then the scored ones, as int32
 *   to the end  per scored token: logSum and entropy as float64, top token as int32, 0, logits as float32
 * </pre>
 */
public final class LogProbabilities implements AutoCloseable {
    private static final byte[] MAGIC = "NIBLOGIT".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int LONGEST_HEADER = 1 << 16;
    private static final int ROW_HEADER = 24;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MappedFile file;
    private final boolean temporary;
    private final String model;
    private final Evaluation evaluation;
    private final int vocabulary;
    private final long rows;

    private LogProbabilities(
            MappedFile file, boolean temporary, String model, Evaluation evaluation, int vocabulary, long rows) {
        this.file = file;
        this.temporary = temporary;
        this.model = model;
        this.evaluation = evaluation;
        this.vocabulary = vocabulary;
        this.rows = rows;
    }

    /**
     * Size of the file, in bytes: 2,040 positions of 49,152 tokens take 401 MB.
     *
     * @param vocabulary number of logits of a position
     */
    public static long bytes(Evaluation evaluation, int vocabulary) {
        return (long) evaluation.scored() * (ROW_HEADER + 4L * vocabulary);
    }

    /**
     * Runs a model and keeps what it says in a temporary file, which is gone when this is closed.
     *
     * @throws CheckpointException if there is not enough room
     * @see #record(LogitsSource, Evaluation, Path, boolean, Progress)
     */
    public static LogProbabilities record(LogitsSource source, Evaluation evaluation, Progress progress) {
        try {
            Path folder = Files.createTempDirectory("nibble-logits");
            Path path = folder.resolve("logits");
            try {
                write(source, evaluation, path, false, progress);
                return open(path, true);
            } finally {
                // a mapped file may lose its name here, so that nothing is left behind even by a process that is killed
                try {
                    Files.deleteIfExists(path);
                    Files.deleteIfExists(folder);
                } catch (IOException e) { // a system that keeps open files: it goes in close()
                    path.toFile().deleteOnExit();
                }
            }
        } catch (IOException e) {
            throw new CheckpointException("no temporary file can be made for logits: " + e.getMessage(), e);
        }
    }

    /**
     * Runs a model and keeps what it says in a file, which is all there or not there.
     *
     * @param replace whether a file of that name may be replaced
     * @throws CheckpointException if the file can not be written, or there is not enough room, known before the model runs
     * @throws NotFiniteLogits if the model computes what is no number
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static LogProbabilities record(
            LogitsSource source, Evaluation evaluation, Path path, boolean replace, Progress progress) {
        write(source, evaluation, path, replace, progress);
        return open(path);
    }

    private static void write(
            LogitsSource source, Evaluation evaluation, Path path, boolean replace, Progress progress) {
        ByteBuffer head = head(source, evaluation);
        int vocabulary = source.vocabulary();
        long start = head.remaining();
        long rowBytes = ROW_HEADER + 4L * vocabulary;
        try (OutputFile file = OutputFile.create(path, replace, List.of(), start + rowBytes * evaluation.scored())) {
            file.write(head, 0);
            evaluation.run(source, progress, (row, target, logits, at) -> {
                LogSoftmax.Row sum = Perplexity.finite(source, evaluation, row, logits, at);
                ByteBuffer buffer = ByteBuffer.allocate((int) rowBytes).order(ByteOrder.LITTLE_ENDIAN);
                buffer.putDouble(sum.logSum())
                        .putDouble(sum.entropy())
                        .putInt(sum.top())
                        .putInt(0);
                buffer.asFloatBuffer().put(logits, at, vocabulary);
                file.write(buffer.rewind(), start + row * rowBytes);
            });
            file.finish();
        }
    }

    private static ByteBuffer head(LogitsSource source, Evaluation evaluation) {
        List<Window> windows = evaluation.windows();
        var header = new LinkedHashMap<String, Object>();
        header.put("version", VERSION);
        header.put("model", source.name());
        header.put("protocol", evaluation.protocol().text());
        header.put("tokenizer", evaluation.tokenizer());
        header.put("vocabulary", source.vocabulary());
        header.put("windows", windows.size());
        header.put("tokens", evaluation.run());
        header.put("scored", evaluation.scored());
        header.put("bytes", evaluation.bytes());
        header.put("words", evaluation.words());
        header.put("hash", evaluation.hash());
        byte[] json = json(header);
        if (json.length > LONGEST_HEADER) {
            throw new IllegalArgumentException("the model's name is too long for the header of a file of logits");
        }
        long size =
                MAGIC.length + 4L + json.length + 12L * windows.size() + 4 * (evaluation.run() + evaluation.scored());
        ByteBuffer head = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        head.put(MAGIC).putInt(json.length).put(json);
        for (int w = 0; w < windows.size(); w++) {
            head.putInt(windows.get(w).length())
                    .putInt(evaluation.targets(w).length)
                    .putInt(evaluation.group(w));
        }
        for (int w = 0; w < windows.size(); w++) {
            for (int token : windows.get(w).tokens()) {
                head.putInt(token);
            }
            for (int token : evaluation.targets(w)) {
                head.putInt(token);
            }
        }
        return head.flip();
    }

    private static byte[] json(Object header) {
        try {
            return JSON.writeValueAsBytes(header);
        } catch (JsonProcessingException e) { // a map of texts and numbers
            throw new IllegalStateException(e);
        }
    }

    /**
     * Opens a file that {@link #record} wrote.
     *
     * @throws CheckpointException if it can not be read, is none, or is cut short
     */
    public static LogProbabilities open(Path path) {
        return open(path, false);
    }

    private static LogProbabilities open(Path path, boolean temporary) {
        MappedFile file;
        try {
            file = MappedFile.open(path);
        } catch (IOException e) {
            throw new CheckpointException(
                    path + " can not be read: " + (Files.exists(path) ? e.getMessage() : "there is no such file"), e);
        }
        try {
            return read(file, temporary);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Every number is checked against the size of the file before anything of that size is allocated. */
    private static LogProbabilities read(MappedFile file, boolean temporary) {
        MemorySegment bytes = file.bytes();
        long size = file.size();
        if (size < MAGIC.length + 4 || bytes.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) != -1) {
            throw bad(file, "does not begin as one");
        }
        int length = bytes.get(INT, MAGIC.length);
        long at = MAGIC.length + 4L;
        if (length < 2 || length > LONGEST_HEADER || length > size - at) {
            throw bad(file, "has a header of " + length + " bytes");
        }
        JsonNode header = header(file, bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        at += length;
        if (number(file, header, "version", Integer.MAX_VALUE) != VERSION) {
            throw bad(file, "is of version " + header.get("version") + ", this program reads " + VERSION);
        }
        int vocabulary = (int) number(file, header, "vocabulary", Integer.MAX_VALUE / 4 - ROW_HEADER);
        int windows = (int) number(file, header, "windows", size / 12);
        long tokens = number(file, header, "tokens", size / 4);
        int scored = (int) number(file, header, "scored", Math.min(size / ROW_HEADER, Integer.MAX_VALUE));
        long rows = at + 12L * windows + 4 * (tokens + scored);
        long expected = rows + scored * (ROW_HEADER + 4L * vocabulary);
        if (expected != size) {
            throw bad(file, String.format(Locale.ROOT, "has %,d bytes, not %,d: it was cut short", size, expected));
        }
        var list = new ArrayList<Window>();
        var targets = new ArrayList<int[]>();
        int[] groups = new int[windows];
        long table = at;
        at += 12L * windows;
        for (int w = 0; w < windows; w++, table += 12) {
            int count = bytes.get(INT, table);
            int last = bytes.get(INT, table + 4);
            groups[w] = bytes.get(INT, table + 8);
            if (count < 1
                    || last < 1
                    || last > count
                    || groups[w] < 0
                    || groups[w] >= windows
                    || 4L * count + 4L * last > rows - at) {
                throw bad(file, "has a window of " + count + " tokens of which " + last + " are scored");
            }
            list.add(new Window(tokens(file, at, count, vocabulary), count - last));
            targets.add(tokens(file, at + 4L * count, last, vocabulary));
            at += 4L * count + 4L * last;
        }
        if (at != rows) {
            throw bad(file, "has windows that do not add up to its tokens");
        }
        Protocol protocol;
        try {
            protocol = Protocol.parse(header.path("protocol").asText());
        } catch (IllegalArgumentException e) {
            throw bad(file, "is of a protocol that is not known: " + e.getMessage());
        }
        Evaluation evaluation = Evaluation.stored(
                protocol,
                header.path("tokenizer").asText(),
                list,
                targets,
                groups,
                number(file, header, "bytes", Long.MAX_VALUE),
                number(file, header, "words", Long.MAX_VALUE));
        if (!evaluation.hash().equals(header.path("hash").asText())) {
            throw bad(file, "has other tokens than it was made of");
        }
        return new LogProbabilities(file, temporary, header.path("model").asText(), evaluation, vocabulary, rows);
    }

    private static JsonNode header(MappedFile file, byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (IOException e) {
            // said below
        }
        throw bad(file, "has a header that is no JSON object");
    }

    private static long number(MappedFile file, JsonNode header, String key, long most) {
        JsonNode node = header.path(key);
        boolean mayBeZero = key.equals("words") || key.equals("bytes");
        if (!node.isIntegralNumber()
                || !node.canConvertToLong()
                || node.asLong() < (mayBeZero ? 0 : 1)
                || node.asLong() > most) {
            throw bad(file, "has " + (node.isMissingNode() ? "no " + key : node + " as " + key));
        }
        return node.asLong();
    }

    private static int[] tokens(MappedFile file, long at, int count, int vocabulary) {
        int[] tokens = file.bytes().asSlice(at, 4L * count).toArray(INT);
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw bad(file, "has the token " + token + ", outside of a vocabulary of " + vocabulary);
            }
        }
        return tokens;
    }

    private static CheckpointException bad(MappedFile file, String what) {
        return new CheckpointException(
                file.path() + " is no file of logits that can be used: it " + what + "; delete it and record it again");
    }

    /** Name of the model that was recorded. */
    public String model() {
        return model;
    }

    /** What it was run on. */
    public Evaluation evaluation() {
        return evaluation;
    }

    /** Number of logits of a position. */
    public int vocabulary() {
        return vocabulary;
    }

    /** Number of positions. */
    public int positions() {
        return evaluation.scored();
    }

    /** Where the file lies, or lay if it is a temporary one. */
    public Path path() {
        return file.path();
    }

    /**
     * The logits of a position.
     *
     * @param position number of the scored token
     * @param into [vocabulary] at least
     * @throws CheckpointException if the file was cut short meanwhile
     */
    public void logits(int position, float[] into) {
        try {
            MemorySegment.copy(file.bytes(), FLOAT, row(position) + ROW_HEADER, into, 0, vocabulary);
        } catch (InternalError e) { // how the JVM reports a page that the file does not have any more
            throw new CheckpointException(file.path() + " became shorter while it was being read", e);
        }
    }

    /** The distribution at a position: natural logarithms of probabilities, [vocabulary]. */
    public double[] logProbabilities(int position) {
        float[] logits = new float[vocabulary];
        logits(position, logits);
        double logSum = summary(position).logSum();
        double[] log = new double[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            log[i] = logits[i] - logSum;
        }
        return log;
    }

    LogSoftmax.Row summary(int position) {
        MemorySegment bytes = file.bytes();
        long at = row(position);
        try {
            return new LogSoftmax.Row(bytes.get(INT, at + 16), bytes.get(DOUBLE, at), bytes.get(DOUBLE, at + 8));
        } catch (InternalError e) {
            throw new CheckpointException(file.path() + " became shorter while it was being read", e);
        }
    }

    private long row(int position) {
        if (position < 0 || position >= positions()) {
            throw new IndexOutOfBoundsException("position " + position + " of " + positions());
        }
        return rows + position * (ROW_HEADER + 4L * vocabulary);
    }

    /** The perplexity of the recorded model. */
    public Perplexity perplexity() {
        double[] losses = new double[positions()];
        double[] entropies = new double[positions()];
        for (int w = 0, row = 0; w < evaluation.windows().size(); w++) {
            for (int target : evaluation.targets(w)) {
                LogSoftmax.Row sum = summary(row);
                losses[row] = sum.logSum() - file.bytes().get(FLOAT, row(row) + ROW_HEADER + 4L * target);
                entropies[row++] = sum.entropy();
            }
        }
        return Perplexity.of(model, evaluation, Scores.of(losses, evaluation), Scores.of(entropies, evaluation));
    }

    /** Lets the file go; a temporary one is deleted. */
    @Override
    public void close() {
        file.close();
        if (temporary) {
            try {
                Files.deleteIfExists(file.path());
                Files.deleteIfExists(file.path().getParent());
            } catch (IOException e) {
                file.path().toFile().deleteOnExit();
            }
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "logits of %s, %s, %,d tokens each", model, evaluation, vocabulary);
    }
}
