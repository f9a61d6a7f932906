package dev.nibble.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A drawing of lines, boxes, dots and words, as SVG in the colours of the page it stands on, and as a PNG on a white
 * ground. Coordinates are pixels from the upper left; what is drawn later covers what was drawn before.
 */
public final class Drawing {
    /** Pixels of the PNG for each of the drawing's, so that it is sharp on a projector. */
    private static final double SCALE = 1.5;

    // What most marks have stands once, around them: a film holds many drawings.
    private static final String DIGITS = "monospace";
    private static final String LETTERS = "system-ui,sans-serif";
    private static final double USUAL = 11.5;

    private final int width;
    private int height;
    private final String description;
    private final List<Mark> marks = new ArrayList<>();

    /**
     * A colour that reads on light and dark.
     *
     * @param css as pages know it; {@code currentColor} is that of their text
     * @param rgb on white
     * @param opacity 0 to 1
     */
    public record Ink(String css, int rgb, double opacity) {
        /** Text and outlines. */
        public static final Ink TEXT = new Ink("currentColor", 0x222222, 1);

        /** What is said beside. */
        public static final Ink SOFT = TEXT.at(0.66);

        /** Lines that help the eye. */
        public static final Ink LINE = TEXT.at(0.28);

        /** What this step is about. */
        public static final Ink BLUE = new Ink("#3a86d8", 0x2f78c8, 1);

        /** What came in. */
        public static final Ink ORANGE = new Ink("#e08a2e", 0xd57f22, 1);

        /** What is good, or chosen. */
        public static final Ink GREEN = new Ink("#2fa27e", 0x238a6a, 1);

        /** An error. */
        public static final Ink RED = new Ink("#dc5468", 0xc9384e, 1);

        /** The same, let through by so much. */
        public Ink at(double part) {
            return new Ink(css, rgb, part);
        }

        private Color awt() {
            return new Color(rgb >> 16 & 0xff, rgb >> 8 & 0xff, rgb & 0xff, (int) Math.round(opacity * 255));
        }
    }

    /** Where words stand from their point. */
    public enum Anchor {
        START,
        MIDDLE,
        END
    }

    private sealed interface Mark {}

    /** What has an outline and an inside; either colour may be null. */
    private record Form(Shape shape, String svg, Ink fill, Ink stroke, double width, boolean dashed) implements Mark {}

    private record Words(
            double x, double y, String text, double size, Ink ink, Anchor anchor, boolean bold, boolean digits)
            implements Mark {}

    /**
     * An empty drawing.
     *
     * @param description for those who cannot see it
     */
    public Drawing(int width, int height, String description) {
        this.width = width;
        this.height = height;
        this.description = Objects.requireNonNull(description, "description");
    }

    /** In pixels. */
    public int width() {
        return width;
    }

    /** In pixels. */
    public int height() {
        return height;
    }

    /** Ends it at this height. */
    Drawing cut(int at) {
        height = at;
        return this;
    }

    /** For those who cannot see it. */
    public String description() {
        return description;
    }

    /** A straight line. */
    public Drawing line(double x1, double y1, double x2, double y2, Ink ink, double thickness) {
        return line(x1, y1, x2, y2, ink, thickness, false);
    }

    /** A dashed line. */
    public Drawing dashed(double x1, double y1, double x2, double y2, Ink ink, double thickness) {
        return line(x1, y1, x2, y2, ink, thickness, true);
    }

    private Drawing line(double x1, double y1, double x2, double y2, Ink ink, double thickness, boolean dashed) {
        String svg = "<line x1='" + n(x1) + "' y1='" + n(y1) + "' x2='" + n(x2) + "' y2='" + n(y2) + '\'';
        marks.add(new Form(new Line2D.Double(x1, y1, x2, y2), svg, null, ink, thickness, dashed));
        return this;
    }

    /** A box; {@code fill} or {@code stroke} may be null. */
    public Drawing box(double x, double y, double w, double h, Ink fill, Ink stroke, double thickness) {
        String svg = "<rect x='" + n(x) + "' y='" + n(y) + "' width='" + n(w) + "' height='" + n(h) + '\'';
        marks.add(new Form(new Rectangle2D.Double(x, y, w, h), svg, fill, stroke, thickness, false));
        return this;
    }

    /** A box with round corners. */
    public Drawing roundBox(
            double x, double y, double w, double h, double radius, Ink fill, Ink stroke, double thickness) {
        String svg = "<rect x='" + n(x) + "' y='" + n(y) + "' width='" + n(w) + "' height='" + n(h) + "' rx='"
                + n(radius) + '\'';
        var shape = new RoundRectangle2D.Double(x, y, w, h, 2 * radius, 2 * radius);
        marks.add(new Form(shape, svg, fill, stroke, thickness, false));
        return this;
    }

    /** A dot; {@code fill} or {@code stroke} may be null. */
    public Drawing dot(double x, double y, double radius, Ink fill, Ink stroke, double thickness) {
        String svg = "<circle cx='" + n(x) + "' cy='" + n(y) + "' r='" + n(radius) + '\'';
        var shape = new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
        marks.add(new Form(shape, svg, fill, stroke, thickness, false));
        return this;
    }

    /** Points joined by straight lines: open without a fill, else closed. */
    public Drawing path(double[] xs, double[] ys, Ink fill, Ink stroke, double thickness) {
        var path = new Path2D.Double();
        var points = new StringBuilder();
        for (int i = 0; i < xs.length; i++) {
            if (i == 0) {
                path.moveTo(xs[0], ys[0]);
            } else {
                path.lineTo(xs[i], ys[i]);
            }
            points.append(i == 0 ? "" : " ").append(n(xs[i])).append(',').append(n(ys[i]));
        }
        if (fill != null) {
            path.closePath();
        }
        String tag = fill == null ? "<polyline points='" : "<polygon points='";
        marks.add(new Form(path, tag + points + '\'', fill, stroke, thickness, false));
        return this;
    }

    /** Words; {@code y} is their base line. */
    public Drawing text(double x, double y, String text, double size, Ink ink, Anchor anchor) {
        marks.add(new Words(x, y, text, size, ink, anchor, false, false));
        return this;
    }

    /** Bold words. */
    public Drawing bold(double x, double y, String text, double size, Ink ink, Anchor anchor) {
        marks.add(new Words(x, y, text, size, ink, anchor, true, false));
        return this;
    }

    /** Words and numbers in letters of equal width. */
    public Drawing digits(double x, double y, String text, double size, Ink ink, Anchor anchor) {
        marks.add(new Words(x, y, text, size, ink, anchor, false, true));
        return this;
    }

    // ---- as SVG

    /** A whole {@code <svg>} element. */
    public String svg() {
        var out = new StringBuilder(1024)
                .append("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("' width='")
                .append(width)
                .append("' role='img' aria-label='")
                .append(escaped(description))
                .append("' style='max-width:100%;height:auto' fill='currentColor' text-anchor='middle' font-family='"
                        + DIGITS + "' font-size='" + n(USUAL) + "'>");
        for (Mark mark : marks) {
            switch (mark) {
                case Form form -> {
                    out.append(form.svg);
                    paint(out, "fill", form.fill);
                    if (form.stroke != null) {
                        paint(out, "stroke", form.stroke);
                        out.append(" stroke-width='").append(n(form.width)).append('\'');
                        out.append(form.dashed ? " stroke-dasharray='4 4'" : "");
                    }
                    out.append("/>");
                }
                case Words words -> {
                    out.append("<text x='").append(n(words.x)).append("' y='").append(n(words.y));
                    out.append('\'');
                    if (words.size != USUAL) {
                        out.append(" font-size='").append(n(words.size)).append('\'');
                    }
                    if (words.anchor != Anchor.MIDDLE) {
                        out.append(" text-anchor='")
                                .append(words.anchor.name().toLowerCase(Locale.ROOT))
                                .append('\'');
                    }
                    out.append(words.bold ? " font-weight='700'" : "");
                    out.append(words.digits ? "" : " font-family='" + LETTERS + '\'');
                    paint(out, "fill", words.ink);
                    out.append('>').append(escaped(words.text)).append("</text>");
                }
            }
        }
        return out.append("</svg>").toString();
    }

    private static void paint(StringBuilder out, String property, Ink ink) {
        if (ink != null && property.equals("fill") && ink.css.equals(Ink.TEXT.css) && ink.opacity == 1) {
            return; // as everything is
        }
        out.append(' ')
                .append(property)
                .append("='")
                .append(ink == null ? "none" : ink.css)
                .append('\'');
        if (ink != null && ink.opacity < 1) {
            out.append(' ')
                    .append(property)
                    .append("-opacity='")
                    .append(n(ink.opacity))
                    .append('\'');
        }
    }

    /** Up to two places, without noughts at the end. */
    private static String n(double value) {
        long hundredths = Math.round(value * 100);
        if (hundredths % 100 == 0) {
            return Long.toString(hundredths / 100);
        }
        String text = String.format(Locale.ROOT, "%.2f", hundredths / 100.0);
        return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }

    // ---- as a picture

    /** A PNG on white, one and a half times the size. */
    public byte[] png() {
        var image = new BufferedImage((int) (width * SCALE), (int) (height * SCALE), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.scale(SCALE, SCALE);
            for (Mark mark : marks) {
                switch (mark) {
                    case Form form -> draw(g, form);
                    case Words words -> draw(g, words);
                }
            }
        } finally {
            g.dispose();
        }
        return ChartPng.compressed(image);
    }

    private static void draw(Graphics2D g, Form form) {
        if (form.fill != null) {
            g.setColor(form.fill.awt());
            g.fill(form.shape);
        }
        if (form.stroke != null) {
            g.setColor(form.stroke.awt());
            float[] dashes = form.dashed ? new float[] {4, 4} : null;
            g.setStroke(
                    new BasicStroke((float) form.width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, dashes, 0));
            g.draw(form.shape);
        }
    }

    private static void draw(Graphics2D g, Words words) {
        String family = words.digits ? Font.MONOSPACED : Font.SANS_SERIF;
        g.setFont(new Font(family, words.bold ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) words.size));
        g.setColor(words.ink.awt());
        double wide = g.getFontMetrics().getStringBounds(words.text, g).getWidth();
        double left = switch (words.anchor) {
            case START -> 0;
            case MIDDLE -> wide / 2;
            case END -> wide;
        };
        g.drawString(words.text, (float) (words.x - left), (float) words.y);
    }

    @Override
    public String toString() {
        return description;
    }
}
