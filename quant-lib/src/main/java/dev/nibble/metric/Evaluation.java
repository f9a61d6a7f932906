package dev.nibble.metric;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.LogitsSource.Window;
import dev.nibble.model.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Tokens to be scored under a protocol: the windows that a model runs, and which token follows at each of their
 * positions. Made once, run with every model that is compared, so that all score the same tokens.
 */
public final class Evaluation {
    private static final Pattern SPACE = Pattern.compile("[" + Spaces.CLASS + "]+");

    /** Rows of logits of one piece of parallel work. */
    private static final int ROWS = 1;

    private final Protocol protocol;
    private final String tokenizer;
    private final List<Window> windows = new ArrayList<>();
    private final List<int[]> targets = new ArrayList<>();
    private final List<Integer> groups = new ArrayList<>();
    private int[] starts = new int[0];
    private int longest;
    private long bytes;
    private long words;
    private String hash = "";

    private Evaluation(Protocol protocol, String tokenizer) {
        this.protocol = protocol;
        this.tokenizer = tokenizer;
    }

    /** Takes rows of logits that belong to scored tokens, in any order and from several threads. */
    @FunctionalInterface
    interface RowSink {
        /**
         * @param row number of the scored token, from 0
         * @param target the token that came
         * @param logits the row begins at {@code at}
         */
        void accept(int row, int target, float[] logits, int at);
    }

    /** A text as one document, all of its windows. */
    public static Evaluation of(Tokenizer tokenizer, String text, Protocol protocol) {
        return of(tokenizer, List.of(text), protocol, 0);
    }

    /**
     * Cuts documents into windows, each document on its own.
     *
     * @param documents texts, taken as they are: a final newline counts
     * @param limit most windows, from the first on; 0 for all
     * @throws IllegalArgumentException if no document has enough tokens for a window
     */
    public static Evaluation of(Tokenizer tokenizer, List<String> documents, Protocol protocol, int limit) {
        List<int[]> tokens = documents.stream()
                .map(document -> tokenizer.encode(document, false))
                .toList();
        Evaluation evaluation = of(tokenizer, protocol, tokens, limit);
        boolean whole =
                evaluation.scored() == tokens.stream().mapToLong(t -> t.length).sum();
        if (protocol.kind() == Protocol.Kind.LM_EVAL && whole) {
            evaluation.bytes = documents.stream()
                    .mapToLong(d -> d.getBytes(StandardCharsets.UTF_8).length)
                    .sum();
            evaluation.words = documents.stream().mapToLong(Evaluation::words).sum();
        }
        return evaluation;
    }

    /**
     * The same for documents that are tokens already.
     *
     * @param documents without BOS, which the protocol adds where the model expects it
     */
    public static Evaluation of(Tokenizer tokenizer, Protocol protocol, List<int[]> documents, int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("at most " + limit + " windows: expected 0, for all, or more");
        }
        var evaluation = new Evaluation(protocol, tokenizer.identity());
        int most = limit == 0 ? Integer.MAX_VALUE : limit;
        long longestText = 0;
        for (int i = 0; i < documents.size() && evaluation.windows.size() < most; i++) {
            int[] tokens = documents.get(i);
            longestText = Math.max(longestText, tokens.length);
            switch (protocol.kind()) {
                case LLAMA_CPP -> evaluation.halves(i, withBos(tokenizer, tokens), tokenizer, most);
                case GPTQ -> evaluation.sideBySide(i, withBos(tokenizer, tokens), most);
                case LM_EVAL -> evaluation.rolling(i, tokens, prefix(tokenizer), most);
                case SLIDING -> evaluation.sliding(i, withBos(tokenizer, tokens), most);
            }
        }
        if (evaluation.windows.isEmpty()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the %s: %,d tokens are too few for %s; give a longer text or a shorter window",
                    documents.size() == 1 ? "text" : "longest of " + documents.size() + " texts",
                    longestText,
                    protocol));
        }
        evaluation.finish(tokenizer, documents.size() > 1);
        return evaluation;
    }

    /** Windows that were made elsewhere, for {@link LogProbabilities}, which keeps them in its file. */
    static Evaluation stored(
            Protocol protocol,
            String tokenizer,
            List<Window> windows,
            List<int[]> targets,
            int[] groups,
            long bytes,
            long words) {
        var evaluation = new Evaluation(protocol, tokenizer);
        evaluation.bytes = bytes;
        evaluation.words = words;
        evaluation.windows.addAll(windows);
        evaluation.targets.addAll(targets);
        for (int group : groups) {
            evaluation.groups.add(group);
        }
        evaluation.count();
        return evaluation;
    }

    private static int[] withBos(Tokenizer tokenizer, int[] tokens) {
        OptionalInt bos = tokenizer.bos();
        if (!tokenizer.addsBos() || bos.isEmpty() || tokens.length == 0) {
            return tokens;
        }
        int[] with = new int[tokens.length + 1];
        with[0] = bos.getAsInt();
        System.arraycopy(tokens, 0, with, 1, tokens.length);
        return with;
    }

    private static int prefix(Tokenizer tokenizer) {
        if (tokenizer.bos().isEmpty() && tokenizer.eos().isEmpty()) {
            throw new IllegalArgumentException("lm-eval predicts the first token of a text from BOS or EOS, and this"
                    + " model has neither (" + tokenizer.describe() + "); take another protocol");
        }
        return tokenizer.bos().orElseGet(() -> tokenizer.eos().getAsInt());
    }

    /** Adds a window that ends before its last token, which is only scored. */
    private void add(int group, int[] tokens, int from, int to, int scored) {
        int[] input = new int[to - 1 - from];
        System.arraycopy(tokens, from, input, 0, input.length);
        int[] last = new int[scored];
        System.arraycopy(tokens, to - scored, last, 0, scored);
        windows.add(new Window(input, input.length - scored));
        targets.add(last);
        groups.add(group);
    }

    private void halves(int group, int[] tokens, Tokenizer tokenizer, int most) {
        int size = protocol.window();
        for (int from = 0; from <= tokens.length - size && windows.size() < most; from += size) {
            int[] window = new int[size];
            System.arraycopy(tokens, from, window, 0, size);
            if (tokenizer.addsBos() && tokenizer.bos().isPresent()) {
                window[0] = tokenizer.bos().getAsInt();
            }
            add(group, window, 0, size, size - size / 2 - 1);
        }
    }

    private void sideBySide(int group, int[] tokens, int most) {
        int size = protocol.window();
        for (int from = 0; from <= tokens.length - size && windows.size() < most; from += size) {
            add(group, tokens, from, from + size, size - 1);
        }
    }

    /** As lm-eval: a last window that is not full takes more context from before it (make_disjoint_window). */
    private void rolling(int group, int[] tokens, int prefix, int most) {
        int size = protocol.window();
        int[] all = new int[tokens.length + 1];
        all[0] = prefix;
        System.arraycopy(tokens, 0, all, 1, tokens.length);
        for (int done = 0; done < tokens.length && windows.size() < most; ) {
            int scored = Math.min(size, tokens.length - done);
            int end = done + scored + 1; // in all
            add(group, all, done == 0 ? 0 : end - 1 - size, end, scored);
            done += scored;
        }
    }

    private void sliding(int group, int[] tokens, int most) {
        int done = 1;
        for (int from = 0; done < tokens.length && windows.size() < most; from += protocol.stride()) {
            int to = Math.min(from + protocol.window(), tokens.length);
            int scored = Math.min(to - done, to - from - 1); // less by one only where windows do not overlap
            if (scored > 0) {
                add(group, tokens, from, to, scored);
            }
            done = to;
        }
    }

    private void finish(Tokenizer tokenizer, boolean documents) {
        if (!documents) { // one text: its windows are what is drawn from for error bars
            for (int w = 0; w < windows.size(); w++) {
                groups.set(w, w);
            }
        }
        for (int[] last : targets) {
            for (int token : last) {
                bytes += tokenizer.bytes(token).length;
            }
        }
        count();
    }

    private void count() {
        starts = new int[windows.size() + 1];
        for (int w = 0; w < windows.size(); w++) {
            starts[w + 1] = Math.addExact(starts[w], targets.get(w).length);
            longest = Math.max(longest, windows.get(w).length());
        }
        hash = sha256();
    }

    private static long words(String document) {
        return SPACE.split(document, -1).length; // as Python's re.split: blanks at the ends add an empty word each
    }

    private String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(protocol.text().getBytes(StandardCharsets.UTF_8));
            for (int w = 0; w < windows.size(); w++) {
                int[] input = windows.get(w).tokens();
                int[] last = targets.get(w);
                ByteBuffer buffer = ByteBuffer.allocate(4 * (input.length + last.length + 2))
                        .order(ByteOrder.LITTLE_ENDIAN);
                buffer.putInt(input.length).putInt(last.length);
                buffer.asIntBuffer().put(input).put(last);
                digest.update(buffer.array());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The rule that made it. */
    public Protocol protocol() {
        return protocol;
    }

    /** {@link Tokenizer#identity} of what cut the text. */
    public String tokenizer() {
        return tokenizer;
    }

    /** Number of tokens that are scored. */
    public int scored() {
        return starts[windows.size()];
    }

    /** Number of tokens that a model runs. */
    public long run() {
        return windows.stream().mapToLong(Window::length).sum();
    }

    /** What a model runs; it computes no position whose next token is not scored. */
    public List<Window> windows() {
        return Collections.unmodifiableList(windows);
    }

    /** The tokens that came after the positions of a window from {@link Window#from} on. */
    public int[] targets(int window) {
        return targets.get(window).clone();
    }

    /** Number of the first scored token of a window. */
    public int start(int window) {
        return starts[window];
    }

    /** What error bars draw from: the document of a window, or the window itself if there is one document. */
    public int group(int window) {
        return groups.get(window);
    }

    /** Bytes of the scored text. */
    public long bytes() {
        return bytes;
    }

    /** Words of the text, counted as lm-eval does; 0 where it does not count them. */
    public long words() {
        return words;
    }

    /** SHA-256 of protocol, windows and scored tokens: two results with the same one scored the same. */
    public String hash() {
        return hash;
    }

    /**
     * Runs a model over all windows.
     *
     * @throws IllegalArgumentException if it cuts text differently, or takes no such long window
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    void run(LogitsSource source, Progress progress, RowSink sink) {
        requireTokenizer(source);
        if (longest > source.contextLength()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s takes at most %,d tokens, but %s has windows of %,d: take a shorter window",
                    source.name(),
                    source.contextLength(),
                    protocol,
                    longest));
        }
        CancelToken cancel = progress.cancelToken();
        int vocabulary = source.vocabulary();
        source.logits(windows, progress, (window, position, count, logits, at) -> {
            int first = position - windows.get(window).from();
            int[] next = targets.get(window);
            Parallel.ranges(count, ROWS, cancel, source.name(), (from, to) -> {
                for (int i = from; i < to; i++) {
                    sink.accept(starts[window] + first + i, next[first + i], logits, at + i * vocabulary);
                }
            });
        });
    }

    private void requireTokenizer(LogitsSource source) {
        if (!source.tokenizer().identity().equals(tokenizer)) {
            throw new IllegalArgumentException("the tokens were not cut by " + source.name() + "'s tokenizer ("
                    + source.tokenizer().describe() + "); cut the text anew for this model");
        }
    }

    /** Where a scored token stands: "window 3, position 17". */
    String place(int row) {
        int window = 0;
        while (starts[window + 1] <= row) {
            window++;
        }
        return String.format(
                Locale.ROOT,
                "window %,d, position %,d",
                window,
                windows.get(window).from() + row - starts[window]);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %,d tokens scored in %,d windows", protocol, scored(), windows.size());
    }
}
