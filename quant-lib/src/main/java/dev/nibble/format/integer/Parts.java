package dev.nibble.format.integer;

import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.StoredPart;
import java.util.List;
import java.util.Locale;

/** Stored parts on their way back in. */
final class Parts {
    private Parts() {}

    /**
     * Copies of the bytes of parts that are those of a format's layout.
     *
     * @throws IllegalArgumentException if they are not; the message names the part, its size and the one expected
     */
    static byte[][] require(Format format, String name, int rows, int cols, List<StoredPart> parts) {
        if (rows < 1 || cols < 1) {
            throw new IllegalArgumentException(name + ": [" + rows + ", " + cols + "] is no shape of a matrix");
        }
        List<PartLayout> layout = format.layout(rows, cols);
        if (layout.size() != parts.size()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: %d parts were given, but %s has %s",
                    name,
                    parts.size(),
                    format.recipe(),
                    layout.stream().map(PartLayout::name).toList()));
        }
        byte[][] bytes = new byte[parts.size()][];
        for (int i = 0; i < bytes.length; i++) {
            PartLayout wanted = layout.get(i);
            StoredPart part = parts.get(i);
            if (!part.name().equals(wanted.name()) || part.size() != wanted.bytes()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: part \"%s\" has %,d bytes, but %s of [%d, %d] has a part \"%s\" of %,d here",
                        name,
                        part.name(),
                        part.size(),
                        format.recipe(),
                        rows,
                        cols,
                        wanted.name(),
                        wanted.bytes()));
            }
        }
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = parts.get(i).toBytes();
        }
        return bytes;
    }
}
