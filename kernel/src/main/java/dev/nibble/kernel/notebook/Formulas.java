package dev.nibble.kernel.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;

/**
 * Keeps formulas out of Markdown's hands, which would read {@code _} and {@code *} in them as emphasis: takes them out
 * before, puts them back after, as spans for KaTeX. Code is left alone, and so is a dollar that is an amount: an inline
 * formula begins and ends with something other than a space, and no digit follows.
 */
final class Formulas {
    private static final Pattern PARTS = Pattern.compile(
            "(?<code>(?m:^) {0,3}(?<fence>`{3,}|~{3,})[^\\n]*\\n.*?(?:\\n {0,3}\\k<fence>[`~]*[ \\t]*(?=\\n|\\z)|\\z)"
                    + "|(?<!`)(?<ticks>`+)(?!`)(?:(?!\\n\\s*\\n).)+?(?<!`)\\k<ticks>(?!`))"
                    + "|(?<escaped>\\\\[$\\\\](?![(\\[]))"
                    + "|\\$\\$(?<block>.+?)\\$\\$"
                    + "|\\\\\\\\\\[(?<block2>.+?)\\\\\\\\\\]"
                    + "|\\\\\\\\\\((?<inline2>.+?)\\\\\\\\\\)"
                    + "|(?<environment>\\\\begin\\{(?<name>equation|align|gather|multline)(?<star>\\*?)\\}.+?"
                    + "\\\\end\\{\\k<name>\\k<star>\\})"
                    + "|\\$(?<inline>(?![\\s$])(?:\\\\.|[^$`\\\\\\n]|\\n(?!\\s*\\n))*?(?<!\\s))\\$(?!\\d)",
            Pattern.DOTALL);
    private static final char OPEN = '\uE000';
    private static final char CLOSE = '\uE001';
    private static final Pattern PLACE = Pattern.compile(OPEN + "(\\d+)" + CLOSE);

    private final List<String> spans = new ArrayList<>();

    /** The text with a placeholder for each formula. */
    String takeOut(String markdown) {
        String text = markdown.replace(OPEN, '?').replace(CLOSE, '?');
        return PARTS.matcher(text).replaceAll(part -> Matcher.quoteReplacement(replaced((Matcher) part)));
    }

    private String replaced(Matcher part) {
        if (part.group("code") != null || part.group("escaped") != null) {
            return part.group();
        }
        String block = first(part, "block", "block2", "environment");
        String formula = block == null ? first(part, "inline", "inline2") : block;
        spans.add("<span class=\"formula" + (block == null ? "" : " block") + "\">" + Entities.escape(formula.strip())
                + "</span>");
        return "" + OPEN + (spans.size() - 1) + CLOSE;
    }

    private static String first(Matcher part, String... groups) {
        for (String group : groups) {
            if (part.group(group) != null) {
                return part.group(group);
            }
        }
        return null;
    }

    /** The HTML with the formulas in their places. */
    String putBack(String html) {
        return PLACE.matcher(html).replaceAll(place -> {
            int index = Integer.parseInt(place.group(1));
            return Matcher.quoteReplacement(index < spans.size() ? spans.get(index) : "");
        });
    }

    boolean any() {
        return !spans.isEmpty();
    }
}
