package dev.nibble.model.hub;

import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A lock that one thread of one process on this machine holds at a time, by a file that is there for it. The system
 * gives it back if the process dies.
 *
 * <p>Python's filelock, which huggingface_hub uses, asks for another kind of lock (flock), which Linux does not hold
 * against Java's (fcntl). What two such programs write at once must be safe without it.
 */
public final class FileMutex implements AutoCloseable {
    private static final int POLL_MILLIS = 20;
    /** Held by this process. Closing any channel of a file ends all locks that the process has on it (POSIX). */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private FileMutex(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /**
     * Waits for the lock, as long as it takes.
     *
     * @param file made if it is not there, with its folder; it stays
     * @param what it is waited for, which is shown: "another process that fetches X"
     * @throws IOException if the file can not be made or locked
     * @throws Cancelled if a stop was asked for, or the thread was interrupted
     */
    public static FileMutex acquire(Path file, String what, Progress progress) throws IOException {
        Path key = file.toAbsolutePath().normalize();
        Files.createDirectories(key.getParent());
        Progress.Task waiting = null;
        try {
            while (true) {
                FileMutex mutex = tryAcquire(key);
                if (mutex != null) {
                    return mutex;
                }
                if (waiting == null) {
                    waiting = progress.task("wait for " + what, -1, "");
                }
                waiting.step(0);
                progress.cancelToken().check("wait for " + what);
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Cancelled("wait for " + what);
        } finally {
            if (waiting != null) {
                waiting.close();
            }
        }
    }

    private static FileMutex tryAcquire(Path key) throws IOException {
        if (!HELD.add(key)) {
            return null;
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
            return lock == null ? null : new FileMutex(key, channel);
        } finally {
            if (lock == null) {
                if (channel != null) {
                    channel.close();
                }
                HELD.remove(key);
            }
        }
    }

    /** Gives the lock back. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(key);
        }
    }
}
