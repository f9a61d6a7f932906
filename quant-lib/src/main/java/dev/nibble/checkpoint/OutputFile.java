package dev.nibble.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file of a known size that is either all there or not there: bytes go to a hidden file in the same folder, which
 * takes its name when it is finished. What is closed unfinished leaves nothing behind, and what was there before stays.
 */
public final class OutputFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final long size;
    private final boolean replace;
    private boolean finished;

    private OutputFile(Path target, Path temporary, FileChannel channel, long size, boolean replace) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.size = size;
        this.replace = replace;
    }

    /**
     * Says now what would go wrong after the work.
     *
     * @param inputs files that must not be overwritten, whatever {@code replace} says
     * @throws CheckpointException if the file can not be written, for a reason that shows before anything is written
     */
    public static void check(Path file, boolean replace, Collection<Path> inputs) {
        Path target = file.toAbsolutePath().normalize();
        Path folder = target.getParent();
        if (folder == null || !Files.exists(folder)) {
            throw new CheckpointException(file + " can not be written: there is no folder " + folder);
        }
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(file + " can not be written: " + folder + " is not a folder");
        }
        if (Files.isDirectory(target)) {
            throw new CheckpointException(file + " can not be written: it is a folder");
        }
        for (Path input : inputs) {
            if (isSame(target, input)) {
                throw new CheckpointException(
                        file + " is the file that is read; write to another one, and move it when it is done");
            }
        }
        if (Files.exists(target)) {
            if (!Files.isRegularFile(target)) {
                throw new CheckpointException(file + " can not be written: it is a device or a pipe");
            }
            if (!replace) {
                throw new CheckpointException(
                        file + " exists already, and is left as it is; it is replaced if asked for (--force)");
            }
        }
        if (!Files.isWritable(folder)) {
            throw new CheckpointException(file + " can not be written: no permission to write to " + folder);
        }
    }

    /**
     * Begins a file of {@code size} bytes.
     *
     * @throws CheckpointException if it can not be written
     */
    public static OutputFile create(Path file, boolean replace, Collection<Path> inputs, long size) {
        check(file, replace, inputs);
        Path target = file.toAbsolutePath().normalize();
        try {
            if (Files.isSymbolicLink(target) && Files.exists(target)) {
                target = target.toRealPath(); // the link stays, what it points at is replaced
            }
            Path folder = target.getParent();
            long free = Files.getFileStore(folder).getUsableSpace();
            if (size > free) {
                throw new CheckpointException(String.format(
                        Locale.ROOT,
                        "%s takes %,d bytes, but %s has room for %,d: make room, or write to another disk",
                        file,
                        size,
                        folder,
                        free));
            }
            String mark = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
            Path temporary = folder.resolve("." + target.getFileName() + "." + mark + ".tmp");
            FileChannel channel = FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new OutputFile(target, temporary, channel, size, replace);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /**
     * Writes a small file, over one that is there.
     *
     * @throws CheckpointException if it can not be written
     */
    public static void write(Path file, byte[] content) {
        try (OutputFile out = create(file, true, List.of(), content.length)) {
            out.write(ByteBuffer.wrap(content), 0);
            out.finish();
        }
    }

    /**
     * Writes all of {@code bytes} at {@code position}. Places may be written in any order; what is never written is 0.
     *
     * @throws CheckpointException if the disk is full or fails
     */
    public void write(ByteBuffer bytes, long position) {
        if (position < 0 || bytes.remaining() > size - position) {
            throw new IllegalArgumentException(
                    bytes.remaining() + " bytes at " + position + " are outside of a file of " + size);
        }
        try {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /**
     * What was written to a place.
     *
     * @throws CheckpointException if nothing was, or the disk fails
     */
    public ByteBuffer read(long position, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, position + bytes.position()) < 0) {
                    throw new EOFException("nothing was written there yet");
                }
            }
        } catch (IOException e) {
            throw failed(target, e);
        }
        return bytes.flip();
    }

    /**
     * Brings everything to the disk and gives the file its name.
     *
     * @throws CheckpointException if that fails; then there is no file, or the one that was there before
     */
    public void finish() {
        try {
            keepPermissions();
            if (channel.size() < size) {
                channel.write(ByteBuffer.allocate(1), size - 1);
            }
            channel.force(true);
            channel.close();
            if (!replace && Files.exists(target)) {
                throw new CheckpointException(target + " was made by someone else meanwhile, and is left as it is");
            }
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            }
            finished = true;
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /** What replaces a file may be read and written by the same people; a new file by those whom the system lets. */
    private void keepPermissions() throws IOException {
        var before = Files.getFileAttributeView(target, PosixFileAttributeView.class);
        if (before != null && Files.exists(target)) {
            Files.setPosixFilePermissions(temporary, before.readAttributes().permissions());
        }
    }

    /** Takes away what was not finished. */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // it is deleted all the same
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // a hidden file that can not be deleted is no reason to hide what went wrong
        }
    }

    private static boolean isSame(Path target, Path input) {
        try {
            return Files.exists(target) && Files.exists(input) && Files.isSameFile(target, input);
        } catch (IOException e) {
            return false;
        }
    }

    private static CheckpointException failed(Path file, IOException e) {
        String reason = e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
        return new CheckpointException(
                file + " can not be written: " + reason + "; nothing of it was kept, what was there before is unharmed",
                e);
    }
}
