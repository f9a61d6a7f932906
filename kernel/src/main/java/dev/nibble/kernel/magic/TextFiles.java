package dev.nibble.kernel.magic;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.OutputFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Text files that magics write: whole or not at all. */
final class TextFiles {
    private TextFiles() {}

    /** Refuses what can not become a file, before any work. */
    static void check(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new Magic.UsageError(
                    Files.isDirectory(file) ? file + " is a folder" : "there is no folder " + folder);
        }
    }

    /**
     * Writes a text in UTF-8, over what was there or to its end, whatever that is.
     *
     * @return how many bytes the file has then
     */
    static long write(Path file, String text, boolean append) throws IOException {
        check(file);
        byte[] before = append && Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        byte[] more = text.getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(before, Math.addExact(before.length, more.length));
        System.arraycopy(more, 0, whole, before.length, more.length);
        try {
            OutputFile.write(file, whole);
        } catch (CheckpointException e) {
            throw new Magic.UsageError(e.getMessage());
        }
        return whole.length;
    }
}
