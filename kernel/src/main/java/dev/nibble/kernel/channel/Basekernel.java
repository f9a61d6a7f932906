package dev.nibble.kernel.channel;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.nibble.kernel.comm.Comm;
import dev.nibble.kernel.comm.CommMessage;
import dev.nibble.kernel.comm.CommPort;
import dev.nibble.kernel.protocol.Comms;
import dev.nibble.kernel.protocol.Request;
import io.github.spencerpark.jupyter.kernel.comm.CommManager;
import io.github.spencerpark.jupyter.messages.Header;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.comm.CommCloseCommand;
import io.github.spencerpark.jupyter.messages.comm.CommMsgCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Comms: basekernel keeps those that are open, we carry their messages, with binary parts and each one's own cause. */
final class Basekernel implements Comms, CommPort {
    private static final Gson GSON = new Gson();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_OPEN = 10_000;
    private static final int MAX_NAME = 1_000;

    /** The header of the request for which a thread works. */
    private static final InheritableThreadLocal<JsonNode> CAUSE = new InheritableThreadLocal<>();

    private final PublishChannel publisher;
    // Guarded by this.
    private final CommManager manager = new CommManager();

    Basekernel(PublishChannel publisher) {
        this.publisher = publisher;
        manager.setIOPubChannel(publisher);
    }

    /** One of ours among basekernel's. Its own messages are not used. */
    private static final class Held extends io.github.spencerpark.jupyter.kernel.comm.Comm {
        private final Comm comm;

        Held(CommManager manager, Comm comm) {
            super(manager, comm.id(), comm.target());
            this.comm = comm;
        }

        @Override
        protected void onMessage(Message<CommMsgCommand> message) {}

        @Override
        protected void onClose(Message<CommCloseCommand> message, boolean sending) {}
    }

    @Override
    public void causedBy(Request request) {
        CAUSE.set(request.header());
    }

    // ---- from the front end

    @Override
    public void arrived(Request request) {
        JsonNode id = request.content().path("comm_id");
        if (request.type().equals("comm_msg") && id.isTextual()) {
            Comm comm = held(id.textValue());
            if (comm != null) {
                comm.arrived();
            }
        }
    }

    @Override
    public Runnable open(Request request) {
        String id = name(request, "comm_id");
        String target = name(request, "target_name");
        CommMessage message = carried(request);
        BiConsumer<Comm, CommMessage> taker = Comm.taker(target);
        var comm = new Comm(id, target);
        if (taker == null || !hold(comm)) {
            close(comm);
            return null;
        }
        return () -> taker.accept(comm, message);
    }

    /** False if there are too many, or one of that id. */
    private synchronized boolean hold(Comm comm) {
        boolean fits = manager.getCommByID(comm.id()) == null && targets().size() < MAX_OPEN;
        if (fits) {
            manager.registerComm(new Held(manager, comm));
        }
        return fits;
    }

    @Override
    public Runnable message(Request request) {
        Comm comm = held(name(request, "comm_id"));
        if (comm == null) {
            return null;
        }
        comm.taken();
        CommMessage message = carried(request);
        return () -> comm.received(message);
    }

    @Override
    public Runnable close(Request request) {
        CommMessage message = carried(request);
        String id = name(request, "comm_id");
        Comm comm = held(id);
        synchronized (this) {
            manager.unregisterComm(id);
        }
        return comm == null ? null : () -> comm.closedByFrontEnd(message);
    }

    private synchronized Comm held(String id) {
        return manager.getCommByID(id) instanceof Held held ? held.comm : null;
    }

    @Override
    public synchronized Map<String, String> targets() {
        Map<String, String> targets = new LinkedHashMap<>();
        manager.forEach(comm -> targets.put(comm.getID(), comm.getTargetName()));
        return targets;
    }

    private static String name(Request request, String field) {
        String name = request.text(field);
        if (name.length() > MAX_NAME) {
            throw new Request.BadRequest(
                    request.type() + ": field \"" + field + "\" has more than " + MAX_NAME + " characters");
        }
        return name;
    }

    private static CommMessage carried(Request request) {
        JsonNode data = request.content().path("data");
        if (!data.isObject() && !data.isMissingNode() && !data.isNull()) {
            throw new Request.BadRequest(request.type() + ": field \"data\" must be an object");
        }
        return new CommMessage(map(data), map(request.metadata()), request.buffers());
    }

    private static Map<String, Object> map(JsonNode node) {
        return node.isObject() ? JSON.convertValue(node, new TypeReference<Map<String, Object>>() {}) : Map.of();
    }

    // ---- to the front end

    @Override
    public void open(Comm comm, CommMessage message) {
        synchronized (this) {
            manager.registerComm(new Held(manager, comm));
        }
        ObjectNode content = content(comm, message).put("target_name", comm.target());
        publish("comm_open", content, message);
    }

    @Override
    public void send(Comm comm, CommMessage message) {
        publish("comm_msg", content(comm, message), message);
    }

    @Override
    public void close(Comm comm) {
        synchronized (this) {
            if (held(comm.id()) == comm) {
                manager.unregisterComm(comm.id());
            }
        }
        CommMessage nothing = CommMessage.of(Map.of());
        publish("comm_close", content(comm, nothing), nothing);
    }

    private static ObjectNode content(Comm comm, CommMessage message) {
        ObjectNode content = JsonNodeFactory.instance.objectNode().put("comm_id", comm.id());
        content.set("data", JSON.valueToTree(message.data()));
        return content;
    }

    private void publish(String type, ObjectNode content, CommMessage message) {
        publisher.publish(type, CAUSE.get(), JSON.valueToTree(message.metadata()), content, message.buffers());
    }

    // ---- basekernel's messages

    /** A header of basekernel's as JSON, or null. */
    static JsonNode header(Header<?> header) {
        if (header == null) {
            return null;
        }
        var json = new JsonObject();
        json.addProperty("msg_id", header.getId());
        json.addProperty("username", header.getUsername());
        json.addProperty("session", header.getSessionId());
        json.addProperty("date", header.getTimestamp().getDateString());
        json.addProperty("msg_type", header.getType().getName());
        json.addProperty("version", header.getVersion());
        return tree(json);
    }

    /** Anything of Gson's as Jackson's. */
    static JsonNode tree(Object value) {
        return value == null ? null : Wire.read(GSON.toJson(value));
    }
}
