package dev.nibble.plot;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A picture in at most 256 of its own colours, a third as large as a PNG. Drawings have few colours; what is given up
 * are shades of smoothed edges that differ by less than the eye sees. The colours that cover most stay exact.
 */
final class FewColours {
    private static final int MAX = 256;

    /** Colours closer than this in every channel, of 256 steps, are one. */
    private static final int SAME = 10;

    private FewColours() {}

    static BufferedImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        Map<Integer, Integer> counts = new HashMap<>();
        for (int pixel : pixels) {
            counts.merge(pixel & 0xffffff, 1, Integer::sum);
        }
        List<Integer> kept = palette(counts);
        Map<Integer, Integer> nearest = new HashMap<>();
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model(kept));
        byte[] row = new byte[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                row[x] = (byte) (int) nearest.computeIfAbsent(pixels[y * width + x] & 0xffffff, c -> nearest(kept, c));
            }
            result.getRaster().setDataElements(0, y, width, 1, row);
        }
        return result;
    }

    /** The most frequent colours; equally frequent ones by value, so that the same drawing gives the same file. */
    private static List<Integer> palette(Map<Integer, Integer> counts) {
        List<Integer> frequent = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
        List<Integer> kept = new ArrayList<>();
        for (int colour : frequent) {
            if (kept.size() == MAX) {
                break;
            }
            if (kept.stream().noneMatch(k -> distance(k, colour) < SAME)) {
                kept.add(colour);
            }
        }
        return kept;
    }

    private static IndexColorModel model(List<Integer> colours) {
        byte[] r = new byte[colours.size()];
        byte[] g = new byte[colours.size()];
        byte[] b = new byte[colours.size()];
        for (int i = 0; i < r.length; i++) {
            r[i] = (byte) (colours.get(i) >> 16);
            g[i] = (byte) (colours.get(i) >> 8);
            b[i] = (byte) (int) colours.get(i);
        }
        return new IndexColorModel(8, r.length, r, g, b);
    }

    private static int nearest(List<Integer> colours, int colour) {
        int best = 0;
        for (int i = 1; i < colours.size(); i++) {
            if (distance(colours.get(i), colour) < distance(colours.get(best), colour)) {
                best = i;
            }
        }
        return best;
    }

    /** The largest difference of a channel. */
    private static int distance(int a, int b) {
        int red = Math.abs((a >> 16) - (b >> 16));
        int green = Math.abs((a >> 8 & 255) - (b >> 8 & 255));
        return Math.max(red, Math.max(green, Math.abs((a & 255) - (b & 255))));
    }
}
