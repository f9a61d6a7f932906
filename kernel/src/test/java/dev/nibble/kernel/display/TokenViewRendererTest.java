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
        assertThat(html.split("<details ", -1)).hasSize(3);
        assertThat(html.split("text-decoration:underline", -1))
                .as("one first choice differs")
                .hasSize(2);
        assertThat(bundle.data().get("text/plain").toString())
                .contains("\"<script>\" KL 2.0000, probability 75.00 % -> 25.00 %", "\"\\n\"");
    }
}
