package dev.nibble.kernel.widget;

import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.PlotlyScript;
import dev.nibble.kernel.display.ProgressState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Controls, and below them what the code that belongs to them has shown last, in one model. */
final class Panel {
    /** Text of one run, in characters; more is cut. */
    private static final int MAX_TEXT = 100_000;

    private static final String OUTPUT = "output";
    private static final String PROGRESS = "progress";
    /** Set by views that cannot draw figures: they get pictures. */
    private static final String PICTURES = "pictures";

    private final List<Control<?>> controls;
    private volatile Shown shown = Shown.NOTHING;
    private AnyWidget model;

    Panel(List<? extends Control<?>> controls) {
        this.controls = List.copyOf(controls);
    }

    /** What is below the controls. */
    Shown shown() {
        return shown;
    }

    synchronized AnyWidget model() {
        if (model == null) {
            AnyWidget made = new AnyWidget(Assets.text("widget.js"), Assets.text("widget.css"))
                    .set("controls", controls.stream().map(Control::description).toList())
                    .set("plotly", PlotlyScript.path())
                    .set(PICTURES, false)
                    .set(OUTPUT, shown.state(false))
                    .set(PROGRESS, null);
            for (int i = 0; i < controls.size(); i++) {
                controls.get(i).showIn(made, Control.name(i));
            }
            made.onChange(state -> {
                if (state.containsKey(PICTURES)) {
                    made.set(OUTPUT, shown.state(true));
                }
                Control.received(state, made, controls);
            });
            model = made.complete();
        }
        return model;
    }

    /** Runs code and shows what it shows, in place of what was there. What it throws is shown too, except a stop. */
    void run(Callable<?> code) {
        Cell cell = Cell.current();
        if (cell == null) {
            throw new IllegalStateException("this works in a notebook's cell only, and in threads that a cell started");
        }
        var gathered = new Gathered();
        try {
            Object result = cell.showingOn(gathered, code);
            if (result instanceof Shown already) {
                already.parts().forEach(gathered::add);
            } else if (result != null) {
                gathered.add(new Shown.Value(result));
            }
        } catch (Throwable e) { // whatever the code throws belongs in its place
            gathered.add(new Shown.Failure(cell.explain(e)));
        }
        show(gathered.shown());
        if (cell.isCancelled()) {
            throw new dev.nibble.core.Cancelled("a widget's code");
        }
    }

    private void show(Shown now) {
        shown = now;
        AnyWidget open = ifOpen();
        if (open != null) {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put(OUTPUT, now.state(Boolean.TRUE.equals(open.get(PICTURES))));
            state.put(PROGRESS, null);
            open.set(state);
        }
    }

    private synchronized AnyWidget ifOpen() {
        return model;
    }

    /** Takes what a run shows. */
    private final class Gathered extends NoOutput implements Output {
        // Guarded by this.
        private final List<Shown.Part> parts = new ArrayList<>();
        private final List<String> ids = new ArrayList<>();
        private int length;

        synchronized void add(Shown.Part part) {
            add(part, null);
        }

        private void add(Shown.Part part, String id) {
            parts.add(part);
            ids.add(id);
        }

        synchronized Shown shown() {
            return new Shown(parts);
        }

        @Override
        public synchronized void stream(String name, String text) {
            if (length > MAX_TEXT) {
                return;
            }
            length += text.length();
            String kept = length <= MAX_TEXT
                    ? text
                    : text.substring(0, text.length() - (length - MAX_TEXT)) + "\n… the rest of the text is cut\n";
            if (!parts.isEmpty()
                    && parts.getLast() instanceof Shown.Text(String stream, String before)
                    && stream.equals(name)) {
                parts.set(parts.size() - 1, new Shown.Text(name, before + kept));
            } else {
                add(new Shown.Text(name, kept), null);
            }
        }

        @Override
        public synchronized void display(MimeBundle bundle, String displayId) {
            add(new Shown.Value(bundle), displayId);
        }

        @Override
        public synchronized void update(MimeBundle bundle, String displayId) {
            int at = ids.indexOf(displayId);
            if (displayId != null && at >= 0) {
                parts.set(at, new Shown.Value(bundle));
            }
        }

        @Override
        public synchronized void clear(boolean wait) {
            parts.clear();
            ids.clear();
            length = 0;
        }

        @Override
        public void progress(ProgressState state) {
            AnyWidget open = ifOpen();
            if (open != null) {
                boolean over = state.phase() != ProgressState.Phase.RUNNING;
                open.set(
                        PROGRESS,
                        over ? null : Map.of("title", state.title(), "done", state.done(), "total", state.total()));
            }
        }
    }
}
