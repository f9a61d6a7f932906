package dev.nibble.plot;

import dev.nibble.plot.LabelPlaces.Place;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import org.knowm.xchart.internal.chartpart.Annotation;

/** A text at a point of a picture: on its mark, or on a side of it. */
final class PointLabel extends Annotation {
    private final String text;
    private final double x;
    private final double y;
    private final Place place;
    private final double half;
    private final Color colour;
    private final Font font;

    /**
     * @param place null for on the mark
     * @param half of the mark's size, in pixels
     */
    PointLabel(String text, double x, double y, Place place, double half, Color colour, Font font) {
        super(false);
        this.text = text;
        this.x = x;
        this.y = y;
        this.place = place;
        this.half = half;
        this.colour = colour;
        this.font = font;
    }

    @Override
    public void paint(Graphics2D g) {
        g.setFont(font);
        g.setColor(colour);
        var metrics = g.getFontMetrics();
        int right = place == null ? 0 : place.right();
        double above = place == null ? 0 : place.up() * (half + (right == 0 ? 8 : 5));
        double left = getXAxisScreenValue(x) + right * (half + 4) - (1 - right) * metrics.stringWidth(text) / 2.0;
        double base = getYAxisScreenValue(y) + metrics.getAscent() / 2.0 - 1 - above;
        g.drawString(text, (float) left, (float) base);
    }
}
