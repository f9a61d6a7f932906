package dev.nibble.kernel.repl;

import dev.nibble.kernel.jshell.CodeCheck;
import java.util.List;
import java.util.function.Function;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Says where input ends: Enter takes another line as long as the code is not complete. */
final class JavaLines implements Parser {
    /** Blanks of a level. */
    static final int INDENT = 4;

    private final Function<String, CodeCheck.Result> check;

    /** @param check of what a cell would hold */
    JavaLines(Function<String, CodeCheck.Result> check) {
        this.check = check;
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        boolean isEntered = context == ParseContext.ACCEPT_LINE || context == ParseContext.UNSPECIFIED;
        // Code that is wrong is taken, and its error is shown; an empty line at the end takes whatever there is.
        if (isEntered && !line.endsWith("\n\n")) {
            CodeCheck.Result result = check.apply(line);
            if (result.status() == CodeCheck.Status.INCOMPLETE) {
                throw new EOFError(-1, -1, "more is needed", "", result.indent().length() / INDENT, null);
            }
        }
        return new Line(line, Math.clamp(cursor, 0, line.length()));
    }

    @Override
    public boolean validVariableName(String name) {
        return false;
    }

    /** Where the name begins that ends at the cursor. */
    static int wordStart(String line, int cursor) {
        int start = cursor;
        while (start > 0 && isPart(line.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static boolean isPart(char c) {
        return Character.isJavaIdentifierPart(c) || c == '%';
    }

    /** Input as one word before the cursor, which is all that completion asks for. */
    private record Line(String line, int cursor) implements CompletingParsedLine {
        @Override
        public String word() {
            return line.substring(wordStart(line, cursor), cursor);
        }

        @Override
        public int wordCursor() {
            return word().length();
        }

        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(word());
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return wordCursor();
        }

        @Override
        public int rawWordLength() {
            return wordCursor();
        }
    }
}
