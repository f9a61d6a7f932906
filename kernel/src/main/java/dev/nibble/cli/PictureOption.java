package dev.nibble.cli;

import dev.nibble.checkpoint.OutputFile;
import dev.nibble.plot.Chart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Where the picture of a result goes. */
final class PictureOption {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.png",
            description = "Write the picture too.")
    private String output;

    /** Says before the work what would go wrong after it. */
    void check() {
        if (output != null) {
            if (!output.toLowerCase(Locale.ROOT).endsWith(".png")) {
                throw new IllegalArgumentException("--output wants a name that ends with .png, not " + output);
            }
            OutputFile.check(Terminal.path(output), true, List.of());
        }
    }

    /** Writes the picture, if one was asked for. */
    void write(Chart chart) throws IOException {
        if (output != null) {
            Path file = chart.savePng(Terminal.path(output));
            System.err.println("wrote " + Terminal.shown(file));
        }
    }
}
