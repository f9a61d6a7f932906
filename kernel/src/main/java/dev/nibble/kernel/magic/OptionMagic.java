package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * A magic whose name, help and options are picocli's annotations on a class of arguments; {@code --help} comes with them.
 * Where code follows the options, all that is neither an option nor its value is code.
 *
 * @param <A> the arguments; a new object for each call
 */
abstract class OptionMagic<A> implements Magic {
    private static final int HELP_COLUMNS = 100;

    private final Supplier<? extends A> arguments;
    private final Argument argument;
    private final boolean onALine;
    private final boolean onACell;
    private volatile CommandSpec spec;

    /** A magic for a line. */
    OptionMagic(Supplier<? extends A> arguments, Argument argument) {
        this(arguments, argument, true, false);
    }

    /**
     * @param arguments makes an object with picocli's annotations
     * @param argument what follows the options
     * @param onALine whether it may be written as {@code %name}
     * @param onACell whether it may be written as {@code %%name}
     */
    OptionMagic(Supplier<? extends A> arguments, Argument argument, boolean onALine, boolean onACell) {
        this.arguments = arguments;
        this.argument = argument;
        this.onALine = onALine;
        this.onACell = onACell;
    }

    /** What picocli makes of the annotations; all magics' together take longer than a cell, so each when it is needed. */
    private CommandSpec spec() {
        CommandSpec made = spec;
        if (made == null) {
            made = line(arguments.get()).getCommandSpec();
            spec = made;
        }
        return made;
    }

    /** Its work. */
    abstract Evaluation run(A arguments, Call call, Context context) throws Exception;

    @Override
    public final String name() {
        return arguments
                .get()
                .getClass()
                .getAnnotation(CommandLine.Command.class)
                .name();
    }

    @Override
    public final List<String> usage() {
        CommandSpec made = spec();
        String[] written = made.usageMessage().customSynopsis();
        if (written.length > 0) {
            return Stream.of(written).map(OptionMagic::plain).toList();
        }
        String synopsis = new CommandLine.Help(made, CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .abbreviatedSynopsis()
                .strip();
        var both = new ArrayList<String>();
        if (onALine) {
            both.add("%" + synopsis);
        }
        if (onACell) {
            both.add("%%" + synopsis);
        }
        return both;
    }

    @Override
    public final boolean stands(boolean whole) {
        return whole ? onACell : onALine;
    }

    @Override
    public final String help() {
        String[] description = spec().usageMessage().description();
        return description.length == 0 ? "" : plain(description[0]);
    }

    @Override
    public final List<Option> options() {
        return spec().options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names()).map(name -> option(name, option)))
                .toList();
    }

    private static Option option(String name, OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : option.paramLabel();
        return new Option(name, plain(String.join(" ", option.description())), value, choices(option));
    }

    @Override
    public final String manual() {
        return line(arguments.get())
                .setUsageHelpWidth(HELP_COLUMNS)
                .getUsageMessage(Ansi.OFF)
                .strip();
    }

    /** Picocli takes a percent sign for the beginning of a format, unless there are two. */
    private static String plain(String text) {
        return text.replace("%%", "%");
    }

    private static List<String> choices(OptionSpec option) {
        return option.completionCandidates() == null
                ? List.of()
                : StreamSupport.stream(option.completionCandidates().spliterator(), false)
                        .toList();
    }

    @Override
    public final Argument argument() {
        return argument;
    }

    @Override
    public final Evaluation run(Call call, Context context) throws Exception {
        if (!(call.wholeCell() ? onACell : onALine)) {
            throw new UsageError(
                    call.wholeCell()
                            ? "%" + name() + " stands on one line, with one percent sign"
                            : "%%" + name() + " stands before a whole cell, with two percent signs");
        }
        String line = call.source().text().substring(call.argumentsBegin(), call.argumentsEnd());
        List<Words.Word> words = Words.of(line);
        A parsed = arguments.get();
        CommandLine command = line(parsed);
        try {
            var result = command.parseArgs(words.stream().map(Words.Word::text).toArray(String[]::new));
            if (result.isUsageHelpRequested()) {
                context.cell().say(manual());
                return Evaluation.NOTHING;
            }
        } catch (ParameterException e) {
            throw new UsageError(e.getMessage() + "; written as " + String.join(" or ", usage()) + " (%" + name()
                    + " --help says more)");
        }
        int read = words.size() - command.getUnmatchedArguments().size();
        int rest = argument == Argument.CODE && read < words.size()
                ? call.argumentsBegin() + words.get(read).begin()
                : call.argumentsEnd();
        return run(parsed, new Call(call.source(), rest, call.argumentsEnd(), call.bodyEnd()), context);
    }

    private CommandLine line(A object) {
        CommandLine line = new CommandLine(object)
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(false)
                .registerConverter(Path.class, OptionMagic::path);
        CommandSpec made = line.getCommandSpec();
        if (!made.optionsMap().containsKey("--help")) {
            Set<String> taken = made.optionsMap().keySet();
            String[] names = taken.contains("-h") ? new String[] {"--help"} : new String[] {"-h", "--help"};
            made.addOption(OptionSpec.builder(names)
                    .usageHelp(true)
                    .description("says how it is written")
                    .build());
        }
        if (argument == Argument.CODE) {
            line.setStopAtUnmatched(true);
        }
        if (made.usageMessage().customSynopsis().length == 0) {
            made.usageMessage().synopsisHeading(onALine ? "%%" : "%%%%");
        } else {
            made.usageMessage().synopsisHeading("");
        }
        return line;
    }

    /** A path as a shell would take it. */
    static Path path(String typed) {
        return typed.equals("~") || typed.startsWith("~/")
                ? Path.of(System.getProperty("user.home") + typed.substring(1))
                : Path.of(typed);
    }

    /** The names of some magics, for a message. */
    static String names(List<? extends Magic> magics) {
        return magics.stream().map(magic -> "%" + magic.name()).collect(Collectors.joining(", "));
    }

    /** The cell failed for a reason that needs no stack. */
    static Evaluation failed(String kind, String message) {
        List<String> lines =
                ("\u001b[31m" + kind + "\u001b[0m: " + message).lines().toList();
        return Evaluation.failed(new Problem(kind, message, lines));
    }
}
