package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.Lexer.Kind;
import dev.nibble.kernel.jshell.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Cuts the code of a cell, finished or not, into its imports, types, methods and statements. */
final class CellParts {
    /** What a part is. */
    enum PartKind {
        IMPORT,
        TYPE,
        METHOD,
        STATEMENT
    }

    /**
     * A part.
     *
     * @param begin where it begins in the code
     * @param end exclusive
     * @param from index of its first token
     * @param to index after its last token
     */
    record Part(PartKind kind, int begin, int end, int from, int to) {}

    private static final Set<String> BLOCKS =
            Set.of("if", "for", "while", "do", "try", "switch", "synchronized", "else", "catch", "finally");
    private static final Set<String> MODIFIERS = Set.of(
            "public", "private", "protected", "static", "final", "abstract", "sealed", "strictfp", "default", "native");
    private static final Set<String> NO_TYPES = Set.of("return", "new", "throw", "yield", "assert", "case", "package");

    private final String code;
    private final List<Token> tokens;

    private CellParts(String code, List<Token> tokens) {
        this.code = code;
        this.tokens = tokens;
    }

    static List<Part> of(String code, List<Token> tokens) {
        return new CellParts(code, tokens).all();
    }

    private List<Part> all() {
        var parts = new ArrayList<Part>();
        int from = 0;
        while (from < tokens.size()) {
            if (tokens.get(from).is(code, ';')) {
                from++;
                continue;
            }
            PartKind kind = kind(from);
            int to = end(from, kind);
            parts.add(
                    new Part(kind, tokens.get(from).begin(), tokens.get(to - 1).end(), from, to));
            from = to;
        }
        return parts;
    }

    private PartKind kind(int from) {
        if (tokens.get(from).is(code, "import")) {
            return PartKind.IMPORT;
        }
        int at = skipModifiers(from);
        if (at < tokens.size() && beginsType(at)) {
            return PartKind.TYPE;
        }
        return at < tokens.size() && beginsMethod(at) ? PartKind.METHOD : PartKind.STATEMENT;
    }

    /** Past modifiers and annotations. */
    private int skipModifiers(int from) {
        int at = from;
        while (at < tokens.size()) {
            Token token = tokens.get(at);
            if (token.is(code, '@') && !word(at + 1).equals("interface")) {
                at += 2;
                if (at < tokens.size() && tokens.get(at).is(code, '(')) {
                    at = closing(at) + 1;
                }
            } else if (token.kind() == Kind.WORD && MODIFIERS.contains(token.text(code))) {
                at++;
            } else {
                break;
            }
        }
        return at;
    }

    private boolean beginsType(int at) {
        String word = word(at);
        return switch (word) {
            case "class", "interface", "enum" -> true;
            case "record" -> isName(at + 1) && (sign(at + 2, '(') || sign(at + 2, '<'));
            default -> sign(at, '@') && word(at + 1).equals("interface");
        };
    }

    /** A type, a name, parameters in brackets and a body that is open at least. */
    private boolean beginsMethod(int from) {
        int at = from;
        if (sign(at, '<')) {
            at = afterTypeArguments(at);
        }
        if (!isName(at) || NO_TYPES.contains(word(at)) || BLOCKS.contains(word(at))) {
            return false;
        }
        at++;
        while (at < tokens.size()) {
            if (sign(at, '.') && isName(at + 1)) {
                at += 2;
            } else if (sign(at, '<')) {
                at = afterTypeArguments(at);
            } else if (sign(at, '[') && sign(at + 1, ']')) {
                at += 2;
            } else {
                break;
            }
        }
        if (!isName(at) || !sign(at + 1, '(')) {
            return false;
        }
        int after = closing(at + 1) + 1;
        if (word(after).equals("throws")) {
            while (after < tokens.size() && !sign(after, '{') && !sign(after, ';')) {
                after++;
            }
        }
        return sign(after, '{') || (after >= tokens.size() && looksLikeParameters(at + 2));
    }

    /** An unfinished list of parameters: a type and a name stand side by side, which no expression has. */
    private boolean looksLikeParameters(int from) {
        return isName(from) && isName(from + 1);
    }

    private int afterTypeArguments(int from) {
        int depth = 0;
        for (int at = from; at < tokens.size(); at++) {
            if (sign(at, '<')) {
                depth++;
            } else if (sign(at, '>') && --depth == 0) {
                return at + 1;
            } else if (sign(at, ';') || sign(at, '{')) {
                break;
            }
        }
        return tokens.size();
    }

    private int end(int from, PartKind kind) {
        boolean isBlock = kind == PartKind.TYPE
                || kind == PartKind.METHOD
                || sign(from, '{')
                || (BLOCKS.contains(word(from)) && !(word(from).equals("switch") && isExpression(from)));
        boolean isDo = word(from).equals("do");
        int at = from;
        while (at < tokens.size()) {
            if (sign(at, '(') || sign(at, '[')) {
                at = closing(at);
            } else if (sign(at, '{')) {
                at = closing(at);
                if (isBlock && !continues(at + 1) && !isDo) {
                    return Math.min(at + 1, tokens.size());
                }
            } else if (sign(at, ';') && !continues(at + 1)) {
                return at + 1;
            }
            at++;
        }
        return tokens.size();
    }

    /** {@code switch (…) { … }} with something after it that only an expression has. */
    private boolean isExpression(int from) {
        int at = from + 1;
        if (sign(at, '(')) {
            at = closing(at) + 1;
        }
        return sign(at, '{') && sign(closing(at) + 1, '.');
    }

    private boolean continues(int at) {
        return Set.of("else", "catch", "finally").contains(word(at));
    }

    private String word(int at) {
        return at < tokens.size() && tokens.get(at).kind() == Kind.WORD
                ? tokens.get(at).text(code)
                : "";
    }

    private boolean isName(int at) {
        return !word(at).isEmpty();
    }

    private boolean sign(int at, char sign) {
        return at < tokens.size() && tokens.get(at).is(code, sign);
    }

    /** The token that closes the bracket at {@code open}; the number of tokens if none does. */
    private int closing(int open) {
        int depth = 0;
        for (int at = open; at < tokens.size(); at++) {
            if (sign(at, '(') || sign(at, '[') || sign(at, '{')) {
                depth++;
            } else if ((sign(at, ')') || sign(at, ']') || sign(at, '}')) && --depth == 0) {
                return at;
            }
        }
        return tokens.size();
    }
}
