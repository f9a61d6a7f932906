package dev.nibble.kernel.jshell;

import java.util.LinkedHashSet;
import java.util.List;
import jdk.jshell.SourceCodeAnalysis;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;

/** What the thing at the cursor is: its signatures and, where the sources are at hand, their documentation. */
public final class Documentation {
    private static final int MAX_DOCUMENTED = 4;

    private final Analysis analysis;

    /** @param engine whose variables and imports are looked up */
    public Documentation(Engine engine) {
        this.analysis = engine.analysis();
    }

    /** Text for the thing at the cursor, an index in UTF-16 units; empty if nothing is known about it. */
    public String at(String code, int cursor) {
        int end = cursor;
        while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
            end++;
        }
        String typed = code.substring(0, end);
        String snippet = typed.substring(lastSnippet(analysis, typed));
        String found = describe(snippet);
        // A method's name alone is nothing to JShell until its bracket is open.
        return found.isEmpty() && !snippet.isBlank() ? describe(snippet + "(") : found;
    }

    private String describe(String snippet) {
        List<SourceCodeAnalysis.Documentation> all = analysis.documentation(snippet, snippet.length());
        var parts = new LinkedHashSet<String>();
        for (SourceCodeAnalysis.Documentation one : all) {
            String documentation =
                    parts.size() < MAX_DOCUMENTED && one.javadoc() != null ? "\n" + plain(one.javadoc()) : "";
            parts.add(one.signature() + documentation);
        }
        return String.join("\n\n", parts);
    }

    private static String plain(String javadoc) {
        String inline = javadoc.replaceAll("\\{@\\w+\\s+([^{}]*)}", "$1");
        Document html = Jsoup.parseBodyFragment(inline);
        html.select("p, li, pre, br, dt, dd").before("\\n");
        return html.text().replace("\\n ", "\n").replace("\\n", "\n").strip();
    }

    private static int lastSnippet(Analysis analysis, String code) {
        int begin = 0;
        while (begin < code.length()) {
            String rest = code.substring(begin);
            String remaining = analysis.analyzeCompletion(rest).remaining();
            if (remaining == null || remaining.isBlank() || remaining.length() >= rest.length()) {
                break;
            }
            begin = code.length() - remaining.length();
        }
        return begin;
    }
}
