package dev.nibble.kernel.magic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.jshell.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %save}: the session's cells in a file. */
public final class SaveMagic extends OptionMagic<SaveMagic.Arguments> {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

    /** Its options. */
    @Command(
            name = "save",
            description =
                    "writes this session's cells, without those that failed, to a file which %%run and %%load read")
    static final class Arguments {
        @Parameters(index = "0", paramLabel = "FILE", description = "a .jsh, .java or other text file, or an .ipynb")
        private Path file;

        @Parameters(
                index = "1..*",
                arity = "0..*",
                split = ",",
                paramLabel = "CELLS",
                description = "numbers and ranges of cells: 2 4-7; without them all that ran")
        private List<String> cells = List.of();

        @CommandLine.Option(
                names = {"-f", "--force"},
                description = "write over a file that is there")
        private boolean force;

        @CommandLine.Option(
                names = {"-a", "--append"},
                description = "to the end of a file that is there")
        private boolean append;

        @CommandLine.Option(names = "--failed", description = "also the cells that failed")
        private boolean failed;
    }

    /** Its one. */
    public SaveMagic() {
        super(Arguments::new, Argument.PATH);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws IOException {
        TreeMap<Integer, String> ran = new TreeMap<>(context.workspace().cells());
        if (!ran.isEmpty() && ran.lastEntry().getValue().equals(call.source().text())) {
            ran.remove(ran.lastKey()); // this cell
        }
        NavigableMap<Integer, String> wanted = wanted(arguments.cells, ran);
        if (wanted.isEmpty()) {
            throw new UsageError("no cell has run yet");
        }
        int asked = wanted.size();
        if (!arguments.failed) {
            wanted.keySet().removeIf(context.workspace()::hasFailed);
        }
        int failed = asked - wanted.size();
        Set<String> calls = new TreeSet<>();
        wanted.replaceAll((_, code) -> again(code, arguments.file, context, calls));
        wanted.values().removeIf(String::isBlank);
        String leftOut = leftOut(failed, calls);
        if (wanted.isEmpty()) {
            throw new UsageError("there is nothing to save" + leftOut);
        }
        boolean notebook = arguments.file.toString().toLowerCase(Locale.ROOT).endsWith(".ipynb");
        if (Files.exists(arguments.file) && !arguments.force && !arguments.append) {
            throw new UsageError(arguments.file + " is there already: -f writes over it, -a writes to its end");
        }
        if (notebook && arguments.append) {
            throw new UsageError("-a can not add to a notebook");
        }
        long bytes = TextFiles.write(
                arguments.file,
                notebook ? notebook(wanted) : (arguments.append ? "\n" : "") + text(wanted),
                arguments.append);
        context.cell()
                .say(String.format(
                        Locale.ROOT,
                        "saved %d %s in %s (%,d bytes)%s",
                        wanted.size(),
                        wanted.size() == 1 ? "cell" : "cells",
                        arguments.file,
                        bytes,
                        leftOut));
        return Evaluation.NOTHING;
    }

    /** A cell without what a file should not do when it runs: end the session's state, write files of cells, run itself. */
    private static String again(String code, Path file, Context context, Set<String> calls) {
        var source = new CellSource("", code);
        var check = new CodeCheck(context.engine().analysis());
        var kept = new StringBuilder(code);
        try {
            var pieces = context.workspace().magics().pieces(source, check, context.engine()::declares);
            for (Magics.Piece piece : pieces.reversed()) {
                String name = piece.magic() == null ? "" : piece.magic().name();
                if (name.equals("reset")
                        || name.equals("save")
                        || (name.equals("run") && names(piece.call().arguments(), file))) {
                    kept.delete(piece.begin(), piece.end());
                    calls.add("%" + name);
                }
            }
        } catch (UsageError e) {
            return code; // it failed, and is wanted nevertheless
        }
        return kept.toString();
    }

    private static boolean names(String words, Path file) {
        Path saved = file.toAbsolutePath().normalize();
        return Words.of(words).stream().anyMatch(word -> isPath(word.text(), saved));
    }

    private static boolean isPath(String word, Path saved) {
        try {
            return OptionMagic.path(word).toAbsolutePath().normalize().equals(saved);
        } catch (InvalidPathException noPath) {
            return false;
        }
    }

    private static String leftOut(int failed, Set<String> calls) {
        var parts = new ArrayList<String>();
        if (failed > 0) {
            parts.add(failed + (failed == 1 ? " cell that" : " cells that") + " failed (--failed keeps "
                    + (failed == 1 ? "it)" : "them)"));
        }
        if (!calls.isEmpty()) {
            parts.add("calls of " + String.join(", ", calls));
        }
        return parts.isEmpty() ? "" : "; left out: " + String.join(", ", parts);
    }

    private static NavigableMap<Integer, String> wanted(List<String> ranges, NavigableMap<Integer, String> ran) {
        if (ranges.isEmpty()) {
            return ran;
        }
        var wanted = new TreeMap<Integer, String>();
        for (String range : ranges) {
            Matcher parts = RANGE.matcher(range);
            if (!parts.matches()) {
                throw new UsageError(range + " is no number of a cell and no range such as 4-7");
            }
            int from = Integer.parseInt(parts.group(1));
            int to = parts.group(2) == null ? from : Integer.parseInt(parts.group(2));
            Map<Integer, String> some = to < from ? Map.of() : ran.subMap(from, true, to, true);
            if (some.isEmpty()) {
                throw new UsageError("no cell with the number " + range + " ran"
                        + (ran.isEmpty() ? "" : "; there are " + ran.firstKey() + " to " + ran.lastKey()));
            }
            wanted.putAll(some);
        }
        return wanted;
    }

    private static String text(Map<Integer, String> cells) {
        return cells.entrySet().stream()
                .map(cell ->
                        CodeFile.mark(cell.getKey()) + "\n" + cell.getValue().strip() + "\n")
                .collect(Collectors.joining("\n"));
    }

    private static String notebook(Map<Integer, String> cells) throws JsonProcessingException {
        var json = new ObjectMapper();
        ObjectNode notebook = json.createObjectNode();
        var list = notebook.putArray("cells");
        cells.forEach((number, code) -> {
            ObjectNode cell = list.addObject();
            cell.put("cell_type", "code").put("id", "in-" + number).putNull("execution_count");
            cell.putObject("metadata");
            cell.putArray("outputs");
            cell.put("source", code);
        });
        ObjectNode metadata = notebook.putObject("metadata");
        metadata.putObject("kernelspec")
                .put("display_name", "Nibble (Java)")
                .put("language", "java")
                .put("name", "nibble");
        metadata.putObject("language_info").put("name", "java");
        notebook.put("nbformat", 4).put("nbformat_minor", 5);
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(notebook) + "\n";
    }
}
