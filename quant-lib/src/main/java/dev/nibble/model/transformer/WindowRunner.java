package dev.nibble.model.transformer;

import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource.LogitsSink;
import dev.nibble.model.LogitsSource.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Runs many windows through a transformer layer by layer, so that the weights of one layer are in memory at a time, read
 * or quantized once for all windows that fit.
 */
public final class WindowRunner {
    /** Rows that go through a layer together: short windows are put together, long ones go alone. */
    private static final int ROWS = 512;
    /** Numbers of hidden states that are kept while layers pass by: 256 MB. */
    private static final long KEPT = 1 << 26;
    /** Positions whose logits are handed out together. */
    private static final int POSITIONS = 64;

    private final Transformer transformer;
    private final TransformerConfig config;

    public WindowRunner(Transformer transformer) {
        this.transformer = transformer;
        this.config = transformer.config();
    }

    /** Windows that go through a layer together. */
    private static final class Batch {
        final List<Integer> windows = new ArrayList<>();
        final List<Integer> firstRows = new ArrayList<>();
        int rows;
        float[] x;
    }

    /**
     * {@link dev.nibble.model.LogitsSource#logits}.
     *
     * @throws IllegalArgumentException if a window is too long, or has a token that the model does not know
     */
    public void logits(List<Window> windows, Progress progress, LogitsSink sink) {
        windows.forEach(this::check);
        run(windows, null, progress, sink, Watch.NONE);
    }

    /**
     * The same, telling what comes out of each layer.
     *
     * @param positions tokens of the first window that are told of, at most
     * @param each told the states behind each layer, in order
     */
    public void logits(
            List<Window> windows, Progress progress, LogitsSink sink, int positions, Consumer<HiddenStates> each) {
        windows.forEach(this::check);
        run(windows, null, progress, sink, new Watch(positions, each));
    }

    /** Who is told of the first positions of the first window. */
    private record Watch(int positions, Consumer<HiddenStates> each) {
        static final Watch NONE = new Watch(0, states -> {});

        void tell(Batch batch, List<Window> windows, int layer, int hidden) {
            if (positions > 0 && batch.windows.getFirst() == 0) {
                int count = Math.min(positions, windows.getFirst().length());
                Window seen = new Window(Arrays.copyOf(windows.getFirst().tokens(), count), count);
                each.accept(new HiddenStates(
                        List.of(seen), layer + 1, hidden, List.of(Arrays.copyOf(batch.x, count * hidden))));
            }
        }
    }

    /**
     * The same from hidden states on: bit for bit what the whole run gives, if no weight before them is another than the
     * one that they were computed with.
     */
    public void logits(HiddenStates from, Progress progress, LogitsSink sink) {
        run(from.windows(), from, progress, sink, Watch.NONE);
    }

    /**
     * What goes into the first layer.
     *
     * @throws IllegalArgumentException if a window is too long, or has a token that the model does not know
     */
    public HiddenStates states(List<Window> windows, Progress progress) {
        windows.forEach(this::check);
        Transformer.Ends ends = transformer.ends(progress);
        Workspace work = transformer.workspace();
        work.cancel = progress.cancelToken();
        List<float[]> values = new ArrayList<>();
        for (Window window : windows) {
            work.cancel.check("embed");
            float[] x = new float[Math.multiplyExact(window.length(), config.hidden())];
            for (int p = 0; p < window.length(); p++) {
                ends.embed(window.token(p), p, x, p * config.hidden(), work);
            }
            values.add(x);
        }
        return new HiddenStates(windows, 0, config.hidden(), values);
    }

    /**
     * What comes out of the layer that states go into.
     *
     * @throws IllegalArgumentException if there is no such layer
     */
    public HiddenStates next(HiddenStates states, Progress progress) {
        if (states.layer() >= config.layers()) {
            throw new IllegalArgumentException("these came out of the last layer");
        }
        List<Window> windows = states.windows();
        Workspace work = transformer.workspace();
        work.cancel = progress.cancelToken();
        Angles angles = transformer.angles();
        if (angles != null) {
            angles.require(windows.stream().mapToInt(Window::length).max().orElse(0), work.cancel);
        }
        Block block = transformer.block(states.layer(), progress);
        List<KeyValueCache> caches = new ArrayList<>();
        List<float[]> values = new ArrayList<>();
        for (int first = 0; first < windows.size(); ) {
            Batch batch = batch(windows, first);
            first += batch.windows.size();
            fill(batch, states);
            transformer.run(block, states.layer(), angles, batch.x, batch.rows, segments(batch, windows, caches), work);
            for (int i = 0; i < batch.windows.size(); i++) {
                int from = batch.firstRows.get(i) * config.hidden();
                int count = windows.get(batch.windows.get(i)).length() * config.hidden();
                values.add(Arrays.copyOfRange(batch.x, from, from + count));
            }
        }
        return new HiddenStates(windows, states.layer() + 1, config.hidden(), values);
    }

    private void fill(Batch batch, HiddenStates states) {
        batch.x = new float[Math.multiplyExact(batch.rows, config.hidden())];
        for (int i = 0; i < batch.windows.size(); i++) {
            states.copy(batch.windows.get(i), batch.x, batch.firstRows.get(i) * config.hidden());
        }
    }

    private void run(List<Window> windows, HiddenStates from, Progress progress, LogitsSink sink, Watch watch) {
        int begin = from == null ? 0 : from.layer();
        long total = windows.stream().mapToLong(Window::length).sum() * (config.layers() - begin);
        try (Progress.Task task = progress.task("run " + config.family(), total, "positions")) {
            Transformer.Ends ends = transformer.ends(progress);
            Workspace work = transformer.workspace();
            work.cancel = progress.cancelToken();
            Angles angles = transformer.angles();
            if (angles != null) {
                angles.require(windows.stream().mapToInt(Window::length).max().orElse(0), work.cancel);
            }
            List<KeyValueCache> caches = new ArrayList<>();
            for (int first = 0; first < windows.size(); ) {
                List<Batch> group = new ArrayList<>();
                long kept = 0;
                while (first < windows.size() && (group.isEmpty() || kept < KEPT)) {
                    Batch batch = batch(windows, first);
                    group.add(batch);
                    first += batch.windows.size();
                    kept += (long) batch.rows * config.hidden();
                }
                for (Batch b : group) {
                    if (from == null) {
                        embed(b, windows, ends, work);
                    } else {
                        fill(b, from);
                    }
                }
                for (int layer = begin; layer < config.layers(); layer++) {
                    Block block = transformer.block(layer, progress);
                    for (Batch b : group) {
                        transformer.run(block, layer, angles, b.x, b.rows, segments(b, windows, caches), work);
                        watch.tell(b, windows, layer, config.hidden());
                        task.step(b.rows);
                    }
                }
                group.forEach(b -> hand(b, windows, ends, work, sink));
            }
        }
    }

    private void check(Window window) {
        if (window.length() > config.contextLength()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a window of %,d tokens, but the model was made for %,d",
                    window.length(),
                    config.contextLength()));
        }
        for (int i = 0; i < window.length(); i++) {
            if (window.token(i) < 0 || window.token(i) >= config.vocabulary()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "token %d at position %d is not among the model's %,d",
                        window.token(i),
                        i,
                        config.vocabulary()));
            }
        }
    }

    private static Batch batch(List<Window> windows, int first) {
        Batch batch = new Batch();
        for (int w = first; w < windows.size(); w++) {
            int length = windows.get(w).length();
            if (batch.rows > 0 && batch.rows + length > ROWS) {
                break;
            }
            batch.windows.add(w);
            batch.firstRows.add(batch.rows);
            batch.rows += length;
        }
        return batch;
    }

    private void embed(Batch batch, List<Window> windows, Transformer.Ends ends, Workspace work) {
        batch.x = new float[Math.multiplyExact(batch.rows, config.hidden())];
        for (int i = 0; i < batch.windows.size(); i++) {
            Window window = windows.get(batch.windows.get(i));
            for (int p = 0; p < window.length(); p++) {
                ends.embed(window.token(p), p, batch.x, (batch.firstRows.get(i) + p) * config.hidden(), work);
            }
        }
    }

    private List<Segment> segments(Batch batch, List<Window> windows, List<KeyValueCache> caches) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < batch.windows.size(); i++) {
            if (caches.size() == i) {
                caches.add(transformer.cache());
            }
            int length = windows.get(batch.windows.get(i)).length();
            caches.get(i).require(length);
            segments.add(new Segment(caches.get(i)).of(batch.firstRows.get(i), length, 0));
        }
        return segments;
    }

    private void hand(Batch batch, List<Window> windows, Transformer.Ends ends, Workspace work, LogitsSink sink) {
        work.require(config, Math.max(batch.rows, POSITIONS));
        float[] logits = new float[Math.multiplyExact(POSITIONS, config.vocabulary())];
        for (int i = 0; i < batch.windows.size(); i++) {
            int w = batch.windows.get(i);
            Window window = windows.get(w);
            for (int p = window.from(); p < window.length(); p += POSITIONS) {
                int count = Math.min(POSITIONS, window.length() - p);
                ends.logits(batch.x, (batch.firstRows.get(i) + p) * config.hidden(), count, logits, work);
                sink.accept(w, p, count, logits, 0);
            }
        }
        batch.x = null;
    }
}
