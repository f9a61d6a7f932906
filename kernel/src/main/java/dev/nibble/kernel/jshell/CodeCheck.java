package dev.nibble.kernel.jshell;

import com.sun.source.util.JavacTask;
import dev.nibble.kernel.jshell.Lexer.Kind;
import dev.nibble.kernel.jshell.Lexer.Token;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/** Whether code is complete, needs more lines, or can never become Java. */
public final class CodeCheck {
    /** What a front end should do when a person presses Enter. */
    public enum Status {
        COMPLETE,
        INCOMPLETE,
        INVALID
    }

    /**
     * The answer.
     *
     * @param indent what the next line should begin with; empty unless incomplete
     */
    public record Result(Status status, String indent) {}

    private static final Set<String> GO_ON = Set.of(
            "else", "do", "try", "finally", "new", "throw", "import", "extends", "implements", "throws", "instanceof");
    private static final Set<String> HEADS = Set.of("if", "for", "while", "switch", "catch", "synchronized");

    /** Null if there is no session yet. */
    private final Analysis analysis;

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

    /** @param analysis of the shell that the code is meant for */
    public CodeCheck(Analysis analysis) {
        this.analysis = analysis;
    }

    /** For who can not wait for a session: what brackets, quotes and the last word say. */
    public static CodeCheck withoutSession() {
        return new CodeCheck(null);
    }

    /** Looks at code as a cell would hold it: any number of snippets. */
    public Result check(String code) {
        if (analysis == null) {
            Status status = look(code);
            return new Result(status, status == Status.INCOMPLETE ? indent(code) : "");
        }
        String rest = code;
        while (!rest.isBlank()) {
            CompletionInfo info = analysis.analyzeCompletion(rest);
            switch (info.completeness()) {
                case EMPTY -> {
                    return new Result(Status.COMPLETE, "");
                }
                case DEFINITELY_INCOMPLETE, CONSIDERED_INCOMPLETE -> {
                    return new Result(Status.INCOMPLETE, indent(code));
                }
                case UNKNOWN -> {
                    return new Result(Status.INVALID, "");
                }
                case COMPLETE, COMPLETE_WITH_SEMI -> {
                    if (!parses(info.source(), info.completeness() == Completeness.COMPLETE_WITH_SEMI)) {
                        return new Result(Status.INVALID, "");
                    }
                }
            }
            String remaining = info.remaining() == null ? "" : info.remaining();
            if (remaining.length() >= rest.length()) {
                break;
            }
            rest = remaining;
        }
        return new Result(Status.COMPLETE, "");
    }

    private static Status look(String code) {
        List<Token> tokens = Lexer.tokens(code, code.length());
        var open = new ArrayDeque<Integer>();
        int head = -1; // where the word stands whose brackets were closed last
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.nesting(code) > 0) {
                open.push(i);
            } else if (token.nesting(code) < 0) {
                if (open.isEmpty()) {
                    return Status.INVALID;
                }
                head = open.pop() - 1;
            }
        }
        if (tokens.isEmpty()) {
            return Status.COMPLETE;
        }
        Token last = tokens.getLast();
        if (!last.closed()) {
            boolean isLine = last.kind() == Kind.COMMENT && code.startsWith("//", last.begin());
            boolean isShort = last.kind() == Kind.STRING || last.kind() == Kind.CHARACTER;
            return isShort ? Status.INVALID : isLine && open.isEmpty() ? Status.COMPLETE : Status.INCOMPLETE;
        }
        boolean wantsMore = switch (last.kind()) {
            case WORD -> GO_ON.contains(last.text(code));
            case SIGN ->
                goesOn(code, tokens)
                        || (last.is(code, ')')
                                && head >= 0
                                && HEADS.contains(tokens.get(head).text(code)));
            default -> false;
        };
        return open.isEmpty() && !wantsMore ? Status.COMPLETE : Status.INCOMPLETE;
    }

    /** Whether the last sign stands between two things. */
    private static boolean goesOn(String code, List<Token> tokens) {
        char sign = code.charAt(tokens.getLast().begin());
        int before = tokens.getLast().begin() - 1;
        char previous = before < 0 ? ' ' : code.charAt(before);
        return switch (sign) {
            case '=', ',', '.', '?', '&', '|', '^' -> true;
            case '+', '-' -> previous != sign;
            case '>' -> previous == '-';
            default -> false;
        };
    }

    /** JShell calls some things complete that cannot be parsed: {@code import = 7q}. */
    private boolean parses(String snippet, boolean withoutSemicolon) {
        String code = snippet.strip();
        if (code.startsWith("import ") || code.startsWith("import\t")) {
            return parses(code.endsWith(";") ? code : code + ";");
        }
        String expression = withoutSemicolon && code.endsWith(";") ? code.substring(0, code.length() - 1) : code;
        return parses("class $ { void $() throws Throwable {\n" + code + "\n}}")
                || parses("class $ {\n" + code + "\n}")
                || parses("class $ { Object $ = (\n" + expression + "\n); }")
                || parses(code);
    }

    private boolean parses(String unit) {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var file = new SimpleJavaFileObject(URI.create("string:///$.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return unit;
            }
        };
        try {
            // Else it writes a stack into the log when code is nested too deeply for it.
            Writer nowhere = Writer.nullWriter();
            var task = (JavacTask)
                    compiler.getTask(nowhere, null, diagnostics, List.of("-proc:none"), null, List.of(file));
            var _ = task.parse();
        } catch (IOException | RuntimeException e) {
            return true;
        }
        return diagnostics.getDiagnostics().stream().noneMatch(one -> one.getKind() == Diagnostic.Kind.ERROR);
    }

    private static String indent(String code) {
        String[] lines = code.split("\n", -1);
        String last = lines[lines.length - 1];
        String lead = last.substring(0, last.length() - last.stripLeading().length());
        String end = last.stripTrailing();
        boolean opens = end.endsWith("{") || end.endsWith("(") || end.endsWith("->") || end.endsWith(",");
        return opens || lead.isEmpty() ? lead + "    " : lead;
    }
}
