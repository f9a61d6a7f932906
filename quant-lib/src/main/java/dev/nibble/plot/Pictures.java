package dev.nibble.plot;

import dev.nibble.tensor.Matrix;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Grey pictures as matrices, one value in 0 … 1 per pixel: what a format does to weights can be seen at a glance when
 * the weights are a picture. Banding is a step of the grid, a blocky patch is a scale shared with something bright.
 */
public final class Pictures {
    private static final int MARGIN = 8;
    private static final int CAPTION = 22;
    private static final int MAX_SIDE = 4_096;

    private Pictures() {}

    /**
     * A landscape of hills under a low sun, drawn by arithmetic: smooth shades, fine texture, one glaring spot. The same
     * numbers on every machine.
     *
     * @param rows height in pixels, [rows, cols]
     * @param cols width in pixels
     */
    public static Matrix landscape(int rows, int cols) {
        float[] grey = new float[Math.multiplyExact(rows, cols)];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                grey[r * cols + c] = (float) shade((double) c / cols, (double) r / rows);
            }
        }
        return Matrix.of("landscape", rows, cols, grey);
    }

    /**
     * The picture of a file (PNG, JPEG, GIF or BMP) in shades of grey (Rec. 709 luma of the stored values), made smaller
     * by whole steps until no side is longer than {@code maxSide}.
     *
     * @throws IllegalArgumentException if the file is no picture, or one of more than 100 million pixels
     */
    public static Matrix read(Path file, int maxSide) {
        if (maxSide < 1 || maxSide > MAX_SIDE) {
            throw new IllegalArgumentException("a side of " + maxSide + " pixels; expected 1 to " + MAX_SIDE);
        }
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(file + ": there is no such file, or it can not be read");
        }
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IllegalArgumentException(file + " is no picture; expected PNG, JPEG, GIF or BMP");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                int width = reader.getWidth(0);
                int height = reader.getHeight(0);
                if ((long) width * height > 100_000_000) {
                    throw new IllegalArgumentException(String.format(
                            Locale.ROOT, "%s has %d x %d pixels, more than 100 million", file, width, height));
                }
                int step = (Math.max(width, height) - 1) / maxSide + 1;
                var param = reader.getDefaultReadParam();
                param.setSourceSubsampling(step, step, 0, 0);
                return grey(file.getFileName().toString(), reader.read(0, param));
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can not be read as a picture: " + e.getMessage(), e);
        }
    }

    private static Matrix grey(String name, BufferedImage image) {
        int rows = image.getHeight();
        int cols = image.getWidth();
        float[] grey = new float[rows * cols];
        for (int i = 0; i < grey.length; i++) {
            int rgb = image.getRGB(i % cols, i / cols);
            grey[i] = (0.2126f * (rgb >>> 16 & 255) + 0.7152f * (rgb >>> 8 & 255) + 0.0722f * (rgb & 255)) / 255;
        }
        return Matrix.of(name, rows, cols, grey);
    }

    /**
     * Matrices side by side as a picture, at most {@code perLine} in a line, each under its name. 0 is black and 1 is
     * white; what lies outside is cut off.
     */
    public static BufferedImage sideBySide(int perLine, Matrix... pictures) {
        if (pictures.length == 0 || perLine < 1) {
            throw new IllegalArgumentException("no picture to show");
        }
        int columns = Math.min(perLine, pictures.length);
        int lines = (pictures.length - 1) / columns + 1;
        int width = 0;
        int height = 0;
        for (Matrix picture : pictures) {
            if (picture.rows() > MAX_SIDE || picture.cols() > MAX_SIDE || picture.size() == 0) {
                throw new IllegalArgumentException(
                        picture + " can not be shown: a side has 1 to " + MAX_SIDE + " pixels");
            }
            width = Math.max(width, picture.cols());
            height = Math.max(height, picture.rows());
        }
        BufferedImage image = new BufferedImage(
                columns * (width + MARGIN) + MARGIN,
                lines * (height + CAPTION + MARGIN) + MARGIN,
                BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.setColor(new Color(0x202020));
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            for (int i = 0; i < pictures.length; i++) {
                int x = MARGIN + i % columns * (width + MARGIN);
                int y = MARGIN + i / columns * (height + CAPTION + MARGIN);
                g.drawImage(image(pictures[i]), x, y + CAPTION, null);
                g.drawString(fitting(g, pictures[i].name(), width), x, y + CAPTION - 7);
            }
        } finally {
            g.dispose();
        }
        return image;
    }

    private static String fitting(Graphics2D g, String text, int width) {
        String shown = text;
        while (shown.length() > 2 && g.getFontMetrics().stringWidth(shown) > width) {
            shown = shown.substring(0, shown.length() - 2) + "…";
        }
        return shown;
    }

    private static BufferedImage image(Matrix picture) {
        BufferedImage image = new BufferedImage(picture.cols(), picture.rows(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < picture.size(); i++) {
            int level = Math.clamp(Math.round(picture.values()[i] * 255), 0, 255);
            image.setRGB(i % picture.cols(), i / picture.cols(), level * 0x10101);
        }
        return image;
    }

    /** Brightness at (x, y), both 0 … 1 from the upper left. */
    private static double shade(double x, double y) {
        double sun = StrictMath.hypot((x - 0.68) * 1.35, y - 0.27);
        double light = 0.30 + 0.45 * y + 0.55 * StrictMath.exp(-sun * 7) + 0.05 * clouds(x * 5, y * 14);
        if (sun < 0.055) {
            light = 1;
        }
        for (int hill = 0; hill < 4; hill++) {
            double top = 0.45 + 0.14 * hill + 0.13 * (clouds(x * (2.2 + hill) + 17 * hill, hill) - 0.5);
            if (y > top) {
                double depth = (y - top) / (1.02 - top);
                double texture = clouds(x * 60 + hill * 31, y * 90) - 0.5;
                double grain = noise((int) (x * 512), (int) (y * 512)) - 0.5;
                light = 0.46 - 0.11 * hill + 0.16 * depth + (0.05 + 0.05 * hill) * texture + 0.02 * hill * grain;
            }
        }
        return Math.clamp(light, 0, 1);
    }

    /** Value noise in four octaves, 0 … 1. */
    private static double clouds(double x, double y) {
        double sum = 0;
        double weight = 0.5;
        for (int octave = 0; octave < 4; octave++) {
            int i = (int) Math.floor(x);
            int j = (int) Math.floor(y);
            double u = smooth(x - i);
            double v = smooth(y - j);
            double upper = noise(i, j) * (1 - u) + noise(i + 1, j) * u;
            double lower = noise(i, j + 1) * (1 - u) + noise(i + 1, j + 1) * u;
            sum += weight * (upper * (1 - v) + lower * v);
            weight /= 2;
            x = x * 2 + 5;
            y = y * 2 + 3;
        }
        return sum / 0.9375;
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }

    /** A number in 0 … 1 that belongs to a place of the grid: the finaliser of SplitMix64. */
    private static double noise(int i, int j) {
        long z = (i * 0x9E3779B97F4A7C15L) ^ (j * 0xC2B2AE3D27D4EB4FL);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return (z >>> 11) * 0x1p-53;
    }
}
