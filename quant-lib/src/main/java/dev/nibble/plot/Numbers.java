package dev.nibble.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Numbers as people read them: few significant digits, a point whatever the locale. */
public final class Numbers {
    private static final int DIGITS = 4;

    private Numbers() {}

    /** Four significant digits: {@code 0.01235}, {@code 4.25}, {@code 1.235e-6}, {@code ∞}. */
    public static String text(double value) {
        return text(value, DIGITS);
    }

    /**
     * @param significant digits kept; trailing zeros are dropped; whole numbers below a million keep all theirs
     */
    public static String text(double value, int significant) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "-∞";
        }
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size < 1e6 && value == Math.rint(value)) {
            return Long.toString((long) value);
        }
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(significant)).stripTrailingZeros();
        if (size >= 1e-4 && size < 1e6) {
            return rounded.toPlainString();
        }
        int exponent = rounded.precision() - rounded.scale() - 1;
        return rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
    }

    /**
     * One way to write all values of a column, so that they can be compared down the page: a fixed number of decimals
     * that leaves the largest four significant digits and the smallest two, or else scientific notation.
     */
    public static DoubleFunction<String> column(double[] values) {
        double[] sizes = Arrays.stream(values)
                .filter(Double::isFinite)
                .map(Math::abs)
                .filter(v -> v > 0)
                .toArray();
        if (sizes.length == 0) {
            return Numbers::text;
        }
        double high = Arrays.stream(sizes).max().getAsDouble();
        double low = Arrays.stream(sizes).min().getAsDouble();
        if (high < 1e15 && Arrays.stream(sizes).allMatch(v -> v == Math.rint(v))) {
            return v -> Double.isFinite(v) ? Long.toString((long) v) : text(v);
        }
        int magnitude = (int) Math.floor(Math.log10(high));
        int decimals = Math.max(Math.max(0, DIGITS - 1 - magnitude), 1 - (int) Math.floor(Math.log10(low)));
        if (magnitude >= 6 || decimals > 6 || Math.max(magnitude, 0) + decimals > 8) {
            return v -> Double.isFinite(v) ? v == 0 ? "0" : scientific(v) : text(v);
        }
        return v -> Double.isFinite(v) ? fixed(v, decimals) : text(v);
    }

    /** {@code 1.235e-06} becomes {@code 1.235e-6}. */
    private static String scientific(double value) {
        String java = String.format(Locale.ROOT, "%.3e", value);
        int e = java.indexOf('e');
        return java.substring(0, e + 1) + Integer.parseInt(java.substring(e + 1));
    }

    private static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.startsWith("-") && text.chars().allMatch(c -> c == '-' || c == '0' || c == '.')
                ? text.substring(1)
                : text;
    }

    /** Bytes in the unit that gives one to four digits before the point: {@code 98.36 MB}. */
    public static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        String[] units = {"kB", "MB", "GB", "TB", "PB", "EB"};
        double value = bytes;
        int unit = -1;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return text(value) + " " + units[unit];
    }
}
