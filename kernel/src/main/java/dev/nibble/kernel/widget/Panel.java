package dev.nibble.kernel.widget;

import java.util.List;
import java.util.concurrent.Callable;

/** Controls, and below them what the code that belongs to them has shown last, in one model. */
final class Panel {
    private final List<Control<?>> controls;
    private final Below below = new Below(this::ifOpen);
    private AnyWidget model;

    Panel(List<? extends Control<?>> controls) {
        this.controls = List.copyOf(controls);
    }

    /** What is below the controls. */
    Shown shown() {
        return below.shown();
    }

    synchronized AnyWidget model() {
        if (model == null) {
            AnyWidget made = new AnyWidget(below)
                    .set(
                            "_controls",
                            controls.stream().map(Control::description).toList());
            for (int i = 0; i < controls.size(); i++) {
                controls.get(i).showIn(made, Control.name(i));
            }
            made.onChange(state -> Control.received(state, made, controls));
            model = made.complete();
        }
        return model;
    }

    private synchronized AnyWidget ifOpen() {
        return model;
    }

    /** Runs code and shows what it shows, in place of what was there. What it throws is shown too, except a stop. */
    void run(Callable<?> code) {
        below.run(code);
    }
}
