package dev.nibble.kernel.cell;

import java.lang.reflect.Array;
import java.util.Locale;

/**
 * Whether an answer to an exercise is right. Numbers may be off by a thousandth of the expected value, texts may differ
 * in case and white space, arrays and lists are compared element by element.
 *
 * @param answered whether there is an answer at all
 * @param right whether it is the expected one
 * @param message one sentence for the learner
 */
record Exercise(boolean answered, boolean right, String message) {
    private static final double TOLERANCE = 1e-3;

    static Exercise check(Object answer, Object expected, String hint) {
        if (answer == null) {
            return new Exercise(false, false, "No answer yet: replace null by yours and run the cell again.");
        }
        if (equal(answer, expected)) {
            return new Exercise(true, true, "Right: " + shown(expected) + ".");
        }
        String near = answer instanceof Number a && expected instanceof Number e
                ? a.doubleValue() > e.doubleValue() ? " It is less." : " It is more."
                : "";
        return new Exercise(
                true,
                false,
                "Not yet: " + shown(answer) + " is not it." + near + (hint.isEmpty() ? "" : " Hint: " + hint));
    }

    String html() {
        String colour = right ? "#2e9e5b" : answered ? "#d9822b" : "#888888";
        return "<div style=\"border-left:4px solid " + colour + ";padding:4px 10px;margin:4px 0\">"
                + (right ? "✓ " : answered ? "✗ " : "… ") + escaped(message) + "</div>";
    }

    private static boolean equal(Object answer, Object expected) {
        if (answer instanceof Number a && expected instanceof Number e) {
            double off = Math.abs(a.doubleValue() - e.doubleValue());
            return off <= TOLERANCE * Math.abs(e.doubleValue()) || a.equals(e);
        }
        if (answer instanceof CharSequence && expected instanceof CharSequence) {
            return plain(answer).equals(plain(expected));
        }
        if (answer.getClass().isArray() && expected.getClass().isArray()) {
            int n = Array.getLength(expected);
            boolean same = Array.getLength(answer) == n;
            for (int i = 0; same && i < n; i++) {
                same = Array.get(answer, i) != null && equal(Array.get(answer, i), Array.get(expected, i));
            }
            return same;
        }
        if (answer instanceof Iterable<?> a && expected instanceof Iterable<?> e) {
            var left = a.iterator();
            var right = e.iterator();
            while (left.hasNext() && right.hasNext()) {
                Object one = left.next();
                if (one == null || !equal(one, right.next())) {
                    return false;
                }
            }
            return !left.hasNext() && !right.hasNext();
        }
        return answer.equals(expected);
    }

    private static String plain(Object text) {
        return text.toString().toLowerCase(Locale.ROOT).replaceAll("\\s+", "");
    }

    private static String shown(Object value) {
        if (value instanceof Double || value instanceof Float) {
            return String.format(Locale.ROOT, "%.5g", ((Number) value).doubleValue());
        }
        if (value.getClass().isArray()) {
            StringBuilder text = new StringBuilder("{");
            for (int i = 0; i < Math.min(16, Array.getLength(value)); i++) {
                text.append(i == 0 ? "" : ", ").append(shown(Array.get(value, i)));
            }
            return text.append(Array.getLength(value) > 16 ? ", …}" : "}").toString();
        }
        String text = value.toString();
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
