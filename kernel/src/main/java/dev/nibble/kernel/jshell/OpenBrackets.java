package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.Lexer.Kind;
import dev.nibble.kernel.jshell.Lexer.Token;

/**
 * Tells of code that comes line by line whether it ends inside of a bracket, a text block or a comment. Each line is
 * read once, so a long class takes no longer than its lines.
 */
public final class OpenBrackets {
    private int depth;
    /** What begins a text block or a comment that goes on; empty if there is none. */
    private String inside = "";

    /** Reads the next line. */
    public void read(String line) {
        String code = inside + line + "\n";
        inside = "";
        for (Token token : Lexer.tokens(code, code.length())) {
            depth += token.nesting(code);
            if (!token.closed() && token.kind() == Kind.TEXT_BLOCK) {
                inside = "\"\"\"\n";
            } else if (!token.closed() && token.kind() == Kind.COMMENT) {
                inside = "/*";
            }
        }
    }

    /** Whether something is open. */
    public boolean isOpen() {
        return depth > 0 || !inside.isEmpty();
    }
}
