package dev.nibble.kernel.widget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.comm.Comm;
import dev.nibble.kernel.comm.CommMessage;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.RenderOptions;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A model whose views are drawn by a browser module, through the front end's anywidget (0.11 or another version; it is
 * part of the JupyterLab that {@code nibble lab} makes). Both sides hold the same state, name to value; what one side
 * sets, the other sees. Safe to use from any thread.
 *
 * <pre>
 *   var heat = new AnyWidget("export default { render({ model, el }) { … model.get('weights') … } }", "")
 *           .set("weights", matrix.values());      // arrives as a DataView
 *   heat.onChange(state -&gt; System.out.println(state));
 *   heat
 * </pre>
 *
 * <p>Values are JSON as maps, lists, texts, numbers, truth values, records and Jackson's nodes; {@code byte[]},
 * {@code int[]}, {@code float[]} and {@code double[]} travel as binary parts, little-endian, at any depth in maps and
 * lists; what a view sets in binary arrives as {@code byte[]}. Names that begin with an underscore are anywidget's own.
 *
 * <p>What a handler shows, prints or throws stands below the views, in place of what was there; so does what is wrong
 * with a module that can not be read, or whose {@code render} fails.
 */
public final class AnyWidget implements Widget {
    /** The MIME type of a view. */
    static final String VIEW = "application/vnd.jupyter.widget-view+json";

    /** The name of a message's binary parts in what {@link #onMessage} hears. */
    public static final String BUFFERS = "_buffers";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ANYWIDGET = "anywidget";
    private static final String GONE = "A widget, which is seen where its kernel runs.";
    /** How many names views may add to the state, and how long each is. */
    private static final int MAX_NAMES = 1_000;

    private static final int MAX_NAME = 200;
    private static final Set<String> MODEL = Set.of("_model_module", "_model_module_version", "_model_name");

    /** In a custom message of a view: it can not draw figures. */
    private static final String PICTURES = "_pictures";

    private final Below below;
    /** Whether it is the model of controls, whose code shows by itself. */
    private final boolean controls;

    private final Object lock = new Object();
    // Guarded by lock.
    private final Map<String, Object> state = new LinkedHashMap<>();
    private Comm comm;
    private boolean complete;
    private volatile Consumer<Map<String, Object>> onChange = changed -> {};
    private volatile Consumer<Map<String, Object>> onMessage = content -> {};
    private volatile MimeBundle still =
            MimeBundle.of(Map.of("text/html", "<div>" + GONE + "</div>", "text/plain", GONE));

    /**
     * @param module text of an ES module whose default export has {@code render({ model, el })}
     * @param style CSS for the page; empty for none
     */
    public AnyWidget(String module, String style) {
        Objects.requireNonNull(module, "module: the text of an ES module");
        Objects.requireNonNull(style, "style: the text of a style sheet, empty for none");
        below = new Below(() -> this);
        controls = false;
        begin(module, style);
        state.put("_module", module);
    }

    /** The model of controls. */
    AnyWidget(Below below) {
        this.below = below;
        controls = true;
        begin("", "");
    }

    private void begin(String module, String style) {
        state.put("_model_module", ANYWIDGET);
        state.put("_model_module_version", "*");
        state.put("_model_name", "AnyModel");
        state.put("_view_module", ANYWIDGET);
        state.put("_view_module_version", "*");
        state.put("_view_name", "AnyView");
        state.put("_view_count", null);
        // A page has one style sheet for each of these: what looks different must not be called the same.
        byte[] looks = (module + '\0' + style).getBytes(StandardCharsets.UTF_8);
        state.put("_anywidget_id", "nibble-" + UUID.nameUUIDFromBytes(looks));
        state.put("_esm", Assets.text("widget.js"));
        state.put("_css", Assets.text("widget.css") + style);
        state.putAll(below.state());
    }

    @Override
    public AnyWidget model() {
        return this;
    }

    /** The value under a name; null if there is none. */
    public Object get(String name) {
        synchronized (lock) {
            return state.get(name);
        }
    }

    /** Sets one value, in every view. */
    public AnyWidget set(String name, Object value) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put(Objects.requireNonNull(name, "the name of a value"), value);
        return set(one);
    }

    /**
     * Sets several values at once: every view sees all of them or none.
     *
     * @throws IllegalArgumentException if one of them is nothing that can be sent to a view; all stays as it was
     */
    public AnyWidget set(Map<String, Object> values) {
        synchronized (lock) {
            try {
                CommMessage message = stateMessage("update", values);
                if (!tell(message)) {
                    checkJson(message.data());
                }
            } catch (IllegalArgumentException e) {
                throw notSendable(values, e);
            }
            state.putAll(values);
        }
        return this;
    }

    private static void checkJson(Object value) {
        JsonNode _ = JSON.valueToTree(value);
    }

    private static IllegalArgumentException notSendable(Map<String, Object> values, IllegalArgumentException why) {
        for (Map.Entry<String, Object> one : values.entrySet()) {
            try {
                checkJson(Buffers.split(Map.of("value", one.getValue() == null ? "" : one.getValue()))
                        .state());
            } catch (IllegalArgumentException e) {
                // Jackson's words have a line for each level, and it has a thousand of them.
                return new IllegalArgumentException("\"" + one.getKey() + "\" can not be sent to a view: a "
                        + one.getValue().getClass().getName()
                        + " is, or holds, what JSON has no form for. Expected maps, lists, texts, numbers, truth"
                        + " values, records, Jackson's nodes, byte[], int[], float[] and double[] ("
                        + e.getMessage().replaceFirst("(?s) \\((to avoid|through) .*|\n.*", "") + ")");
            }
        }
        return why;
    }

    /** From now on views set no other values than those that there are. */
    AnyWidget complete() {
        synchronized (lock) {
            complete = true;
        }
        return this;
    }

    /** Sets who hears of values that a view has set, after they are set here too. */
    public AnyWidget onChange(Consumer<Map<String, Object>> handler) {
        onChange = Objects.requireNonNull(handler, "the code that hears of changes");
        return this;
    }

    /**
     * Sets who hears what a view sends by {@code model.send(content, callbacks, buffers)}; events rather than state. The
     * binary parts, if it sends some, are in the content under {@value #BUFFERS}, a list of {@code byte[]}.
     */
    public AnyWidget onMessage(Consumer<Map<String, Object>> handler) {
        onMessage = Objects.requireNonNull(handler, "the code that hears of messages");
        return this;
    }

    /** Sends something to every view, which hears it by {@code model.on("msg:custom", (content, buffers) => …)}. */
    public void send(Map<String, Object> content, byte[]... buffers) {
        open();
        try {
            tell(CommMessage.of(Map.of("method", "custom", "content", content), buffers));
        } catch (IllegalArgumentException e) {
            throw notSendable(content, e);
        }
    }

    /** Sends to the views, if there may be some: the front end may close the comm at any moment. */
    private boolean tell(CommMessage message) {
        Comm open;
        synchronized (lock) {
            open = comm;
        }
        if (open == null || open.isClosed()) {
            return false;
        }
        try {
            open.send(message);
            return true;
        } catch (IllegalStateException e) {
            if (open.isClosed()) {
                return false;
            }
            throw e;
        }
    }

    /** Sets what stands in the place of its views where nothing is alive. */
    public AnyWidget still(MimeBundle bundle) {
        still = bundle;
        return this;
    }

    @Override
    public MimeBundle still(RenderOptions options) {
        return still;
    }

    boolean isClosed() {
        synchronized (lock) {
            return comm != null && comm.isClosed();
        }
    }

    /** Ends it: its views close, and nothing is heard of it any more. */
    public void close() {
        Comm open;
        synchronized (lock) {
            open = comm;
        }
        if (open != null) {
            OpenWidgets.forget(open.id());
            open.close();
        }
    }

    /** What views know it by; makes it known to the front end first. */
    String id() {
        return open().id();
    }

    /** Whether further messages of a view wait behind the one that is being handled. */
    boolean hasMore() {
        synchronized (lock) {
            return comm != null && comm.hasMore();
        }
    }

    private Comm open() {
        Comm made;
        synchronized (lock) {
            if (comm != null) {
                return comm;
            }
            Buffers split = Buffers.split(state);
            var message = new CommMessage(
                    Map.of("state", split.state(), "buffer_paths", split.paths()),
                    Map.of("version", "2.1.0"),
                    split.buffers());
            comm = Comm.open(OpenWidgets.TARGET, message);
            comm.onMessage(this::received);
            comm.onClose(last -> OpenWidgets.forget(comm.id()));
            made = comm;
        }
        OpenWidgets.remember(made.id(), this);
        return made;
    }

    private static CommMessage stateMessage(String method, Map<String, Object> values) {
        Buffers split = Buffers.split(values);
        return new CommMessage(
                Map.of("method", method, "state", split.state(), "buffer_paths", split.paths()),
                Map.of(),
                split.buffers());
    }

    private void received(CommMessage message) {
        OpenWidgets.used(id());
        Map<String, Object> data = message.data();
        switch (String.valueOf(data.get("method"))) {
            case "update" -> {
                if (data.get("state") instanceof Map<?, ?> sent) {
                    update(Buffers.join(sent, data.get("buffer_paths"), message.buffers()));
                }
            }
            case "request_state" -> {
                synchronized (lock) {
                    tell(stateMessage("update", state));
                }
            }
            case "custom" -> {
                if (data.get("content") instanceof Map<?, ?> content) {
                    Map<String, Object> whole = Buffers.join(content, null, List.of());
                    if (!message.buffers().isEmpty()) {
                        whole.put(BUFFERS, message.buffers());
                    }
                    if (whole.containsKey(PICTURES)) {
                        below.wantPictures();
                    } else {
                        hear(() -> onMessage.accept(whole));
                    }
                }
            }
            default -> {}
        }
    }

    private void update(Map<String, Object> sent) {
        // A view has no business with what the model is.
        sent.keySet().removeIf(name -> name.startsWith("_"));
        synchronized (lock) {
            boolean full = complete || state.size() + sent.size() > MAX_NAMES;
            sent.keySet().removeIf(name -> !state.containsKey(name) && (full || name.length() > MAX_NAME));
            state.putAll(sent);
            // The other views, in this page and in others, follow.
            tell(stateMessage("echo_update", sent));
        }
        if (!sent.isEmpty()) {
            hear(() -> onChange.accept(sent));
        }
    }

    private void hear(Runnable handler) {
        if (controls || Cell.current() == null) {
            handler.run();
        } else {
            below.run(() -> {
                handler.run();
                return null;
            });
        }
    }

    /** For who asks for all models at once, after a page was loaded again; empty if it has come to hold what is no JSON. */
    Map<String, Object> whole() {
        synchronized (lock) {
            try {
                checkJson(Buffers.split(state).state());
            } catch (IllegalArgumentException changedSince) {
                return Map.of();
            }
            Map<String, Object> all = new LinkedHashMap<>();
            MODEL.forEach(name -> all.put(name.substring(1), state.get(name)));
            all.put("state", new LinkedHashMap<>(state));
            return all;
        }
    }
}
