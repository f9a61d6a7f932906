package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.Notebook;
import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.jshell.Evaluation;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %reset}: forgets what cells declared, so that its memory is free. */
public final class ResetMagic extends OptionMagic<ResetMagic.Arguments> {
    private static final int NAMED = 12;

    /** Its options. */
    @Command(
            name = "reset",
            description = {
                "forgets variables, methods and classes: those that are named, or all after a question",
                "Imports, the class path and magics stay. What nothing else holds is free memory then."
            })
    static final class Arguments {
        @Parameters(paramLabel = "NAME", description = "what to forget; nothing named means everything")
        private List<String> names = List.of();

        @CommandLine.Option(
                names = {"-m", "--matching"},
                paramLabel = "REGEX",
                description = "forget the names in which this is found: ^tmp")
        private String pattern;

        @CommandLine.Option(
                names = {"-f", "--force"},
                description = "do not ask")
        private boolean force;
    }

    /** Its one. */
    public ResetMagic() {
        super(Arguments::new, Argument.VARIABLE);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws Exception {
        if (!arguments.names.isEmpty() || arguments.pattern != null) {
            some(arguments, context);
            return Evaluation.NOTHING;
        }
        if (!arguments.force && !confirmed(context)) {
            context.cell().say("nothing was forgotten");
            return Evaluation.NOTHING;
        }
        Workspace workspace = context.workspace();
        context.session().call(() -> {
            workspace.end(context.cell()::note);
            return null;
        });
        Displays.forgetRegistered();
        List<String> gone = context.engine().classes().forgetAll();
        context.cell().say(gone.isEmpty() ? "there was nothing to forget" : says(gone) + "; imports and jars stay");
        workspace.extensions(context, false).forEach(context.cell()::say);
        return Evaluation.NOTHING;
    }

    private static void some(Arguments arguments, Context context) {
        Predicate<String> matches = name -> false;
        if (arguments.pattern != null) {
            try {
                matches = Pattern.compile(arguments.pattern).asPredicate();
            } catch (PatternSyntaxException e) {
                throw new UsageError(arguments.pattern + " is no regular expression: " + e.getDescription());
            }
        }
        List<String> unknown = new ArrayList<>(arguments.names);
        unknown.removeIf(name -> context.engine().classes().knows(name));
        if (!unknown.isEmpty()) {
            throw new UsageError("there is no " + String.join(", ", unknown) + "; %who lists the variables");
        }
        List<String> gone = context.engine().classes().forget(matches.or(arguments.names::contains));
        context.cell().say(gone.isEmpty() ? "no name matches " + arguments.pattern : says(gone));
    }

    private static String says(List<String> gone) {
        int more = gone.size() - NAMED;
        return "forgot " + String.join(", ", gone.subList(0, Math.min(NAMED, gone.size())))
                + (more > 0 ? " and " + more + " more" : "");
    }

    private static boolean confirmed(Context context) throws Exception {
        try {
            String answer = context.session()
                    .call(() -> Notebook.input("Forget all variables, methods and classes of this session (y/n)? "));
            return answer != null && answer.strip().matches("(?i)y(es)?");
        } catch (UncheckedIOException nobody) {
            throw new UsageError("%reset asks first, and nobody can answer here: %reset -f does not ask");
        }
    }
}
