package dev.nibble.cli;

import dev.nibble.plot.TableView;
import dev.nibble.plot.TextTable;
import java.util.List;

/** A table of texts in the terminal, whole. */
final class Listing {
    private Listing() {}

    /**
     * The table as text.
     *
     * @param headers one per column; those that hold numbers, and stand to the right, begin with ">"
     */
    static String of(List<String> headers, List<List<String>> rows) {
        var view = new TableView(
                "",
                headers.stream()
                        .map(h -> h.startsWith(">") ? h.substring(1) : h)
                        .toList(),
                headers.stream().map(h -> h.startsWith(">")).toList(),
                rows,
                rows.size(),
                rows.size(),
                headers.size());
        return TextTable.of(view, Terminal.columns());
    }
}
