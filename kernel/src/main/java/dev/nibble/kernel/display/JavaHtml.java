package dev.nibble.kernel.display;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;

/** Java source as HTML with its comments, texts, numbers, keywords and annotations marked. */
public final class JavaHtml {
    private static final Pattern TOKEN = Pattern.compile(
            "(?<comment>//[^\\n]*|/\\*.*?(?:\\*/|\\z))"
                    + "|(?<string>\"\"\".*?(?:\"\"\"|\\z)|\"(?:\\\\.|[^\"\\\\\\n])*+\"?|'(?:\\\\.|[^'\\\\\\n])*+'?)"
                    + "|(?<magic>(?m:^%{1,2}\\w+))"
                    + "|(?<annotation>@\\w+)"
                    + "|(?<number>\\b(?:0[xX][0-9a-fA-F_.]+(?:[pP][+-]?\\d+)?|0[bB][01_]+"
                    + "|\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?)[fFdDlL]?)"
                    + "|(?<keyword>\\b(?:abstract|assert|boolean|break|byte|case|catch|char|class|continue|default|do"
                    + "|double|else|enum|extends|false|final|finally|float|for|if|implements|import|instanceof|int"
                    + "|interface|long|module|native|new|null|package|permits|private|protected|public|record|return"
                    + "|sealed|short|static|super|switch|synchronized|this|throw|throws|transient|true|try|var|void"
                    + "|volatile|when|while|yield)\\b)"
                    + "|(?<word>\\w+)",
            Pattern.DOTALL);
    private static final String[] MARKED = {"comment", "string", "magic", "annotation", "number", "keyword"};

    private static final Map<String, String> COLOURS = Map.of(
            "comment", "#85888c",
            "string", "#3a9a4f",
            "magic", "#a259d9",
            "annotation", "#a8812a",
            "number", "#c0702a",
            "keyword", "#a259d9");

    private JavaHtml() {}

    /** Marked by classes, {@code j-comment} and the like, for pages that have rules for them. */
    public static String of(String source) {
        return of(source, (kind, text) -> "<span class=\"j-" + kind + "\">" + text + "</span>");
    }

    /** Coloured in place, for notebooks, in colours that light and dark pages show. */
    public static String coloured(String source) {
        return of(source, (kind, text) -> "<span style=\"color:" + COLOURS.get(kind) + "\">" + text + "</span>");
    }

    private static String of(String source, BinaryOperator<String> marked) {
        StringBuilder out = new StringBuilder(source.length() * 2);
        Matcher token = TOKEN.matcher(source);
        int at = 0;
        while (token.find()) {
            out.append(Entities.escape(source.substring(at, token.start())));
            at = token.end();
            String text = Entities.escape(token.group());
            String kind = kind(token);
            out.append(kind == null ? text : marked.apply(kind, text));
        }
        return out.append(Entities.escape(source.substring(at))).toString();
    }

    private static String kind(Matcher token) {
        for (String kind : MARKED) {
            if (token.group(kind) != null) {
                return kind;
            }
        }
        return null;
    }
}
