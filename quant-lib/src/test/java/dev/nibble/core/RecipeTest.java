package dev.nibble.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "int4",
                "int4:g128",
                "int4:sym:g32",
                "nf4:b64:dq",
                "q4_k",
                "gptq:int4:g128:act",
                "smoothquant:w8a8:0.85",
                "mixed:4.25bpw",
                "fp8:e4m3"
            })
    void readsAndPrintsTheSameText(String text) {
        assertThat(Recipe.parse(text)).hasToString(text);
        assertThat(Recipe.parse(Recipe.parse(text).toString())).isEqualTo(Recipe.parse(text));
    }

    @Test
    void ignoresCaseAndSpaceAroundInEveryLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.of("tr"));
            assertThat(Recipe.parse("  INT4:G128 ")).isEqualTo(Recipe.of("int4", "g128"));
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ":",
                "int4:",
                ":g128",
                "int4::g128",
                "int 4",
                "w=int4",
                "a;b",
                "layers.*",
                "int4:ß",
                "_x"
            })
    void refusesWhatIsNoRecipeAndSaysWhatOneIs(String text) {
        assertThatThrownBy(() -> Recipe.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(?s).*(recipe).*(int4:g128).*");
    }

    @Test
    void refusesALongTextWithoutRepeatingIt() {
        assertThatThrownBy(() -> Recipe.parse("x".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }

    @Test
    void aMethodReadsTheRestAsTheRecipeOfItsGrid() {
        assertThat(Recipe.parse("gptq:int4:g128:act").tail()).hasToString("int4:g128:act");
    }

    @Test
    void findsTheNearestWordOrNone() {
        List<String> words = List.of("int8", "int4", "nf4", "mxfp4");
        assertThat(Recipe.nearest("itn4", words)).isEqualTo("int4");
        assertThat(Recipe.nearest("nf5", words)).isEqualTo("nf4");
        assertThat(Recipe.nearest("mxpf4", words)).isEqualTo("mxfp4");
        assertThat(Recipe.nearest("gguf", words)).isEmpty();
        // Names in a file may be of any length; comparing these two in full would take a gigabyte.
        assertThat(Recipe.nearest("int9", List.of("x".repeat(60_000_000), "int8")))
                .isEqualTo("int8");
    }
}
