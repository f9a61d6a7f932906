package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/** {@code %%file}: the cell becomes a file. */
public final class FileMagic extends NamedMagic {
    private static final String APPEND = "-a ";

    public FileMagic() {
        super("file", "writes the cell to a file, or with -a to its end", "%%file [-a] PATH");
    }

    @Override
    public Evaluation run(Call call, Context context) throws IOException {
        String text = body(call, "%%file PATH");
        boolean append = call.arguments().startsWith(APPEND);
        String name = append ? call.arguments().substring(APPEND.length()).strip() : call.arguments();
        if (name.isEmpty()) {
            throw new UsageError("%%file needs a path: %%file data/words.txt");
        }
        Path file = Path.of(name);
        boolean existed = Files.exists(file);
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new UsageError(Files.isDirectory(file) ? name + " is a folder" : "there is no folder " + folder);
        }
        Path target = existed ? file.toRealPath() : file.toAbsolutePath();
        Path temporary = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
        try {
            Files.writeString(temporary, append && existed ? Files.readString(target) + text : text);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        context.cell()
                .say(String.format(
                        Locale.ROOT,
                        "%s %s (%,d bytes)",
                        !existed ? "wrote" : append ? "appended to" : "wrote over",
                        name,
                        Files.size(target)));
        return Evaluation.NOTHING;
    }
}
