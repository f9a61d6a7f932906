package dev.nibble.kernel.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

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
        boolean existed = Files.exists(file);
        Path target = existed ? file.toRealPath() : file.toAbsolutePath();
        Path temporary = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
        try {
            Files.writeString(temporary, append && existed ? Files.readString(target) + text : text);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return Files.size(target);
    }
}
