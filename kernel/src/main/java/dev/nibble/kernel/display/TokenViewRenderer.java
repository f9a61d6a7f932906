package dev.nibble.kernel.display;

import dev.nibble.compare.TokenView;
import dev.nibble.compare.TokenView.Guess;
import dev.nibble.compare.TokenView.Token;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A text under two models, coloured by how far they are apart in front of a token, or by what the token's probability
 * gained or lost; one of the two is open. A token opens by a click or a key and shows what each model expected. Needs no
 * script, no style sheet and no network: all is {@code details} with inline styles, which notebooks that are not trusted
 * show too (there both can be open at once).
 */
public final class TokenViewRenderer implements Renderer<TokenView> {
    /** Divergence of the darkest colour, in nats. */
    private static final double DARK = 1;
    /** Change of the probability that has the darkest colour, in percentage points. */
    private static final double DARK_POINTS = 50;
    /** A change that has a line under the token, so that its sign is not said by colour alone. */
    private static final double NOTED_POINTS = 1;

    private static final double DARKEST = 0.6;
    /** Tokens that the text form lists. */
    private static final int LISTED = 10;

    /** Numbers the views of a page: of each one coloured text is open. */
    private static final AtomicLong GROUPS = new AtomicLong();

    @Override
    public Class<TokenView> type() {
        return TokenView.class;
    }

    @Override
    public MimeBundle render(TokenView view, RenderOptions options) {
        String group = "token-view-" + Integer.toHexString(view.toString().hashCode()) + "-" + GROUPS.incrementAndGet();
        StringBuilder html = new StringBuilder("<div><p><b>")
                .append(Html.escape(view.toString()))
                .append("</b><br>A token opens by a click, or by Tab and the space bar, and shows what both models"
                        + " expected in its place.</p>");
        panel(html, view, group, " open", "KL divergence", klLegend(), TokenViewRenderer::klLook);
        panel(html, view, group, "", "Δp, the change of its probability", deltaLegend(), t -> deltaLook(t.deltaP()));
        html.append("</div>");
        StringBuilder text = new StringBuilder(view.toString()).append("\nFarthest apart:\n");
        for (Token token : view.farthest(LISTED)) {
            text.append(String.format(
                            Locale.ROOT,
                            "  \"%s\" KL %.4f, probability %.2f %% -> %.2f %%; %s | %s",
                            visible(token.text()),
                            token.kl(),
                            100 * token.before(),
                            100 * token.after(),
                            guesses(token.baseTop()),
                            guesses(token.otherTop())))
                    .append('\n');
        }
        return Cards.bundle(html.toString(), text.toString());
    }

    /** @param look CSS declarations for a token */
    private static void panel(
            StringBuilder out,
            TokenView view,
            String group,
            String open,
            String what,
            String legend,
            Function<Token, String> look) {
        out.append("<details name=\"").append(group).append('"').append(open).append(" style=\"margin:6px 0\">");
        out.append("<summary style=\"cursor:pointer;font-weight:bold\">Each token coloured by ")
                .append(what)
                .append("</summary><p style=\"font-size:0.9em;line-height:2.2;margin:4px 0\">")
                .append(legend)
                .append("</p><div style=\"line-height:2\">");
        view.tokens().forEach(token -> token(out, view, token, look.apply(token)));
        out.append("</div></details>");
    }

    private static String klLegend() {
        StringBuilder out = new StringBuilder("How far apart the distributions are in front of it, in nats: ");
        swatch(out, "background:" + orange(0), "0");
        swatch(out, "background:" + orange(0.01 / DARK), "0.01");
        swatch(out, "background:" + orange(0.1 / DARK), "0.1");
        swatch(out, "background:" + orange(1), "1 or more");
        return out.append("<br>Underlined: the models' first choices differ.").toString();
    }

    private static String deltaLegend() {
        StringBuilder out = new StringBuilder("By how many percentage points it became more or less probable: ");
        swatch(out, deltaLook(-DARK_POINTS), "-50 or less");
        swatch(out, deltaLook(-5), "-5");
        swatch(out, deltaLook(0), "0");
        swatch(out, deltaLook(5), "+5");
        swatch(out, deltaLook(DARK_POINTS), "+50 or more");
        return out.append("<br>Orange over dots: less probable; blue over a line: more probable, from 1 point on.")
                .toString();
    }

    private static void swatch(StringBuilder out, String look, String text) {
        out.append("<span style=\"white-space:nowrap;border:1px solid rgba(128,128,128,0.6);padding:2px 6px;")
                .append(look)
                .append("\">")
                .append(text)
                .append("</span> ");
    }

    private static String klLook(Token token) {
        return "background:" + orange(token.kl() / DARK) + (token.sameTop() ? "" : ";text-decoration:underline");
    }

    private static String deltaLook(double points) {
        String line = points >= NOTED_POINTS
                ? ";border-bottom:2px solid rgb(0,114,178)"
                : points <= -NOTED_POINTS ? ";border-bottom:2px dotted rgb(213,94,0)" : "";
        double share = Math.abs(points) / DARK_POINTS;
        return "background:" + (points > 0 ? shade("0,114,178", share) : orange(share)) + line;
    }

    private static String orange(double share) {
        return shade("213,94,0", share);
    }

    /** A colour over that of the page; small shares are told apart better than large ones. */
    private static String shade(String rgb, double share) {
        return String.format(Locale.ROOT, "rgba(%s,%.2f)", rgb, DARKEST * Math.min(1, Math.sqrt(share)));
    }

    private static void token(StringBuilder out, TokenView view, Token token, String look) {
        String fact = String.format(
                Locale.ROOT,
                "KL %.4f nats; probability %.2f %% to %.2f %% (%+.2f points)",
                token.kl(),
                100 * token.before(),
                100 * token.after(),
                token.deltaP());
        out.append(
                        "<details style=\"display:inline-block;vertical-align:top\"><summary style=\"display:inline;list-style:none;cursor:pointer;"
                                + "white-space:pre-wrap;padding:2px 0;")
                .append(look)
                .append("\" title=\"")
                .append(fact)
                .append("\">")
                .append(Html.escape(shown(token.text())))
                .append("</summary><span style=\"display:inline-block;border:1px solid rgba(128,128,128,0.6);"
                        + "padding:2px 8px;margin:0 4px;font-size:0.85em;line-height:1.5\">")
                .append(fact)
                .append("<br>")
                .append(expected(view.base(), token.baseTop()))
                .append("<br>")
                .append(expected(view.other(), token.otherTop()))
                .append("</span></details>");
        if (token.text().indexOf('\n') >= 0) {
            out.append("<br>");
        }
    }

    private static String expected(String model, List<Guess> guesses) {
        return "<b>" + Html.escape(model) + "</b>: " + Html.escape(guesses(guesses));
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
        return text.replace("\n", "↵").replace("\r", "␍").replace("\t", "⇥");
    }

    private static String visible(String text) {
        return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }
}
