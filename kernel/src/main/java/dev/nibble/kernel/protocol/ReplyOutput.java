package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.ProgressState;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A cell's output as messages to every front end. */
final class ReplyOutput implements Output {
    private final Reply reply;
    private final Set<String> bars = ConcurrentHashMap.newKeySet();

    ReplyOutput(Reply reply) {
        this.reply = reply;
    }

    @Override
    public void stream(String name, String text) {
        reply.publish("stream", Json.object().put("name", name).put("text", text));
    }

    @Override
    public void display(MimeBundle bundle, String displayId) {
        reply.publish("display_data", withId(bundle, displayId));
    }

    @Override
    public void update(MimeBundle bundle, String displayId) {
        reply.publish("update_display_data", withId(bundle, displayId));
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
    public void result(int executionCount, MimeBundle bundle) {
        reply.publish("execute_result", Json.bundle(bundle).put("execution_count", executionCount));
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

    @Override
    public void progress(ProgressState state) {
        MimeBundle bar = ProgressBar.draw(state);
        if (bars.add(state.id())) {
            display(bar, state.id());
        } else {
            update(bar, state.id());
        }
    }
}
