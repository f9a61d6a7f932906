package dev.nibble.plot;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a series looks. A number format looks the same in every chart: its recipe alone decides colour, dash and mark.
 * The colours are Okabe and Ito's and Tol's, told apart with any common colour blindness and readable on light and
 * dark; dash and mark repeat the difference without colour.
 *
 * @param colour "#rrggbb"
 * @param dash of the line
 * @param mark of the points
 * @param filled a faint fill down to the axis, for lines and steps
 * @param width of the line, in pixels
 * @param markSize diameter of a point, in pixels
 * @see <a href="https://jfly.uni-koeln.de/color/">Okabe and Ito, Color Universal Design</a>
 * @see <a href="https://sronpersonalpages.nl/~pault/">Tol, Colour schemes</a>
 */
public record SeriesStyle(String colour, Dash dash, Mark mark, boolean filled, double width, double markSize) {
    /** Line patterns. */
    public enum Dash {
        SOLID,
        DASH,
        DOT
    }

    /** Marks of points. */
    public enum Mark {
        CIRCLE,
        SQUARE,
        DIAMOND,
        TRIANGLE,
        CROSS
    }

    private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}");
    private static final Pattern GROUP = Pattern.compile("[gb](\\d{1,9})");

    /** Colours by group size: whole row, more than 64, 33 to 64, 32 and less. */
    private static final Map<String, List<String>> FAMILIES = Map.of(
            "int8", List.of("#0072b2", "#56b4e9", "#4a9cd0", "#6699cc"),
            "int4", List.of("#d55e00", "#e69f00", "#cc79a7", "#aa4499"),
            "int3", List.of("#cc6677", "#ee8866", "#ee99aa", "#994455"),
            "int2", List.of("#997700", "#ccbb44", "#bbaa33", "#999933"),
            "nf4", List.of("#009e73", "#44bb99", "#009e73", "#44aa99"));

    private static final List<String> OTHERS = List.of(
            "#44aa99", "#999933", "#cc6677", "#aa4499", "#6699cc", "#997700", "#ee8866", "#994455", "#88a03c",
            "#8877cc");

    /** For what is no format: the original weights, a diagonal, a grid. */
    public static final SeriesStyle NEUTRAL = new SeriesStyle("#808080", Dash.SOLID, Mark.CIRCLE, false, 2, 7);

    public SeriesStyle {
        if (!COLOUR.matcher(colour).matches()) {
            throw new IllegalArgumentException("colour \"" + colour + "\": expected \"#rrggbb\"");
        }
    }

    /**
     * The look of a recipe, or of any other name.
     *
     * @param name a recipe ("int4:sym:g32", "nf4:b64"); other names get a colour of their own too, always the same
     */
    public static SeriesStyle of(String name) {
        String[] parts = name.strip().toLowerCase(Locale.ROOT).split("[:;,\\s]+", -1);
        String family = parts[0];
        int group = 0;
        boolean asymmetric = false;
        for (int i = 1; i < parts.length; i++) {
            Matcher m = GROUP.matcher(parts[i]);
            if (m.matches()) {
                group = Integer.parseInt(m.group(1));
            }
            asymmetric |= parts[i].startsWith("asym");
        }
        List<String> ramp = FAMILIES.get(family);
        String colour = ramp == null
                ? OTHERS.get(Math.floorMod(family.hashCode(), OTHERS.size()))
                : ramp.get(group == 0 ? 0 : group > 64 ? 1 : group > 32 ? 2 : 3);
        return new SeriesStyle(colour, asymmetric ? Dash.DASH : Dash.SOLID, mark(family, asymmetric), false, 2, 8);
    }

    private static Mark mark(String family, boolean asymmetric) {
        if (asymmetric) {
            return Mark.TRIANGLE;
        }
        return switch (family) {
            case "int8" -> Mark.CIRCLE;
            case "nf4" -> Mark.SQUARE;
            default -> Mark.DIAMOND;
        };
    }

    /** The same, in another colour if one of the series drawn before looks just like it. */
    SeriesStyle apartFrom(List<Series> before) {
        boolean taken = before.stream().map(Series::style).anyMatch(s -> s.colour.equals(colour) && s.mark == mark);
        return !taken
                ? this
                : OTHERS.stream()
                        .filter(c ->
                                before.stream().noneMatch(s -> s.style().colour.equals(c)))
                        .findFirst()
                        .map(this::withColour)
                        .orElse(this);
    }

    /** The same with the area below the line filled. */
    public SeriesStyle withFill() {
        return new SeriesStyle(colour, dash, mark, true, width, markSize);
    }

    /** The same with another line. */
    public SeriesStyle withDash(Dash other) {
        return new SeriesStyle(colour, other, mark, filled, width, markSize);
    }

    /** The same with other marks. */
    public SeriesStyle withMark(Mark other) {
        return new SeriesStyle(colour, dash, other, filled, width, markSize);
    }

    /** The same with marks of another size. */
    public SeriesStyle withMarkSize(double pixels) {
        return new SeriesStyle(colour, dash, mark, filled, width, pixels);
    }

    /** The same in another colour, written as in CSS. */
    public SeriesStyle withColour(String other) {
        return new SeriesStyle(other, dash, mark, filled, width, markSize);
    }
}
