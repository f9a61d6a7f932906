package dev.nibble.kernel.display;

/**
 * Pictures that we drew in dark ink on white. Pages that may be dark know them by their class, and turn them over there;
 * a photograph must not be.
 */
public final class OnWhite {
    /** The class of their elements. */
    public static final String CLASS = "nibble-on-white";

    private OnWhite() {}

    /**
     * One inside a page.
     *
     * @param png base64, without line ends
     * @param description for those who cannot see it, as text
     */
    public static String image(String png, String description) {
        return "<img class=\"" + CLASS + "\" style=\"max-width:100%\" alt=\"" + Html.escape(description)
                + "\" src=\"data:image/png;base64," + png + "\">";
    }
}
