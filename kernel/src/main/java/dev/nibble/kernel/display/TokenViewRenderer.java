package dev.nibble.kernel.display;

import dev.nibble.compare.TokenView;
import dev.nibble.compare.TokenView.Guess;
import dev.nibble.compare.TokenView.Token;
import java.util.List;
import java.util.Locale;

/**
 * A text under two models: the darker a token, the farther apart they are in front of it. A token opens by a click or the
 * Enter key and shows what each would have said; the same stands in its tooltip. Needs no script and no network.
 */
public final class TokenViewRenderer implements Renderer<TokenView> {
    /** Divergence of the darkest colour, in nats. */
    private static final double DARK = 1;

    private static final double DARKEST = 0.6;
    /** Tokens that the text form lists. */
    private static final int LISTED = 10;

    @Override
    public Class<TokenView> type() {
        return TokenView.class;
    }

    @Override
    public MimeBundle render(TokenView view, RenderOptions options) {
        StringBuilder html = new StringBuilder("<div><p><b>")
                .append(Html.escape(view.toString()))
                .append("</b><br>The darker, the farther apart the two models' distributions are in front of a token ("
                        + "darkest from 1 nat on); underlined where their first choices differ. A token opens to show"
                        + " both.</p><div style=\"line-height:1.9\">");
        for (Token token : view.tokens()) {
            token(html, view, token);
        }
        html.append("</div></div>");
        StringBuilder text = new StringBuilder(view.toString()).append("\nFarthest apart:\n");
        for (Token token : view.farthest(LISTED)) {
            text.append(String.format(
                    Locale.ROOT,
                    "  \"%s\" KL %.4f, probability %.2f %% -> %.2f %%; %s | %s%n",
                    visible(token.text()),
                    token.kl(),
                    100 * token.before(),
                    100 * token.after(),
                    guesses(token.baseTop()),
                    guesses(token.otherTop())));
        }
        return Cards.bundle(html.toString(), text.toString().replace(System.lineSeparator(), "\n"));
    }

    private static void token(StringBuilder out, TokenView view, Token token) {
        String fact = String.format(
                Locale.ROOT,
                "KL %.4f nats; probability %.2f %% to %.2f %% (%+.2f points)",
                token.kl(),
                100 * token.before(),
                100 * token.after(),
                token.deltaP());
        String first = view.base() + ": " + guesses(token.baseTop());
        String second = view.other() + ": " + guesses(token.otherTop());
        out.append("<details style=\"display:inline\"><summary style=\"display:inline;list-style:none;cursor:pointer;"
                        + "white-space:pre-wrap;border-radius:2px;padding:2px 0;background:rgba(213,94,0,")
                .append(String.format(Locale.ROOT, "%.2f", DARKEST * Math.min(1, Math.sqrt(token.kl() / DARK))))
                .append(token.sameTop() ? ")\"" : ");text-decoration:underline\"")
                .append(" title=\"")
                .append(Html.escape(fact + "\n" + first + "\n" + second))
                .append("\">")
                .append(Html.escape(shown(token.text())))
                .append("</summary><span style=\"display:inline-block;border:1px solid rgba(128,128,128,0.6);"
                        + "padding:2px 8px;margin:0 4px;font-size:0.85em;line-height:1.4\">")
                .append(Html.escape(fact))
                .append("<br>")
                .append(Html.escape(first))
                .append("<br>")
                .append(Html.escape(second))
                .append("</span></details>");
        if (token.text().indexOf('\n') >= 0) {
            out.append("<br>");
        }
    }

    private static String guesses(List<Guess> guesses) {
        return String.join(
                ", ",
                guesses.stream()
                        .map(g ->
                                String.format(Locale.ROOT, "\"%s\" %.1f %%", visible(g.text()), 100 * g.probability()))
                        .toList());
    }

    /** A token that is only white space would have nothing to click on. */
    private static String shown(String text) {
        return text.replace("\n", "↵").replace("\r", "").replace("\t", "⇥");
    }

    private static String visible(String text) {
        return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }
}
