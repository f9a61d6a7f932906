package dev.nibble.plot;

import java.util.List;
import java.util.Objects;

/**
 * One axis of a {@link Chart}.
 *
 * @param label what is shown, a few words
 * @param unit its unit ("dB", "bits"), or "" for a pure number
 * @param log logarithmic, base 10; values that are not positive are gaps
 * @param categories names of the positions 0, 1, 2, …, or empty for a number line; a vertical axis with names may hold
 *     points between them
 */
public record Axis(String label, String unit, boolean log, List<String> categories) {
    public Axis {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(unit, "unit");
        categories = List.copyOf(categories);
        if (log && !categories.isEmpty()) {
            throw new IllegalArgumentException("axis \"" + label + "\": categories have no logarithm");
        }
    }

    /** A linear number line with a unit. */
    public static Axis of(String label, String unit) {
        return new Axis(label, unit, false, List.of());
    }

    /** A linear number line of pure numbers. */
    public static Axis of(String label) {
        return of(label, "");
    }

    /** A logarithmic number line, base 10; values that are not positive are gaps. */
    public static Axis log(String label, String unit) {
        return new Axis(label, unit, true, List.of());
    }

    /** Positions 0, 1, 2, … with names. */
    public static Axis categories(String label, List<String> names) {
        return new Axis(label, "", false, names);
    }

    /** The label with its unit in brackets, as it is written along the axis. */
    public String title() {
        return unit.isEmpty() ? label : label + " (" + unit + ")";
    }

    /** The value as this axis can show it: NaN for a gap. */
    double shown(double value) {
        return !Double.isFinite(value) || (log && value <= 0) ? Double.NaN : value;
    }
}
