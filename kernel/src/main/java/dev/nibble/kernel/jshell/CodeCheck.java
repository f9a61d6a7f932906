package dev.nibble.kernel.jshell;

import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.net.URI;
import java.util.List;
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

    private final Analysis analysis;
    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

    /** @param analysis of the shell that the code is meant for */
    public CodeCheck(Analysis analysis) {
        this.analysis = analysis;
    }

    /** Looks at code as a cell would hold it: any number of snippets. */
    public Result check(String code) {
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
            var task =
                    (JavacTask) compiler.getTask(null, null, diagnostics, List.of("-proc:none"), null, List.of(file));
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
