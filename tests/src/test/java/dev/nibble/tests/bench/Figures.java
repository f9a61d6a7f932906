package dev.nibble.tests.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Numbers as tables show them, and medians. */
final class Figures {
    private Figures() {}

    /** Three significant digits; a dash for what was not measured. */
    static String figure(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3g", value);
    }

    /** Three significant digits, for a file. */
    static double rounded(double value) {
        return Double.isNaN(value) || value == 0
                ? value
                : Double.parseDouble(String.format(Locale.ROOT, "%.3g", value));
    }

    /** The middle one; NaN of none. */
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
