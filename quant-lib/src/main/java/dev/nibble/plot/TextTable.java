package dev.nibble.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.Table;

/**
 * A table as aligned text that fits a width: long texts are cut first, but never so far that two different ones look
 * the same; columns that still do not fit go below, with the columns that name the row repeated.
 */
public final class TextTable {
    private static final String GAP = "  ";
    private static final int NARROWEST = 12;

    /** Texts up to this length are names, such as recipes, and are never cut. */
    private static final int NAME = 20;

    private TextTable() {}

    /**
     * @param width characters in a line
     * @param maxRows rows shown at most
     */
    public static String of(Table table, int width, int maxRows) {
        return of(TableView.of(table, maxRows, Integer.MAX_VALUE), width);
    }

    /** The text, without a line break at its end. */
    public static String of(TableView view, int width) {
        int columns = view.headers().size();
        if (columns == 0) {
            return (view.title() + " (no columns)").strip();
        }
        int[] widths = new int[columns];
        for (int c = 0; c < columns; c++) {
            widths[c] = length(view.headers().get(c));
            for (List<String> row : view.rows()) {
                widths[c] = Math.max(widths[c], length(row.get(c)));
            }
        }
        narrow(widths, view, width);
        StringBuilder out = new StringBuilder();
        if (!view.title().isEmpty()) {
            out.append(cut(view.title(), Math.max(width, NARROWEST))).append('\n');
        }
        for (List<Integer> block : blocks(widths, names(widths, view, width), width)) {
            if (!view.headers().stream().allMatch(String::isEmpty)) {
                line(out, view, block, widths, view.headers());
                out.append('\n');
                for (int c : block) {
                    out.append(c == block.getFirst() ? "" : GAP).append("─".repeat(widths[c]));
                }
                out.append('\n');
            }
            for (int r = 0; r < view.rows().size(); r++) {
                if (r == view.head()) {
                    out.append("…\n");
                }
                line(out, view, block, widths, view.rows().get(r));
                out.append('\n');
            }
        }
        out.append(view.note());
        return out.toString().stripTrailing();
    }

    /** Takes from the widest text column until the line fits or nothing more can be taken. */
    private static void narrow(int[] widths, TableView view, int width) {
        int[] narrowest = new int[widths.length];
        for (int c = 0; c < widths.length; c++) {
            narrowest[c] = view.numeric().get(c) || widths[c] <= NAME ? widths[c] : distinct(view, c, widths[c]);
        }
        while (total(widths) > width) {
            int widest = -1;
            for (int c = 0; c < widths.length; c++) {
                if (widths[c] > narrowest[c] && (widest < 0 || widths[c] > widths[widest])) {
                    widest = c;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
        }
    }

    /** The smallest width, from {@link #NARROWEST}, at which different texts of a column still differ. */
    private static int distinct(TableView view, int column, int full) {
        List<String> texts =
                view.rows().stream().map(row -> row.get(column)).distinct().toList();
        for (int width = NARROWEST; width < full; width++) {
            int w = width;
            if (texts.stream().map(text -> cut(text, w)).distinct().count() == texts.size()) {
                return width;
            }
        }
        return full;
    }

    private static int total(int[] widths) {
        int total = GAP.length() * (widths.length - 1);
        for (int w : widths) {
            total += w;
        }
        return total;
    }

    /** How many columns say which row it is: the texts before the first number, if they leave room for another. */
    private static int names(int[] widths, TableView view, int width) {
        int names = 0;
        int used = 0;
        while (names < widths.length && !view.numeric().get(names) && used + widths[names] < width * 3L / 4) {
            used += widths[names] + GAP.length();
            names++;
        }
        return Math.max(1, names);
    }

    private static List<List<Integer>> blocks(int[] widths, int names, int width) {
        List<Integer> repeated = IntStream.range(0, names).boxed().toList();
        int repeatedWidth = total(Arrays.copyOf(widths, names));
        List<List<Integer>> blocks = new ArrayList<>();
        List<Integer> block = new ArrayList<>(repeated);
        int used = repeatedWidth;
        for (int c = names; c < widths.length; c++) {
            if (used + GAP.length() + widths[c] > width && block.size() > names) {
                blocks.add(block);
                block = new ArrayList<>(repeated);
                used = repeatedWidth;
            }
            block.add(c);
            used += GAP.length() + widths[c];
        }
        blocks.add(block);
        return blocks;
    }

    private static void line(StringBuilder out, TableView view, List<Integer> block, int[] widths, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int c : block) {
            String text = cut(cells.get(c), widths[c]);
            String padding = " ".repeat(widths[c] - length(text));
            line.append(c == block.getFirst() ? "" : GAP);
            line.append(view.numeric().get(c) ? padding + text : text + padding);
        }
        out.append(line.toString().stripTrailing());
    }

    private static String cut(String text, int width) {
        return length(text) <= width ? text : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
