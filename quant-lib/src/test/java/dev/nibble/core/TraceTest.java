package dev.nibble.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TraceTest {
    record Chosen(int row, double scale) implements Trace.Step {}

    record Skipped(int row) implements Trace.Step {}

    @Test
    void keepsStepsInOrderAndByKind() {
        Trace trace = Trace.record();
        trace.add(() -> new Chosen(0, 0.5));
        trace.add(() -> new Skipped(1));
        trace.add(() -> new Chosen(2, 0.25));
        assertThat(trace.isOn()).isTrue();
        assertThat(trace.steps()).hasSize(3);
        assertThat(trace.steps(Chosen.class)).containsExactly(new Chosen(0, 0.5), new Chosen(2, 0.25));
    }

    @Test
    void makesNoStepWhenNobodyListens() {
        Trace trace = Trace.off();
        trace.add(() -> {
            throw new AssertionError("a step was made");
        });
        assertThat(trace.isOn()).isFalse();
        assertThat(trace.steps()).isEmpty();
    }
}
