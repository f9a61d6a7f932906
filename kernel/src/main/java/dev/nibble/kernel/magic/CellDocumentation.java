package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Documentation;
import dev.nibble.kernel.jshell.Documentation.Help;
import dev.nibble.kernel.jshell.Engine;
import dev.nibble.kernel.magic.Magic.Argument;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;

/** What the thing at the cursor is in a cell, which may hold magics besides Java. */
public final class CellDocumentation {
    private static final Pattern NAME = Pattern.compile("([ \\t]*%{1,2}(\\w+))([^\\n]*)");

    private final MagicLines lines;
    private final Documentation java;

    /** @param magics of the session */
    public CellDocumentation(Magics magics, Engine engine) {
        this.lines = new MagicLines(magics);
        this.java = new Documentation(engine);
    }

    /**
     * Describes the thing at the cursor: of a magic how it is written, of Java as {@link Documentation} does.
     *
     * @param cursor an index in UTF-16 units
     * @param withSource also how it is written, where that is known
     * @return empty if nothing is known about it
     */
    public Optional<Help> at(String code, int cursor, boolean withSource) {
        int begin = code.lastIndexOf('\n', cursor - 1) + 1;
        int end = code.indexOf('\n', begin);
        Matcher name = NAME.matcher(code.substring(begin, end < 0 ? code.length() : end));
        Optional<Magic> magic = name.matches() ? lines.named(name.group(2)) : Optional.empty();
        Optional<MagicLines.Whole> whole = lines.whole(code);
        if (magic.isPresent()) {
            int arguments = begin + name.end(1);
            boolean isJava = magic.get().argument() == Argument.CODE
                    || magic.get().argument() == Argument.NAME
                    || magic.get().argument() == Argument.VARIABLE;
            Optional<Help> found = isJava && cursor > arguments && !isOption(code, begin, cursor)
                    ? java.at(MagicLines.blank(lines.withoutMagics(code, begin), begin, arguments), cursor, withSource)
                    : Optional.empty();
            return found.or(() -> magic.map(CellDocumentation::manual));
        }
        if (whole.isPresent() && whole.get().end() < cursor) {
            return whole.get()
                    .magic()
                    .filter(it -> it.argument() == Argument.CODE)
                    .flatMap(_ -> java.at(
                            MagicLines.blank(
                                    code, whole.get().begin(), whole.get().end()),
                            cursor,
                            withSource));
        }
        return java.at(lines.withoutMagics(code, begin), cursor, withSource);
    }

    /** Whether the cursor stands in a word of the line that begins with a dash. */
    private static boolean isOption(String code, int lineBegin, int cursor) {
        int word = cursor;
        while (word > lineBegin && !Character.isWhitespace(code.charAt(word - 1))) {
            word--;
        }
        return code.startsWith("-", word);
    }

    private static Help manual(Magic magic) {
        String text = magic.manual();
        return new Help(text, "<pre>" + Entities.escape(text) + "</pre>");
    }
}
