package dev.nibble.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file mapped into memory, read only: any size, read by the operating system page by page when it is looked at.
 * Thread-safe.
 */
public final class MappedFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment bytes;

    private MappedFile(Path path, Arena arena, MemorySegment bytes) {
        this.path = path;
        this.arena = arena;
        this.bytes = bytes;
    }

    /**
     * Maps a whole file.
     *
     * @throws IOException if it can not be read
     */
    public static MappedFile open(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Where the file lies. */
    public Path path() {
        return path;
    }

    /** Size when it was opened, in bytes. */
    public long size() {
        return bytes.byteSize();
    }

    /** All bytes. Reading them after {@link #close} throws IllegalStateException. */
    public MemorySegment bytes() {
        return bytes;
    }

    /** Whether it has not been closed. */
    public boolean isOpen() {
        return arena.scope().isAlive();
    }

    /**
     * Copies {@code count} bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if they are not all in the file
     * @throws IllegalStateException if it was closed
     * @throws IOException if the file was cut short while it was open
     */
    public void read(long offset, byte[] into, int at, int count) throws IOException {
        try {
            MemorySegment.copy(bytes, offset, MemorySegment.ofArray(into), at, count);
        } catch (InternalError e) { // how the JVM reports a page that the file does not have any more
            throw new IOException("the file became shorter while it was being read", e);
        }
    }

    /** Unmaps the file. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        if (isOpen()) {
            arena.close();
        }
    }
}
