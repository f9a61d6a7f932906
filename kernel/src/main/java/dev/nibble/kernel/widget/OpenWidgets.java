package dev.nibble.kernel.widget;

import dev.nibble.kernel.comm.Comm;
import dev.nibble.kernel.comm.CommMessage;
import java.util.LinkedHashMap;
import java.util.Map;

/** The models that a front end may have views of, for pages that are loaded again. Safe to use from any thread. */
final class OpenWidgets {
    /** The comm target of models. */
    static final String TARGET = "jupyter.widget";

    /** A cell that is run again and again makes new widgets each time: those that rest longest close. */
    private static final int MAX = 500;

    // Guarded by itself; what was used last comes last.
    private static final Map<String, AnyWidget> OPEN = new LinkedHashMap<>(16, 0.75f, true);

    static {
        Comm.accept(
                "jupyter.widget.control",
                (comm, first) -> comm.onMessage(message -> {
                    if ("request_states".equals(message.data().get("method"))) {
                        comm.send(states());
                    }
                }));
    }

    private OpenWidgets() {}

    static void remember(String id, AnyWidget widget) {
        AnyWidget oldest = null;
        synchronized (OPEN) {
            OPEN.put(id, widget);
            if (OPEN.size() > MAX) {
                oldest = OPEN.remove(OPEN.keySet().iterator().next());
            }
        }
        if (oldest != null) {
            oldest.close();
        }
    }

    /** A view has sent something: somebody sees it. */
    static void used(String id) {
        synchronized (OPEN) {
            var _ = OPEN.get(id);
        }
    }

    static void forget(String id) {
        synchronized (OPEN) {
            OPEN.remove(id);
        }
    }

    private static CommMessage states() {
        Map<String, AnyWidget> open;
        synchronized (OPEN) {
            open = new LinkedHashMap<>(OPEN);
        }
        Map<String, Object> states = new LinkedHashMap<>();
        open.forEach((id, widget) -> {
            Map<String, Object> whole = widget.whole();
            if (!whole.isEmpty()) {
                states.put(id, whole);
            }
        });
        Buffers split = Buffers.split(states);
        return new CommMessage(
                Map.of("method", "update_states", "states", split.state(), "buffer_paths", split.paths()),
                Map.of(),
                split.buffers());
    }
}
