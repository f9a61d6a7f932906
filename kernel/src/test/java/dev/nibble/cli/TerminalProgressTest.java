package dev.nibble.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {
    private static final String ERASE = "\033[K";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CancelToken token = new CancelToken();
    private final TerminalProgress progress =
            new TerminalProgress(token, new PrintStream(bytes, true, StandardCharsets.UTF_8), 60);

    @Test
    void aTaskIsOneLineThatIsTakenAwayAtItsEnd() {
        try (var task = progress.task("read", 200, "tensors")) {
            task.step(50);
        }
        List<String> drawn = drawn();
        assertThat(drawn.getFirst()).startsWith("read  ───").endsWith("0 %  0 of 200 tensors");
        assertThat(drawn.getLast()).isEmpty();
        assertThat(text()).doesNotContain("\n").endsWith("\r" + ERASE);
    }

    @Test
    void bytesAreMegabytesAndAnUnknownAmountHasNoBar() {
        try (var task = progress.task("download", 92_871_040, "bytes")) {
            task.step(0);
        }
        try (var task = progress.task("wait", -1, "")) {
            task.step(0);
        }
        assertThat(text()).contains("0.0 of 92.9 MB", "wait  …  0 s");
    }

    @Test
    void insideAnotherTaskBothAreSeenAndNoLineIsLongerThanTheTerminal() {
        try (var outer = progress.task("run cells", 12, "cells")) {
            outer.step(3);
            try (var inner = progress.task("a title that is much too long for this line", 10, "rows")) {
                inner.step(1);
            }
        }
        assertThat(drawn()).anyMatch(line -> line.startsWith("run cells 3 of 12:  a title that is"));
        assertThat(drawn()).allMatch(line -> line.length() < 60);
    }

    @Test
    void aHundredThousandStepsDrawFewLines() {
        try (var task = progress.task("count", 100_000, "rows")) {
            for (int i = 0; i < 100_000; i++) {
                task.step(1);
            }
        }
        assertThat(drawn()).hasSizeLessThan(200);
    }

    @Test
    void aStopIsThrownAtTheNextStepAlsoWhereNothingIsDrawn() {
        var quiet = new TerminalProgress(token, null, 60);
        try (var task = quiet.task("work", 10, "rows")) {
            task.step(1);
            token.cancel();
            assertThatThrownBy(() -> task.step(1)).isInstanceOf(Cancelled.class).hasMessageContaining("work");
        }
        assertThat(bytes.size()).isZero();
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private List<String> drawn() {
        return Arrays.stream(text().split("\r", -1))
                .skip(1)
                .map(line -> line.replace(ERASE, ""))
                .toList();
    }
}
