package dev.nibble.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExerciseTest {
    @Test
    void numbersMayBeOffByAThousandthAndOfAnyType() {
        assertThat(Exercise.check(4.25, 4.25, "").right()).isTrue();
        assertThat(Exercise.check(4.2531f, 4.25, "").right()).isTrue();
        assertThat(Exercise.check(4, 4.0, "").right()).isTrue();
        assertThat(Exercise.check(0, 0.0, "").right()).isTrue();
        assertThat(Exercise.check(4.3, 4.25, "look again"))
                .isEqualTo(new Exercise(true, false, "Not yet: 4.3000 is not it. It is less. Hint: look again"));
        assertThat(Exercise.check(Double.NaN, 4.25, "").right()).isFalse();
    }

    @Test
    void textsArraysAndListsAreCompared() {
        assertThat(Exercise.check(" INT4:g32", "int4:g32", "").right()).isTrue();
        assertThat(Exercise.check(new int[] {1, 2}, new double[] {1, 2}, "").right())
                .isTrue();
        assertThat(Exercise.check(new int[] {1, 2}, new int[] {1}, "").right()).isFalse();
        assertThat(Exercise.check(List.of("a", "B"), List.of("a", "b"), "").right())
                .isTrue();
        assertThat(Exercise.check(List.of("a"), List.of("a", "b"), "").right()).isFalse();
        assertThat(Exercise.check("4", 4, "").right()).isFalse();
        assertThat(Exercise.check(true, true, "").right()).isTrue();
    }

    @Test
    void noAnswerIsNoMistake() {
        Exercise open = Exercise.check(null, 4, "hint");
        assertThat(open.answered()).isFalse();
        assertThat(open.message()).contains("null").doesNotContain("hint");
        assertThat(Exercise.check("<b>", "x", "").html()).contains("&lt;b&gt;");
    }
}
