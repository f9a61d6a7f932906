package dev.nibble.kernel.magic;

import java.util.ArrayList;
import java.util.List;

/** A line cut into words as a shell does: at blanks, but not between quotes, which go away. */
final class Words {
    private Words() {}

    /**
     * One word.
     *
     * @param text without its quotes
     * @param begin where it begins in the line, quotes included
     */
    record Word(String text, int begin) {}

    /** A quote that is never closed is a character like others, as in {@code it's}. */
    static List<Word> of(String line) {
        var words = new ArrayList<Word>();
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            int begin = at;
            var text = new StringBuilder();
            while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
                char c = line.charAt(at);
                int close = c == '"' || c == '\'' ? line.indexOf(c, at + 1) : -1;
                if (close < 0) {
                    text.append(c);
                    at++;
                } else {
                    text.append(line, at + 1, close);
                    at = close + 1;
                }
            }
            words.add(new Word(text.toString(), begin));
        }
        return words;
    }
}
