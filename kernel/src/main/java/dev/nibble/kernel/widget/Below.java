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
import java.util.function.Supplier;

/** What stands below a view: what the code that belongs to it has shown last. */
final class Below {
    /** Text of one run, in characters; more is cut. */
    private static final int MAX_TEXT = 100_000;

    private static final String OUTPUT = "_output";
    private static final String PROGRESS = "_progress";

    private final Supplier<AnyWidget> model;
    private volatile Shown shown = Shown.NOTHING;
    private volatile boolean pictures;

    /** @param model whose views show it; gives null while there is none */
    Below(Supplier<AnyWidget> model) {
        this.model = model;
    }

    /** What is there now. */
    Shown shown() {
        return shown;
    }

    /** What a model holds for it at first. */
    Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("_plotly", PlotlyScript.path());
        state.put(OUTPUT, shown.state(false));
        state.put(PROGRESS, null);
        return state;
    }

    /** A view can not draw figures: from now on they are pictures too. */
    void wantPictures() {
        pictures = true;
        AnyWidget open = model.get();
        if (open != null) {
            open.set(OUTPUT, shown.state(true));
        }
    }

    /** Runs code and shows what it shows, in place of what was there. What it throws is shown too, except a stop. */
    void run(Callable<?> code) {
        Cell cell = Cell.current();
        if (cell == null) {
            throw new IllegalStateException("this works in a notebook's cell only, and in threads that a cell started");
        }
        var gathered = new Gathered();
        try {
            Object result = cell.showingOn(gathered::instead, code);
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
        boolean same = now.parts().isEmpty() && shown.parts().isEmpty();
        shown = now;
        AnyWidget open = model.get();
        if (open != null && !same) {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put(OUTPUT, now.state(pictures));
            state.put(PROGRESS, null);
            open.set(state);
        }
    }

    /** Takes what a run shows. */
    private final class Gathered extends NoOutput implements Output {
        // Guarded by this.
        private final List<Shown.Part> parts = new ArrayList<>();
        private final List<String> ids = new ArrayList<>();
        private int length;
        private Output elsewhere = new NoOutput();

        /** Takes the place of another output, to which what belongs elsewhere still goes. */
        synchronized Gathered instead(Output before) {
            elsewhere = before;
            return this;
        }

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
            } else {
                elsewhere.update(bundle, displayId);
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
            AnyWidget open = model.get();
            if (open != null) {
                boolean over = state.phase() != ProgressState.Phase.RUNNING;
                open.set(
                        PROGRESS,
                        over ? null : Map.of("title", state.title(), "done", state.done(), "total", state.total()));
            }
        }
    }
}
