package dev.nibble.kernel.magic;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells the magics of a cell from its Java, for who looks at code that is being written. */
final class MagicLines {
    private static final Pattern CALL = Pattern.compile("[ \\t]*%{1,2}(\\w+)[ \\t]+(.*)", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("[ \\t]*!(?![=!(])(.*)");
    private static final Pattern WHOLE = Pattern.compile("\\A\\s*%%([A-Za-z]\\w*)[^\\n]*");

    private final Magics magics;

    /** @param magics of the session */
    MagicLines(Magics magics) {
        this.magics = magics;
    }

    /**
     * A magic before a whole cell.
     *
     * @param magic empty if there is none of that name
     * @param begin where its line begins, behind the blanks before it
     * @param end where its line ends
     */
    record Whole(Optional<Magic> magic, int begin, int end) {}

    /** The magic before the whole cell, if it has one. */
    Optional<Whole> whole(String code) {
        Matcher whole = WHOLE.matcher(code);
        return whole.find()
                ? Optional.of(new Whole(named(whole.group(1)), whole.start(), whole.end()))
                : Optional.empty();
    }

    /**
     * A magic on a line.
     *
     * @param arguments what follows its name
     * @param begin where that begins in the line
     */
    record Call(Magic magic, String arguments, int begin) {}

    /** The magic that a line, or the beginning of one, calls. */
    Optional<Call> call(String line) {
        Matcher call = CALL.matcher(line);
        return call.matches()
                ? named(call.group(1)).map(magic -> new Call(magic, call.group(2), call.start(2)))
                : Optional.empty();
    }

    /** The command for the shell that a line is, or begins, which stands at a place of the code. */
    static Optional<String> command(String line, String code, int at) {
        Matcher command = COMMAND.matcher(line);
        return command.matches() && endsStatement(code.substring(0, at))
                ? Optional.of(command.group(1))
                : Optional.empty();
    }

    Optional<Magic> named(String name) {
        return magics.all().stream().filter(magic -> magic.name().equals(name)).findFirst();
    }

    /** Java of which the lines that are magics, up to some place, are blank. */
    String withoutMagics(String code, int upTo) {
        String java = code;
        int at = 0;
        while (at < upTo) {
            int end = code.indexOf('\n', at);
            end = end < 0 ? code.length() : end;
            String line = code.substring(at, end);
            boolean isMagic =
                    call(line + " ").isPresent() || command(line, java, at).isPresent();
            if (isMagic && end < upTo) {
                java = blank(java, at, end);
            }
            at = end + 1;
        }
        return java;
    }

    static String blank(String text, int from, int to) {
        return text.substring(0, from) + " ".repeat(to - from) + text.substring(to);
    }

    /** Whether a new statement begins after this. */
    private static boolean endsStatement(String code) {
        String text = code.stripTrailing();
        return text.isEmpty() || text.endsWith(";") || text.endsWith("}") || text.endsWith("*/");
    }
}
