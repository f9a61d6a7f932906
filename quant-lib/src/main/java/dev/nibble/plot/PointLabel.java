package dev.nibble.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import org.knowm.xchart.internal.chartpart.Annotation;

/** A text at a point of a picture, centred, so many pixels above it, or below. */
final class PointLabel extends Annotation {
    private final String text;
    private final double x;
    private final double y;
    private final double above;
    private final Color colour;
    private final Font font;

    PointLabel(String text, double x, double y, double above, Color colour, Font font) {
        super(false);
        this.text = text;
        this.x = x;
        this.y = y;
        this.above = above;
        this.colour = colour;
        this.font = font;
    }

    @Override
    public void paint(Graphics2D g) {
        g.setFont(font);
        g.setColor(colour);
        var metrics = g.getFontMetrics();
        double left = getXAxisScreenValue(x) - metrics.stringWidth(text) / 2.0;
        double base = getYAxisScreenValue(y) + metrics.getAscent() / 2.0 - 1 - above;
        g.drawString(text, (float) left, (float) base);
    }
}
