package dev.nibble.kernel.history;

import dev.nibble.kernel.cell.StandardStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The history of one person, of all their sessions. Several kernels may write to one file at the same time. Nothing
 * that goes wrong with the file reaches a cell: what cannot be written in time is kept in memory, a broken file is set
 * aside, and a history that cannot be used at all is empty. All work is done on a thread of its own.
 */
public final class History implements AutoCloseable {
    /** More entries than this are not given at once. */
    private static final int MAX_ENTRIES = 10_000;

    private static final int MAX_PATTERN = 10_000;
    private static final int MAX_CODE = 1 << 18;
    private static final int MAX_RESULT = 10_000;
    /** Entries that wait for a file that another program holds; then the oldest go. */
    private static final int MAX_PENDING = 1_000;
    /** In bytes. */
    private static final long MAX_FILE = 64L << 20;
    /** So often the size is looked after, in cells, and when a part of it was written that is this many times smaller. */
    private static final int LOOK_AFTER = 500;

    private static final int PARTS = 16;

    private static final long ANSWER_MILLIS = 2_500;
    private static final long CLOSE_MILLIS = 300;

    private final Path file;
    private final long maxFile;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(Thread.ofPlatform()
            .name("nibble-history")
            .daemon()
            .inheritInheritableThreadLocals(false)
            .factory());
    // Used by that thread only.
    private final ArrayDeque<Entry> pending = new ArrayDeque<>();
    private HistoryStore store;
    private boolean unusable;
    private boolean told;
    private int added;
    private long written;

    /**
     * One cell that was run.
     *
     * @param session counts the sessions of the file, from 1
     * @param number the cell's number in its session
     * @param result its value as text, or null
     */
    public record Entry(long session, int number, String code, String result) {}

    /** @param file where it is kept, made when it is first needed; null for a history that ends with the kernel */
    public History(Path file) {
        this(file, MAX_FILE);
    }

    History(Path file, long maxFile) {
        this.file = file;
        this.maxFile = maxFile;
    }

    /** Notes a cell that was run; returns at once. */
    public void add(int number, String code, String result) {
        if (code.isBlank() || code.length() > MAX_CODE) {
            return;
        }
        String kept = result == null || result.length() <= MAX_RESULT ? result : result.substring(0, MAX_RESULT) + "…";
        executor.execute(() -> {
            pending.add(new Entry(0, number, code, kept));
            if (pending.size() > MAX_PENDING) {
                pending.remove();
            }
            use(opened -> null, null);
        });
    }

    /** The last {@code n} cells of all sessions, oldest first. */
    public List<Entry> tail(int n) {
        return ask(opened -> opened.tail(limit(n)));
    }

    /**
     * Cells of one session.
     *
     * @param session 0 for this one, -1 for the one before it, and so on
     * @param start the first number
     * @param stop after the last number
     */
    public List<Entry> range(long session, long start, long stop) {
        return ask(
                opened -> opened.range(session <= 0 ? opened.session() + session : session, start, stop, MAX_ENTRIES));
    }

    /**
     * Cells whose whole code matches, oldest first.
     *
     * @param glob {@code *} for anything, {@code ?} for one character, {@code [a-z]} for one of those
     * @param unique code that was run several times is given once, where it was run last
     * @param n the last so many of them
     * @throws IllegalArgumentException if the pattern is too long
     */
    public List<Entry> search(String glob, boolean unique, int n) {
        if (glob.length() > MAX_PATTERN) {
            throw new IllegalArgumentException("a pattern has " + MAX_PATTERN + " characters at most");
        }
        return ask(opened -> opened.search(glob, unique, limit(n)));
    }

    private static int limit(int n) {
        return Math.clamp(n, 0, MAX_ENTRIES);
    }

    private interface Use {
        List<Entry> of(HistoryStore store) throws SQLException;
    }

    private List<Entry> ask(Use question) {
        try {
            return executor.submit(() -> use(question, List.of())).get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** Writes what waits, if the file lets us, then asks. */
    private List<Entry> use(Use question, List<Entry> otherwise) {
        try {
            HistoryStore opened = opened();
            if (opened == null) {
                return otherwise;
            }
            try {
                write(opened);
            } catch (SQLException e) {
                tell(e);
            }
            return question.of(opened);
        } catch (SQLException | RuntimeException | LinkageError e) {
            tell(e);
            return otherwise;
        }
    }

    private void write(HistoryStore opened) throws SQLException {
        if (pending.isEmpty()) {
            return;
        }
        opened.add(new ArrayList<>(pending));
        added += pending.size();
        for (Entry entry : pending) {
            written += entry.code().length();
        }
        pending.clear();
        if (added >= LOOK_AFTER || written > maxFile / PARTS) {
            added = 0;
            written = 0;
            opened.shrink();
        }
    }

    private HistoryStore opened() {
        if (store == null && !unusable) {
            try {
                store = file == null ? HistoryStore.inMemory(maxFile) : HistoryStore.open(file, maxFile);
            } catch (IOException | RuntimeException | LinkageError e) {
                tell(e);
                store = inMemory();
                unusable = store == null;
            }
        }
        return store;
    }

    private HistoryStore inMemory() {
        try {
            return HistoryStore.inMemory(maxFile);
        } catch (IOException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    private void tell(Throwable e) {
        if (!told) {
            told = true;
            StandardStreams.log()
                    .println("nibble: the history" + (file == null ? "" : " " + file) + " cannot be used as it should: "
                            + e + " (said once)");
        }
    }

    /** Writes what waits, if that can be done soon. */
    @Override
    public void close() {
        executor.execute(() -> {
            use(opened -> null, null);
            try {
                if (store != null) {
                    store.close();
                }
            } catch (SQLException e) {
                tell(e);
            }
            store = null;
            unusable = true;
        });
        executor.shutdown();
        try {
            boolean _ = executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
