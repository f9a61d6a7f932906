package dev.nibble.kernel.display;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.compare.TokenView;
import dev.nibble.compare.TokenView.Guess;
import dev.nibble.compare.TokenView.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenViewRendererTest {
    @Test
    void textsOfStrangersAreTextAndEveryTokenOpensWithoutScripts() {
        List<Guess> first = List.of(new Guess(1, "<script>", 0.75));
        List<Guess> second = List.of(new Guess(2, "\"b\"", 0.5));
        TokenView view = new TokenView(
                "a & b",
                "other",
                List.of(
                        new Token(1, "<script>", 2, 0.75, 0.25, first, second),
                        new Token(2, "\n", 0, 1, 1, first, first)));
        MimeBundle bundle = new TokenViewRenderer().render(view, RenderOptions.DEFAULT);
        String html = bundle.data().get("text/html").toString();
        assertThat(html)
                .doesNotContain("<script")
                .contains("a &amp; b", "&lt;script&gt;", "75.00 % to 25.00 % (-50.00 points)", "rgba(213,94,0,0.60)")
                .contains("rgba(213,94,0,0.00)");
        assertThat(html.split("<details style=\"display:inline-block", -1))
                .as("two tokens in two colourings")
                .hasSize(5);
        assertThat(html.split("text-decoration:underline", -1))
                .as("one first choice differs, and the colouring by KL says so")
                .hasSize(2);
        assertThat(bundle.data().get("text/plain").toString())
                .contains("\"<script>\" KL 2.0000, probability 75.00 % -> 25.00 %", "\"\\n\"");
    }

    @Test
    void aSwitchTurnsFromDivergenceToTheSignOfTheChange() {
        List<Guess> same = List.of(new Guess(1, "a", 0.5));
        // by hand: 0.25 to 0.375 is +12.5 points, a quarter of 50, so half of the darkest; 0.75 to 0.25 is -50
        TokenView view = new TokenView(
                "a",
                "b",
                List.of(
                        new Token(1, "up", 0, 0.25, 0.375, same, same),
                        new Token(2, "down", 0, 0.75, 0.25, same, same),
                        new Token(3, "level", 0, 0.5, 0.5, same, same)));
        assertThat(view.tokens().stream().map(Token::deltaP)).containsExactly(12.5, -50.0, 0.0);
        String html = new TokenViewRenderer()
                .render(view, RenderOptions.DEFAULT)
                .data()
                .get("text/html")
                .toString();
        String[] panels = html.split("<details name=", -1);
        assertThat(panels).hasSize(3);
        assertThat(panels[1]).startsWith(panels[2].substring(0, panels[2].indexOf('"', 1) + 1) + " open");
        assertThat(panels[1]).contains("in nats").doesNotContain("rgba(0,114,178");
        assertThat(panels[2])
                .contains("percentage points")
                .containsPattern("background:rgba\\(0,114,178,0\\.30\\);border-bottom:2px solid[^<>]*>up<")
                .containsPattern("background:rgba\\(213,94,0,0\\.60\\);border-bottom:2px dotted[^<>]*>down<")
                .containsPattern("background:rgba\\(213,94,0,0\\.00\\)\"[^<>]*>level<");
        assertThat(new TokenViewRenderer()
                        .render(view, RenderOptions.DEFAULT)
                        .data()
                        .get("text/html"))
                .as("the switches of two views on a page are apart")
                .isNotEqualTo(html);
    }
}
