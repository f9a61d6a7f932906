package dev.nibble.kernel.display;

/**
 * What the receiver of a display wants.
 *
 * @param maxRows rows that a table or collection may have and is still shown whole
 * @param cutRows rows shown of a longer one, with a note of how many there are
 * @param maxColumns columns likewise
 * @param width of the text form, in characters
 * @param drawnText whether charts are drawn in their text form where they read well so: for terminals
 * @param png also write {@code image/png} beside a figure: for committed notebooks, whose readers may see nothing else
 */
public record RenderOptions(int maxRows, int cutRows, int maxColumns, int width, boolean drawnText, boolean png) {
    /** What a kernel starts with. */
    public static final RenderOptions DEFAULT = new RenderOptions(60, 20, 30, 120, false, false);

    /** Rows to show of so many. */
    public int rows(int total) {
        return total <= maxRows ? total : Math.min(cutRows, maxRows);
    }

    /** The same with or without {@code image/png} beside figures. */
    public RenderOptions withPng(boolean on) {
        return new RenderOptions(maxRows, cutRows, maxColumns, width, drawnText, on);
    }

    /** The same for a terminal with lines of so many characters. */
    public RenderOptions inTerminal(int columns) {
        return new RenderOptions(maxRows, cutRows, maxColumns, columns, true, png);
    }
}
