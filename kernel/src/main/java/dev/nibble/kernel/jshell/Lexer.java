package dev.nibble.kernel.jshell;

import java.util.ArrayList;
import java.util.List;

/** Cuts Java into tokens, also when it is unfinished. Comments and white space leave none. Never fails. */
final class Lexer {
    /** What a token is. */
    enum Kind {
        /** A name or a keyword. */
        WORD,
        NUMBER,
        /** A text, its quotes included; unfinished if the code ends in it. */
        STRING,
        TEXT_BLOCK,
        CHARACTER,
        /** One character of anything else. */
        SIGN,
        /** Only as the last token: the code ends in a comment. */
        COMMENT
    }

    /**
     * A piece of the code.
     *
     * @param begin in UTF-16 units
     * @param end exclusive
     * @param closed false if the code ends before a text, character or comment does
     */
    record Token(Kind kind, int begin, int end, boolean closed) {
        String text(String code) {
            return code.substring(begin, end);
        }

        boolean is(String code, char sign) {
            return kind == Kind.SIGN && code.charAt(begin) == sign;
        }

        /** 1 for a bracket that opens, -1 for one that closes, 0 for anything else. */
        int nesting(String code) {
            return is(code, '(') || is(code, '[') || is(code, '{')
                    ? 1
                    : is(code, ')') || is(code, ']') || is(code, '}') ? -1 : 0;
        }

        boolean is(String code, String word) {
            return kind == Kind.WORD && end - begin == word.length() && code.startsWith(word, begin);
        }
    }

    private final String code;
    private final int end;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String code, int end) {
        this.code = code;
        this.end = end;
    }

    /** The tokens of the first {@code end} characters. */
    static List<Token> tokens(String code, int end) {
        var lexer = new Lexer(code, end);
        while (lexer.at < end) {
            lexer.next();
        }
        return lexer.tokens;
    }

    private void next() {
        int begin = at;
        char c = code.charAt(at);
        if (Character.isWhitespace(c)) {
            at++;
        } else if (looking("//")) {
            until("\n", Kind.COMMENT, begin, begin + 2);
        } else if (looking("/*")) {
            until("*/", Kind.COMMENT, begin, begin + 2);
        } else if (looking("\"\"\"")) {
            quoted("\"\"\"", Kind.TEXT_BLOCK, begin);
        } else if (c == '"') {
            quoted("\"", Kind.STRING, begin);
        } else if (c == '\'') {
            quoted("'", Kind.CHARACTER, begin);
        } else if (Character.isJavaIdentifierStart(c)) {
            while (at < end && Character.isJavaIdentifierPart(code.charAt(at))) {
                at++;
            }
            add(Kind.WORD, begin);
        } else if (Character.isDigit(c)) {
            number(begin);
        } else {
            at++;
            add(Kind.SIGN, begin);
        }
    }

    private void number(int begin) {
        while (at < end) {
            char c = code.charAt(at);
            boolean isPoint = c == '.' && at + 1 < end && Character.isDigit(code.charAt(at + 1));
            boolean isSign = (c == '-' || c == '+') && "eEpP".indexOf(code.charAt(at - 1)) >= 0 && at - 1 > begin;
            if (!Character.isLetterOrDigit(c) && c != '_' && !isPoint && !isSign) {
                break;
            }
            at++;
        }
        add(Kind.NUMBER, begin);
    }

    private boolean looking(String text) {
        return at + text.length() <= end && code.startsWith(text, at);
    }

    private void add(Kind kind, int begin) {
        tokens.add(new Token(kind, begin, at, true));
    }

    /** Skips a comment; one that does not end becomes a token, because the cursor is in it. */
    private void until(String close, Kind kind, int begin, int from) {
        int found = code.indexOf(close, from);
        if (found < 0 || found + close.length() > end) {
            at = end;
            tokens.add(new Token(kind, begin, end, false));
        } else {
            at = found + close.length();
        }
    }

    private void quoted(String quote, Kind kind, int begin) {
        at += quote.length();
        while (at < end) {
            char c = code.charAt(at);
            if (c == '\\') {
                at += 2;
            } else if (looking(quote)) {
                at += quote.length();
                add(kind, begin);
                return;
            } else if (c == '\n' && kind != Kind.TEXT_BLOCK) {
                add(kind, begin); // a line's end ends it, for who has not closed it yet
                return;
            } else {
                at++;
            }
        }
        at = end;
        tokens.add(new Token(kind, begin, end, false));
    }
}
