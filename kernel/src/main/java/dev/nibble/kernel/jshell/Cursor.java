package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.CellParts.Part;
import dev.nibble.kernel.jshell.CellParts.PartKind;
import dev.nibble.kernel.jshell.Lexer.Kind;
import dev.nibble.kernel.jshell.Lexer.Token;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A place in the code of a cell, and the cell as a class that the compiler reads, with a {@link #MARK} at that place.
 * Before the place stands what the cell says; after it only what closes open brackets.
 */
final class Cursor {
    /** Stands in the code for the name or text that is being typed. */
    static final String MARK = "nibble$here";

    /** The class around the code. */
    static final String CLASS = "Nibble$Cell";

    /** What is being typed. */
    enum Place {
        /** A name that nothing stands before. */
        NAME,
        /** A name after a dot. */
        MEMBER,
        /** Inside the quotes of a text. */
        TEXT,
        /** After {@code import}. */
        IMPORT,
        /** Where only the name of a type makes sense: after {@code new}, {@code extends}, {@code <}. */
        TYPE,
        /** After {@code @}. */
        ANNOTATION,
        /** Where the name of something new stands, a number, a comment: nothing can be offered. */
        NOTHING
    }

    private static final Set<String> BEFORE_TYPES =
            Set.of("new", "extends", "implements", "throws", "instanceof", "permits");
    private static final Set<String> CONTROLS = Set.of("if", "for", "while", "switch", "try", "catch", "synchronized");
    private static final Set<String> PRIMITIVES =
            Set.of("int", "long", "short", "byte", "char", "float", "double", "boolean", "var", "void");

    private final String code;
    private final String behind;
    private final int at;
    private final List<Token> tokens;
    private final List<Part> parts;
    private final Place place;
    private final int begin;

    /**
     * @param code the cell, whose magics are blanked out
     * @param at in UTF-16 units
     */
    Cursor(String code, int at) {
        this(code, at, "");
    }

    /** @param behind what the name is called with, in brackets; empty if that does not matter */
    Cursor(String code, int at, String behind) {
        this.behind = behind;
        this.code = code;
        this.at = at;
        this.tokens = Lexer.tokens(code, at);
        this.parts = CellParts.of(code, tokens);
        Token last = tokens.isEmpty() ? null : tokens.getLast();
        boolean touches = last != null && last.end() == at;
        if (last != null && !last.closed()) {
            boolean isText = last.kind() == Kind.STRING || last.kind() == Kind.TEXT_BLOCK;
            begin = isText ? last.begin() + (last.kind() == Kind.STRING ? 1 : 3) : at;
            place = isText ? Place.TEXT : Place.NOTHING;
        } else {
            boolean isWord = touches && last.kind() == Kind.WORD;
            begin = isWord ? last.begin() : at;
            place = touches && last.kind() == Kind.NUMBER ? Place.NOTHING : place(isWord);
        }
    }

    private Place place(boolean isWord) {
        int before = tokens.size() - (isWord ? 2 : 1);
        if (!parts.isEmpty() && parts.getLast().kind() == PartKind.IMPORT) {
            Part importing = parts.getLast();
            boolean isOver = !isWord && tokens.getLast().is(code, ';');
            if (!isOver && before >= importing.from()) {
                return Place.IMPORT;
            }
        }
        if (before < 0) {
            return Place.NAME;
        }
        Token previous = tokens.get(before);
        if (previous.is(code, '.')) {
            return Place.MEMBER;
        }
        if (previous.is(code, ':') && before > 0 && tokens.get(before - 1).is(code, ':')) {
            return Place.MEMBER;
        }
        if (previous.is(code, '@')) {
            return Place.ANNOTATION;
        }
        if (previous.kind() == Kind.WORD) {
            String word = previous.text(code);
            if (BEFORE_TYPES.contains(word)) {
                return Place.TYPE;
            }
            boolean isOnNewLine = code.substring(previous.end(), Math.max(previous.end(), begin))
                            .indexOf('\n')
                    >= 0;
            boolean isType = PRIMITIVES.contains(word)
                    || (Character.isUpperCase(word.charAt(0))
                            && !isOnNewLine
                            && !word.equals(word.toUpperCase(Locale.ROOT)));
            return isType ? Place.NOTHING : Place.NAME;
        }
        if (previous.is(code, '<') || previous.is(code, ',')) {
            return isTypeArgument(before) ? Place.TYPE : Place.NAME;
        }
        if (previous.is(code, '(') && before > 0 && tokens.get(before - 1).is(code, "catch")) {
            return Place.TYPE;
        }
        // The end of a type, such as "List<String> " and "int[] ": a new name follows.
        boolean endsType =
                (previous.is(code, ']') && before > 0 && tokens.get(before - 1).is(code, '['))
                        || (previous.is(code, '>') && closesTypeArguments(before));
        return endsType ? Place.NOTHING : Place.NAME;
    }

    /** Whether the token, a comma or a bracket, stands in {@code Type<…}. */
    private boolean isTypeArgument(int index) {
        int depth = 0;
        for (int i = index; i > 0; i--) {
            Token token = tokens.get(i);
            if (token.is(code, '>')) {
                depth++;
            } else if (token.is(code, '<')) {
                if (depth-- == 0) {
                    Token name = tokens.get(i - 1);
                    return name.kind() == Kind.WORD
                            && name.end() == token.begin()
                            && Character.isUpperCase(code.charAt(name.begin()));
                }
            } else if (token.kind() != Kind.WORD && !token.is(code, ',') && !token.is(code, '.')) {
                return false;
            }
        }
        return false;
    }

    private boolean closesTypeArguments(int index) {
        int depth = 0;
        for (int i = index; i > 0; i--) {
            Token token = tokens.get(i);
            if (token.is(code, '>')) {
                depth++;
            } else if (token.is(code, '<') && --depth == 0) {
                Token name = tokens.get(i - 1);
                return name.kind() == Kind.WORD && Character.isUpperCase(code.charAt(name.begin()));
            } else if (token.is(code, ';') || token.is(code, '(') || token.is(code, '{')) {
                return false;
            }
        }
        return false;
    }

    Place place() {
        return place;
    }

    /** Where the name or text begins that is being typed. */
    int begin() {
        return begin;
    }

    /** What of it stands before the cursor. */
    String typed() {
        return code.substring(begin, at);
    }

    /** Where the word ends that the cursor is in. */
    int wordEnd() {
        int end = at;
        while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
            end++;
        }
        return end;
    }

    /** After {@code import}: what stands before the name that is being typed, such as {@code java.util.}. */
    String importPath() {
        Part part = parts.getLast();
        var path = new StringBuilder();
        for (int i = part.from() + 1; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.end() > begin) {
                break;
            }
            if (!token.is(code, "static") && !token.is(code, "module")) {
                path.append(token.text(code));
            }
        }
        return path.toString();
    }

    /** Whether the import is one of a class's members. */
    boolean isStaticImport() {
        Part part = parts.getLast();
        return part.from() + 1 < tokens.size() && tokens.get(part.from() + 1).is(code, "static");
    }

    /** Whether a statement begins here: keywords make sense. */
    boolean beginsStatement() {
        int before = tokens.size() - (typed().isEmpty() ? 1 : 2);
        if (before < 0) {
            return true;
        }
        Token previous = tokens.get(before);
        return previous.is(code, ';')
                || previous.is(code, '{')
                || previous.is(code, '}')
                || previous.is(code, "else")
                || previous.is(code, "do")
                || (previous.is(code, '>')
                        && before > 0
                        && tokens.get(before - 1).is(code, '-'))
                || (previous.is(code, ')')
                        && code.substring(previous.end(), begin).indexOf('\n') >= 0);
    }

    /** Whether only what can be thrown makes sense. */
    boolean wantsThrowable() {
        int before = tokens.size() - (typed().isEmpty() ? 1 : 2);
        if (before < 0) {
            return false;
        }
        return tokens.get(before).is(code, "throws")
                || (tokens.get(before).is(code, '(')
                        && before > 0
                        && tokens.get(before - 1).is(code, "catch"))
                || (tokens.get(before).is(code, "new")
                        && before > 0
                        && tokens.get(before - 1).is(code, "throw"));
    }

    /** Whether the name is that of a {@code case}. */
    boolean isCase() {
        int before = tokens.size() - (typed().isEmpty() ? 1 : 2);
        while (before > 0 && tokens.get(before).is(code, ',')) {
            before -= 2;
        }
        return before >= 0 && tokens.get(before).is(code, "case");
    }

    /** The unit that the compiler reads. */
    String unit(SessionView view) {
        var imports = new StringBuilder("package REPL;\n");
        for (String line : view.imports()) {
            imports.append(line).append(line.endsWith(";") ? "\n" : ";\n");
        }
        var names = new java.util.HashSet<String>();
        // The newest of a name counts.
        for (SessionView.Member member : view.members().reversed()) {
            if (names.add(member.kind() + " " + member.name()) && view.classes().containsKey(member.holder())) {
                imports.append("import static ")
                        .append(member.holder())
                        .append('.')
                        .append(member.name())
                        .append(";\n");
            }
        }
        var members = new StringBuilder();
        var body = new StringBuilder();
        Part here = null;
        for (Part part : parts) {
            boolean isLast = part.equals(parts.getLast()) && isOpen(part);
            if (isLast) {
                here = part;
            } else {
                add(part, imports, members, body);
            }
        }
        addOpen(here, body);
        return imports + "class " + CLASS + " {\n" + members + "static void run() throws Throwable {\n" + body
                + "\n}\n}\n";
    }

    private boolean isOpen(Part part) {
        return begin < part.end() || place == Place.TEXT || !isFinished(part);
    }

    private boolean isFinished(Part part) {
        Token last = tokens.get(part.to() - 1);
        if (last.is(code, ';')) {
            return true;
        }
        return last.is(code, '}')
                && (part.kind() != PartKind.STATEMENT || (openBrackets(part).isEmpty() && isBlock(part)));
    }

    private boolean isBlock(Part part) {
        Token first = tokens.get(part.from());
        return first.is(code, '{') || CONTROLS.contains(first.text(code)) || first.is(code, "do");
    }

    private void add(Part part, StringBuilder imports, StringBuilder members, StringBuilder body) {
        String text = code.substring(part.begin(), part.end());
        switch (part.kind()) {
            case IMPORT -> imports.append(text).append('\n');
            case TYPE, METHOD -> {
                boolean isStatic = tokens.subList(part.from(), Math.min(part.to(), part.from() + 4)).stream()
                        .anyMatch(token -> token.is(code, "static"));
                members.append(isStatic ? "" : "static ").append(text).append('\n');
            }
            case STATEMENT -> body.append(text).append(text.endsWith(";") || text.endsWith("}") ? "\n" : ";\n");
        }
    }

    private void addOpen(Part part, StringBuilder body) {
        String written = part == null ? "" : code.substring(part.begin(), begin);
        String mark = place == Place.TEXT ? MARK + (tokens.getLast().kind() == Kind.STRING ? "\"" : "\n\"\"\"") : MARK;
        if (place == Place.TEXT && tokens.getLast().kind() == Kind.TEXT_BLOCK) {
            mark = "\n" + mark;
        }
        boolean isMethod = part != null && part.kind() == PartKind.METHOD;
        body.append(isMethod ? "new Object() {\n" : "")
                .append(written)
                .append(mark)
                .append(behind)
                .append(part == null ? ";" : closers(part))
                .append(isMethod ? "\n};" : "");
    }

    /** The indices of the brackets that are open at the cursor, the innermost first. */
    private Deque<Integer> openBrackets(Part part) {
        var open = new ArrayDeque<Integer>();
        for (int i = part.from(); i < part.to() && tokens.get(i).begin() < Math.max(begin, part.begin()); i++) {
            Token token = tokens.get(i);
            if (token.nesting(code) > 0) {
                open.push(i);
            } else if (token.nesting(code) < 0 && !open.isEmpty()) {
                open.pop();
            }
        }
        return open;
    }

    private String closers(Part part) {
        var out = new StringBuilder();
        int previous = tokens.size() - (typed().isEmpty() && place != Place.TEXT ? 1 : 2);
        if (place != Place.TEXT
                && behind.isEmpty()
                && previous >= 0
                && tokens.get(previous).is(code, "new")) {
            out.append("()");
        }
        int inner = tokens.size();
        for (int open : openBrackets(part)) {
            String control = open > 0 && tokens.get(open - 1).kind() == Kind.WORD
                    ? tokens.get(open - 1).text(code)
                    : "";
            if (isQuestionOpen(open + 1, inner)) {
                out.append(" : null");
            }
            switch (code.charAt(tokens.get(open).begin())) {
                case '[' -> out.append(']');
                case '(' -> {
                    if (control.equals("for") && count(open + 1, inner, ':') == 0) {
                        out.append(";".repeat(Math.max(0, 2 - count(open + 1, inner, ';'))));
                    }
                    out.append(control.equals("catch") ? " e)" : ")");
                    if (CONTROLS.contains(control)) {
                        out.append(
                                control.equals("for") || control.equals("if") || control.equals("while") ? ";" : "{}");
                    }
                }
                default -> {
                    boolean isArray = open > 0
                            && (tokens.get(open - 1).is(code, ']')
                                    || tokens.get(open - 1).is(code, '='));
                    out.append(isArray ? "}" : hasOpenCase(open + 1, inner) ? " -> {} }" : ";}");
                    if (open > 0 && tokens.get(open - 1).is(code, "try")) {
                        out.append("finally {}");
                    } else if (open > 0 && tokens.get(open - 1).is(code, "do")) {
                        out.append("while (false);");
                    }
                }
            }
            inner = open;
        }
        if (isQuestionOpen(part.from(), inner)) {
            out.append(" : null");
        }
        return out.append(part.kind() == PartKind.STATEMENT ? ";" : "").toString();
    }

    private boolean hasOpenCase(int from, int to) {
        for (int i = Math.min(to, tokens.size()) - 1; i >= from; i--) {
            if (tokens.get(i).is(code, "case")) {
                return true;
            }
            if (tokens.get(i).is(code, ';')
                    || tokens.get(i).is(code, '>')
                    || tokens.get(i).is(code, ':')) {
                return false;
            }
        }
        return false;
    }

    /** Whether {@code a ? b} waits for its other half, in the brackets or the statement from {@code from} on. */
    private boolean isQuestionOpen(int from, int to) {
        int depth = 0;
        int questions = 0;
        for (int i = from; i < Math.min(to, tokens.size()); i++) {
            Token token = tokens.get(i);
            depth += token.nesting(code);
            if (depth == 0 && token.is(code, ';')) {
                questions = 0;
            } else if (depth == 0
                    && token.is(code, '?')
                    && !tokens.get(Math.max(0, i - 1)).is(code, '<')
                    && !tokens.get(Math.max(0, i - 1)).is(code, ',')) {
                questions++;
            } else if (depth == 0 && token.is(code, ':')) {
                questions--;
            }
        }
        return questions > 0;
    }

    private int count(int from, int to, char sign) {
        int depth = 0;
        int count = 0;
        for (int i = from; i < Math.min(to, tokens.size()); i++) {
            Token token = tokens.get(i);
            depth += token.nesting(code);
            if (depth == 0 && token.is(code, sign)) {
                count++;
            }
        }
        return count;
    }
}
