package dev.nibble.compare;

import dev.nibble.core.Recipe;
import java.util.List;
import java.util.Locale;

/**
 * A card that models run on.
 *
 * @param name as its maker calls it
 * @param memoryGiB its memory; what makers call GB here is about as many GiB
 * @param bandwidth of its memory, the maker's peak, in GB (10^9 bytes) per second
 * @param watts board power
 * @param generation its architecture
 * @param formats numbers that its matrix units multiply
 * @param source where these figures are from
 */
public record Accelerator(
        String name,
        double memoryGiB,
        double bandwidth,
        double watts,
        String generation,
        List<String> formats,
        String source) {
    private static final List<Accelerator> ALL = Resources.rows("accelerators.csv").stream()
            .map(f -> new Accelerator(
                    f.get(0),
                    Double.parseDouble(f.get(1)),
                    Double.parseDouble(f.get(2)),
                    Double.parseDouble(f.get(3)),
                    f.get(4),
                    List.of(f.get(5).split(" ", -1)),
                    f.get(6)))
            .toList();

    public Accelerator {
        formats = List.copyOf(formats);
        if (!(memoryGiB > 0 && bandwidth > 0 && watts >= 0)) {
            throw new IllegalArgumentException(
                    name + ": expected a positive memory and bandwidth, and a power of 0 or more");
        }
    }

    /** Every card of the table. */
    public static List<Accelerator> all() {
        return ALL;
    }

    /**
     * The card whose name has these words in it, upper or lower case: "h100 sxm", "4090".
     *
     * @throws IllegalArgumentException if there is none, or several
     */
    public static Accelerator named(String words) {
        String[] wanted = words.strip().toLowerCase(Locale.ROOT).split("\\s+", -1);
        List<Accelerator> found = ALL.stream()
                .filter(a -> List.of(wanted).stream()
                        .allMatch(w -> a.name.toLowerCase(Locale.ROOT).contains(w)))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.isEmpty()) {
            String nearest = Recipe.nearest(
                    words.strip(), ALL.stream().map(Accelerator::name).toList());
            throw new IllegalArgumentException("\"" + words.strip() + "\" is not in the table of cards"
                    + (nearest.isEmpty() ? "." : "; did you mean \"" + nearest + "\"?") + " It has: "
                    + names(ALL));
        }
        throw new IllegalArgumentException("\"" + words.strip() + "\" may be " + names(found) + "; say which");
    }

    private static String names(List<Accelerator> some) {
        return String.join(", ", some.stream().map(Accelerator::name).toList());
    }

    /** Its memory in bytes. */
    public double memoryBytes() {
        return memoryGiB * (1L << 30);
    }
}
