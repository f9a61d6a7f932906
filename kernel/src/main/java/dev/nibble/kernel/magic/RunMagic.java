package dev.nibble.kernel.magic;

import dev.nibble.core.CancelToken;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.jshell.Evaluation;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %run}: a file's code in this session, as if it stood in the cell. */
public final class RunMagic extends OptionMagic<RunMagic.Arguments> {
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package\\s+[\\w.]+\\s*;");
    private static final Pattern CLASS =
            Pattern.compile("(?m)^(?:public\\s+)?(?:final\\s+)?(?:class|record)\\s+(\\w+)");
    private static final Pattern MAIN_OF_CLASS =
            Pattern.compile("(?m)^[ \\t]+(?:public\\s+)?static\\s+void\\s+main\\s*\\(\\s*(String\\b)?");
    private static final Pattern MAIN =
            Pattern.compile("(?m)^(?:public\\s+)?(?:static\\s+)?void\\s+main\\s*\\(\\s*(String\\b)?");

    /** Its options. */
    @Command(
            name = "run",
            description = {
                "runs a file in this session: what it declares is there afterwards",
                "Code and magics of a .jsh or another text, the cells of an .ipynb, or a .java file, whose main method is"
                        + " called if it has one."
            })
    static final class Arguments {
        @Parameters(index = "0", paramLabel = "FILE|URL", description = "a file, or its address")
        private String where;

        @Parameters(index = "1..*", arity = "0..*", paramLabel = "ARGUMENT", description = "for its main method")
        private List<String> arguments = List.of();
    }

    /** Its one. */
    public RunMagic() {
        super(Arguments::new, Argument.PATH);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws Exception {
        CodeFile file = context.session().call(() -> CodeFile.read(arguments.where));
        int number = 0;
        for (CodeFile.Part cell : file.cells()) {
            number++;
            String name = file.isNotebook() ? file.name() + ", code cell " + number : file.name();
            // A package has no place in a session; its line stays as long as it was, for the places of errors.
            String text = file.name().endsWith(".java")
                    ? PACKAGE.matcher(cell.code())
                            .replaceFirst(found -> " ".repeat(found.group().length()))
                    : cell.code();
            Evaluation done = run(name, text, cell.above(), context);
            if (done.problem() != null) {
                return done;
            }
        }
        if (file.name().endsWith(".java")) {
            String main = main(file.cells().getFirst().code(), arguments.arguments);
            if (!main.isEmpty()) {
                return context.session().evaluate(new CellSource("%run", main), 0, main.length());
            }
        }
        return Evaluation.NOTHING;
    }

    private static Evaluation run(String name, String text, int above, Context context) throws Exception {
        Magics magics = context.workspace().magics();
        var check = new CodeCheck(context.engine().analysis());
        CancelToken stop = context.cell().progress().cancelToken();
        Evaluation last = Evaluation.NOTHING;
        int lines = above;
        for (String part : magics.asTyped(text, code -> magics.check(code, check, context.engine()::declares), stop)) {
            last = magics.run(new CellSource(name, "\n".repeat(lines) + part), context);
            if (last.problem() != null) {
                break;
            }
            lines += part.split("\n", -1).length;
        }
        return last;
    }

    /** The call of the file's main method; empty if it has none. */
    private static String main(String code, List<String> arguments) {
        String words = arguments.stream()
                .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining(", ", "new String[] {", "}"));
        Matcher plain = MAIN.matcher(code);
        if (plain.find()) {
            return "main(" + (plain.group(1) == null ? "" : words) + ");";
        }
        Matcher type = CLASS.matcher(code);
        Matcher inClass = MAIN_OF_CLASS.matcher(code);
        return inClass.find() && type.find()
                ? type.group(1) + ".main(" + (inClass.group(1) == null ? "" : words) + ");"
                : "";
    }
}
