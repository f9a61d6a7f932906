package dev.nibble.kernel.magic;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.OutputFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

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
     * Writes a text, over what was there or to its end.
     *
     * @return how many bytes the file has then
     */
    static long write(Path file, String text, boolean append) throws IOException {
        check(file);
        String whole = append && Files.exists(file) ? Files.readString(file) + text : text;
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        try {
            OutputFile.write(file, bytes);
        } catch (CheckpointException e) {
            throw new Magic.UsageError(e.getMessage());
        }
        return bytes.length;
    }
}
