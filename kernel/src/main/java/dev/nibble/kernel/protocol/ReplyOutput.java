package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.ProgressState;
import dev.nibble.kernel.display.ProgressState.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;

/** A cell's output as messages to every front end. */
final class ReplyOutput implements Output {
    private static final double REMEMBERED_SECONDS = 5;

    private final Reply reply;
    /** Task to the display id of its line. */
    private final Map<String, String> lines = new HashMap<>();
    /** Lines whose task is over. */
    private final Queue<String> free = new ArrayDeque<>();
    // For the reply. Guarded by this.
    private final List<ObjectNode> payload = new ArrayList<>();
    private String result;

    ReplyOutput(Reply reply) {
        this.reply = reply;
    }

    @Override
    public void stream(String name, String text) {
        reply.publish("stream", Json.object().put("name", name).put("text", text));
    }

    @Override
    public void display(MimeBundle bundle, String displayId) {
        reply.publish("display_data", withId(bundle, displayId), bundle.buffers());
    }

    @Override
    public void update(MimeBundle bundle, String displayId) {
        reply.publish("update_display_data", withId(bundle, displayId), bundle.buffers());
    }

    private static ObjectNode withId(MimeBundle bundle, String displayId) {
        ObjectNode content = Json.bundle(bundle);
        ObjectNode transients = content.putObject("transient");
        if (displayId != null) {
            transients.put("display_id", displayId);
        }
        return content;
    }

    @Override
    public synchronized void page(MimeBundle bundle) {
        ObjectNode page = Json.bundle(bundle).put("source", "page").put("start", 0);
        page.remove("metadata");
        payload.add(page);
    }

    @Override
    public synchronized void nextInput(String code, boolean replace) {
        payload.removeIf(one -> one.path("source").asText().equals("set_next_input"));
        payload.add(
                Json.object().put("source", "set_next_input").put("text", code).put("replace", replace));
    }

    /** What the reply carries for the front end to do. */
    synchronized List<ObjectNode> payload() {
        return List.copyOf(payload);
    }

    /** The cell's value as text, or null. */
    synchronized String resultText() {
        return result;
    }

    @Override
    public void result(int executionCount, MimeBundle bundle) {
        synchronized (this) {
            result = Objects.toString(bundle.data().get("text/plain"), null);
        }
        reply.publish("execute_result", Json.bundle(bundle).put("execution_count", executionCount), bundle.buffers());
    }

    @Override
    public void clear(boolean wait) {
        reply.publish("clear_output", Json.object().put("wait", wait));
    }

    @Override
    public void error(String name, String value, List<String> traceback) {
        ObjectNode content = Json.error(name, value, traceback);
        content.remove("status");
        reply.publish("error", content);
    }

    /**
     * One line for each task under way, which the next task takes over; so a cell with many short tasks shows one line
     * and not a heap of them. What ended well and was short leaves no trace.
     */
    @Override
    public synchronized void progress(ProgressState state) {
        String line = lines.get(state.id());
        boolean fresh = line == null && free.isEmpty();
        if (line == null) {
            line = fresh ? state.id() : free.remove();
            lines.put(state.id(), line);
        }
        if (state.phase() != Phase.RUNNING) {
            lines.remove(state.id());
        }
        if (state.phase() == Phase.DONE) {
            free.add(line);
        }
        boolean forgotten = state.phase() == Phase.DONE && state.seconds() < REMEMBERED_SECONDS;
        MimeBundle bar = forgotten ? MimeBundle.NOTHING : ProgressBar.draw(state);
        if (fresh) {
            display(bar, line);
        } else {
            update(bar, line);
        }
    }
}
