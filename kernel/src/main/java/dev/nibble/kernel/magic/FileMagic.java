package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %%file}: the cell becomes a file. */
public final class FileMagic extends OptionMagic<FileMagic.Arguments> {
    /** Its options. */
    @Command(name = "file", description = "writes the cell to a file, or with -a to its end")
    static final class Arguments {
        @CommandLine.Option(
                names = {"-a", "--append"},
                description = "to the end of the file")
        private boolean append;

        @Parameters(paramLabel = "PATH", description = "relative to the notebook's folder")
        private Path file;
    }

    /** Its one. */
    public FileMagic() {
        super(Arguments::new, Argument.PATH, false, true);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws IOException {
        String text = NamedMagic.body(call, "%%file PATH");
        boolean append = arguments.append;
        Path file = arguments.file;
        String name = file.toString();
        boolean existed = Files.exists(file);
        long bytes = TextFiles.write(file, text, append);
        context.cell()
                .say(String.format(
                        Locale.ROOT,
                        "%s %s (%,d bytes)",
                        !existed ? "wrote" : append ? "appended to" : "wrote over",
                        name,
                        bytes));
        return Evaluation.NOTHING;
    }
}
