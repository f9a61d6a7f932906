package dev.nibble.cli;

import dev.nibble.compare.TokenView;
import dev.nibble.compare.TokenView.Token;
import java.util.Locale;

/** A token view as text in a terminal's colours. */
final class TokenColours {
    /** What colours say. */
    enum By {
        /** Divergence of the distributions in front of a token. */
        KL,
        /** Change of the token's own probability. */
        DELTA;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String PLAIN = "\033[0m";
    private static final String UNDERLINED = "\033[4m";

    /** Backgrounds of the 256 colours that terminals share, from light to dark; all of them read with black letters. */
    private static final int[] ORANGE = {223, 215, 208};

    private static final int[] BLUE = {195, 117, 39};
    private static final double[] NATS = {0.01, 0.1, 1};
    private static final double[] POINTS = {1, 5, 25};

    private TokenColours() {}

    /** The legend, and the text in colours; underlined where the first choices differ. */
    static String text(TokenView view, By by) {
        StringBuilder out = new StringBuilder();
        if (by == By.KL) {
            out.append("KL, nats from: ");
            for (int i = 0; i < NATS.length; i++) {
                out.append(on(ORANGE[i], " " + number(NATS[i]) + " ")).append(' ');
            }
        } else {
            out.append("Δp, points from: ");
            for (int i = POINTS.length - 1; i >= 0; i--) {
                out.append(on(ORANGE[i], " -" + number(POINTS[i]) + " ")).append(' ');
            }
            for (int i = 0; i < POINTS.length; i++) {
                out.append(on(BLUE[i], " +" + number(POINTS[i]) + " ")).append(' ');
            }
        }
        out.append(UNDERLINED).append("first choice differs").append(PLAIN).append("\n\n");
        view.tokens().forEach(token -> out.append(token(token, by)));
        return out.append('\n').toString();
    }

    private static String token(Token token, By by) {
        double value = by == By.KL ? token.kl() : token.deltaP();
        int step = step(Math.abs(value), by == By.KL ? NATS : POINTS);
        int[] colours = by == By.DELTA && value > 0 ? BLUE : ORANGE;
        StringBuilder out = new StringBuilder();
        // a colour that goes on over the end of a line would fill the rest of it
        for (String line : printable(token.text()).splitWithDelimiters("\n", 0)) {
            String shown = (token.sameTop() ? "" : UNDERLINED) + line;
            out.append(
                    line.equals("\n") || line.isEmpty()
                            ? line
                            : step < 0 ? shown + (token.sameTop() ? "" : PLAIN) : on(colours[step], shown));
        }
        return out.toString();
    }

    private static int step(double size, double[] from) {
        int step = -1;
        while (step + 1 < from.length && size >= from[step + 1]) {
            step++;
        }
        return step;
    }

    private static String on(int colour, String text) {
        return "\033[38;5;16;48;5;" + colour + "m" + text + PLAIN;
    }

    /** Nothing that a terminal would obey. */
    private static String printable(String text) {
        return text.replace("\r", "").replaceAll("[\\p{Cntrl}&&[^\n\t]]", "\ufffd");
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
