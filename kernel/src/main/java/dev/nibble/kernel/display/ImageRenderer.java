package dev.nibble.kernel.display;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;

/** Pictures, made smaller where they are larger than any screen. */
public final class ImageRenderer implements Renderer<RenderedImage> {
    private static final int MAX_SIDE = 2_000;

    @Override
    public Class<RenderedImage> type() {
        return RenderedImage.class;
    }

    @Override
    public MimeBundle render(RenderedImage image, RenderOptions options) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(fitted(image), "png", out)) {
                throw new IllegalArgumentException("no way to write this kind of picture as PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("image/png", Base64.getEncoder().encodeToString(out.toByteArray()));
        data.put("text/plain", "picture, " + image.getWidth() + " x " + image.getHeight() + " pixels");
        return MimeBundle.of(data);
    }

    private static RenderedImage fitted(RenderedImage image) {
        double scale = (double) MAX_SIDE / Math.max(image.getWidth(), image.getHeight());
        if (scale >= 1) {
            return image;
        }
        int width = Math.max(1, (int) (image.getWidth() * scale));
        int height = Math.max(1, (int) (image.getHeight() * scale));
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = small.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            g.drawRenderedImage(image, AffineTransform.getScaleInstance(scale, scale));
        } finally {
            g.dispose();
        }
        return small;
    }
}
