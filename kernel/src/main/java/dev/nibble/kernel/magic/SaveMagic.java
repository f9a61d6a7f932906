package dev.nibble.kernel.magic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
    @Command(name = "save", description = "writes what this session's cells ran to a file, which %%run and %%load read")
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
        Map<Integer, String> wanted = wanted(arguments.cells, ran);
        if (wanted.isEmpty()) {
            throw new UsageError("no cell has run yet");
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
                        "saved %d %s in %s (%,d bytes)",
                        wanted.size(),
                        wanted.size() == 1 ? "cell" : "cells",
                        arguments.file,
                        bytes));
        return Evaluation.NOTHING;
    }

    private static Map<Integer, String> wanted(List<String> ranges, NavigableMap<Integer, String> ran) {
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
