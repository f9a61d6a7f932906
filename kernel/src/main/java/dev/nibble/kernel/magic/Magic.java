package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.Engine;
import dev.nibble.kernel.jshell.Evaluation;
import java.util.List;

/**
 * One magic as the kernel knows it: {@code %name …} on a line, or {@code %%name …} before a whole cell. Those of other
 * people are {@link dev.nibble.kernel.spi.MagicCommand}; one of ours with options extends {@link OptionMagic}.
 */
public interface Magic {
    /** The word after the percent sign. */
    String name();

    /** How it is written, for help: {@code "%time CODE"}. */
    List<String> usage();

    /** Whether it may be written as {@code %name}, or with {@code whole} as {@code %%name} before a whole cell. */
    default boolean stands(boolean whole) {
        return usage().stream().anyMatch(one -> one.startsWith("%") && one.startsWith("%%") == whole);
    }

    /** What it does, one line. */
    String help();

    /** The words that its arguments may hold, such as {@code -n}: completion offers them. None, unless it says so. */
    default List<Option> options() {
        return List.of();
    }

    /** What its other arguments are, so that completion knows what to offer there; plain text, unless it says so. */
    default Argument argument() {
        return Argument.TEXT;
    }

    /** All that there is to say about how it is written. */
    default String manual() {
        return String.join("\n", usage()) + "\n" + help();
    }

    /**
     * Runs it.
     *
     * @throws UsageError if it was written wrongly
     */
    Evaluation run(Call call, Context context) throws Exception;

    /**
     * A word that a magic understands.
     *
     * @param word as it is written: {@code "-n"}
     * @param says what it does, a few words
     * @param value what is written after it, such as {@code "N"}; empty for a word that stands alone
     * @param choices the values that may be written after it; empty where they are not a list
     */
    record Option(String word, String says, String value, List<String> choices) {
        public Option {
            choices = List.copyOf(choices);
        }

        /** A word that stands alone. */
        public Option(String word, String says) {
            this(word, says, "", List.of());
        }
    }

    /** What a magic's arguments are, apart from its {@link #options}. */
    enum Argument {
        /** There are none. */
        NOTHING,
        /** Nothing that could be completed. */
        TEXT,
        /** Java, as in a cell. */
        CODE,
        /** The name of a variable, method or class. */
        NAME,
        /** Names of the session's variables. */
        VARIABLE,
        /** The path of a file. */
        PATH
    }

    /**
     * How a magic was written.
     *
     * @param source the cell
     * @param argumentsBegin where the rest of the magic's line begins in the cell
     * @param argumentsEnd where that line ends
     * @param bodyEnd where the lines after it end that belong to it: the cell's end after {@code %%}, else the line's
     */
    record Call(CellSource source, int argumentsBegin, int argumentsEnd, int bodyEnd) {
        /** Whether it stands before a whole cell. */
        public boolean wholeCell() {
            return bodyEnd > argumentsEnd;
        }

        /** The rest of its line, without the blanks around it. */
        public String arguments() {
            return source.text().substring(argumentsBegin, argumentsEnd).strip();
        }
    }

    /**
     * What a magic can work with.
     *
     * @param cell the running cell
     * @param engine the session
     * @param session evaluates code of the cell
     * @param workspace what the session holds besides Java
     */
    record Context(Cell cell, Engine engine, Engine.Session session, Workspace workspace) {
        /** Every magic there is. */
        public List<Magic> all() {
            return workspace.magics().all();
        }
    }

    /** A magic was written wrongly; the message says how to write it. */
    final class UsageError extends RuntimeException {
        public UsageError(String message) {
            super(message);
        }
    }
}
