package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %load}: a file's code instead of this cell's, to look at, change and run. */
public final class LoadMagic extends OptionMagic<LoadMagic.Arguments> {
    private static final Pattern LINES = Pattern.compile("(\\d{1,7})?(-)?(\\d{1,7})?");

    /** Its options. */
    @Command(
            name = "load",
            description = "puts a file's code into this cell, to look at, change and run; %%run runs it at once")
    static final class Arguments {
        @Parameters(paramLabel = "FILE|URL", description = "a .java, .jsh or other text file, or the code of an .ipynb")
        private String where;

        @CommandLine.Option(
                names = {"-r", "--lines"},
                paramLabel = "FROM-TO",
                description = "only some lines: 5-10, 5-, -10")
        private String lines;
    }

    /** Its one. */
    public LoadMagic() {
        super(Arguments::new, Argument.PATH);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws Exception {
        CodeFile file = context.session().call(() -> CodeFile.read(arguments.where));
        String code = file.text().strip();
        if (arguments.lines != null) {
            code = some(code, arguments.lines);
        }
        context.cell()
                .nextInput(
                        "// " + call.source().text().strip().lines().findFirst().orElse("") + "\n" + code, true);
        return Evaluation.NOTHING;
    }

    private static String some(String code, String range) {
        Matcher typed = LINES.matcher(range);
        if (!typed.matches() || (typed.group(1) == null && typed.group(3) == null)) {
            throw new UsageError(range + " are no lines: write 5-10, 5- or -10");
        }
        List<String> lines = code.lines().toList();
        int from = typed.group(1) == null ? 1 : Integer.parseInt(typed.group(1));
        int to = typed.group(3) != null
                ? Integer.parseInt(typed.group(3))
                : typed.group(2) != null ? lines.size() : from;
        if (from < 1 || from > lines.size() || to < from) {
            throw new UsageError("there are no lines " + range + ": the file has " + lines.size());
        }
        return String.join("\n", lines.subList(from - 1, Math.min(to, lines.size())));
    }
}
