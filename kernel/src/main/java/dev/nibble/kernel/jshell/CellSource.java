package dev.nibble.kernel.jshell;

/**
 * A cell's text, or a part of it, as errors refer to it.
 *
 * @param name how a person knows it: "Cell In[4]"
 * @param text the whole cell
 */
public record CellSource(String name, String text) {
    /** The 1-based line that holds the character at {@code offset}. */
    int lineOf(int offset) {
        int line = 1;
        int end = Math.min(Math.max(offset, 0), text.length());
        for (int i = 0; i < end; i++) {
            if (text.charAt(i) == '\n') {
                line++;
            }
        }
        return line;
    }

    /** The text of a 1-based line, without its end; empty past the last. */
    String line(int number) {
        String[] lines = text.split("\n", -1);
        return number < 1 || number > lines.length ? "" : lines[number - 1];
    }

    /** Where the line of the character at {@code offset} begins. */
    int lineStart(int offset) {
        return text.lastIndexOf('\n', Math.min(offset, text.length()) - 1) + 1;
    }
}
