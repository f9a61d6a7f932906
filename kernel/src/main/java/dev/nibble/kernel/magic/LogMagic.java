package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.util.Iterator;
import java.util.Locale;
import java.util.logging.Level;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %log}: what loggers write, in the cell. */
public final class LogMagic extends OptionMagic<LogMagic.Arguments> {
    private static final LogView VIEW = new LogView();

    /** The levels, most quiet first. */
    static final class Levels implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of("off", "error", "warning", "info", "debug", "trace")
                    .iterator();
        }
    }

    /** Its options. */
    @Command(
            name = "log",
            description = {
                "shows what loggers write from a level on, in the cell that makes them write; alone it lists the levels",
                "For java.util.logging and System.Logger. Nibble's own library keeps no log: it reports progress, and"
                        + " says what is wrong in its exceptions. Libraries that log by SLF4J are silent here."
            })
    static final class Arguments {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "LEVEL",
                completionCandidates = Levels.class,
                description = "${COMPLETION-CANDIDATES}")
        private String level;

        @Parameters(
                index = "1",
                arity = "0..1",
                defaultValue = "",
                paramLabel = "LOGGER",
                description = "a logger and those below it, such as java.net.http; all without it")
        private String logger;
    }

    /** Its one. */
    public LogMagic() {
        super(Arguments::new, Argument.TEXT);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) {
        if (arguments.level != null) {
            Level level = LogView.LEVELS.get(arguments.level.toLowerCase(Locale.ROOT));
            if (level == null) {
                throw new UsageError(arguments.level + " is no level: " + String.join(", ", new Levels()));
            }
            VIEW.show(arguments.logger, level);
        }
        LogView.levels()
                .forEach((name, level) -> context.cell()
                        .say(LogView.name(level) + "  " + (name.isEmpty() ? "all loggers" : name + " and below")));
        return Evaluation.NOTHING;
    }
}
