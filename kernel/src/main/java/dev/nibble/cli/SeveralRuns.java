package dev.nibble.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Several notebooks, one after the other, each in a JVM of its own and in its own folder. */
final class SeveralRuns {
    private static final int INTERRUPTED = 130;

    private final List<String> notebooks;
    private final Supplier<List<String>> options;

    /** @param options of {@code run}, the same for all */
    SeveralRuns(List<String> notebooks, Supplier<List<String>> options) {
        this.notebooks = List.copyOf(notebooks);
        this.options = options;
    }

    /** Refuses what would write two notebooks into one file. */
    static void check(CommandLine line, List<String> notebooks, List<String> outputs, List<RunCommand.Kind> kinds) {
        for (String output : outputs) {
            if (!RunOutputs.isFolder(output)) {
                throw new ParameterException(
                        line, "--output wants a folder for several notebooks, such as " + output + "/");
            }
        }
        var files = new HashSet<String>();
        for (String notebook : notebooks) {
            for (String file : RunOutputs.of(notebook, outputs, kinds)) {
                if (!files.add(file)) {
                    throw new ParameterException(line, "two of the notebooks would be written to " + file);
                }
            }
        }
    }

    /** Runs them all, until one is interrupted; returns the exit code. */
    int run(boolean json) throws IOException {
        var failed = new ArrayList<String>();
        var runs = new ArrayList<JsonNode>();
        int ran = 0;
        int status = 0;
        for (String notebook : notebooks) {
            Path facts = json ? Files.createTempFile("nibble-run", ".json") : null;
            try {
                status = run(notebook, facts);
                if (facts != null && Files.size(facts) > 0) {
                    runs.add(new ObjectMapper().readTree(facts.toFile()));
                }
            } finally {
                if (facts != null) {
                    Files.deleteIfExists(facts);
                }
            }
            if (status == 0) {
                ran++;
            } else {
                failed.add(notebook);
            }
            if (status == INTERRUPTED) {
                break;
            }
        }
        if (json) {
            var all = new LinkedHashMap<String, Object>();
            all.put("ok", failed.isEmpty());
            all.put("failed", failed);
            all.put("runs", runs);
            Json.print(all);
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "%d of %d notebooks ran%s%n",
                    ran,
                    notebooks.size(),
                    failed.isEmpty() ? "" : "; failed: " + String.join(", ", failed));
        }
        return status == INTERRUPTED ? INTERRUPTED : failed.isEmpty() ? 0 : 1;
    }

    private int run(String notebook, Path facts) throws IOException {
        var words = new ArrayList<>(List.of("run", notebook));
        words.addAll(options.get());
        if (facts != null) {
            words.addAll(List.of("--facts", facts.toString()));
        }
        return Relaunch.run(words, Terminal.path(notebook).getParent(), false);
    }
}
