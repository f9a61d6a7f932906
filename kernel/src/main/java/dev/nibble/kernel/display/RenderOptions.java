package dev.nibble.kernel.display;

/**
 * What the receiver of a display wants.
 *
 * @param maxRows rows shown of a table or collection before it is cut, with a note of how many there are
 * @param maxColumns columns likewise
 * @param png also write {@code image/png} beside a figure: for committed notebooks, whose readers may see nothing else
 */
public record RenderOptions(int maxRows, int maxColumns, boolean png) {
    public static final RenderOptions DEFAULT = new RenderOptions(60, 30, false);

    public RenderOptions withPng(boolean on) {
        return new RenderOptions(maxRows, maxColumns, on);
    }
}
