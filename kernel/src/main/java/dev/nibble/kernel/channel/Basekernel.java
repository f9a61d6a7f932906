package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.nibble.kernel.protocol.Comms;
import dev.nibble.kernel.protocol.Request;
import io.github.spencerpark.jupyter.channels.DefaultReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.comm.Comm;
import io.github.spencerpark.jupyter.kernel.comm.CommManager;
import io.github.spencerpark.jupyter.messages.Header;
import io.github.spencerpark.jupyter.messages.KernelTimestamp;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.comm.CommCloseCommand;
import io.github.spencerpark.jupyter.messages.comm.CommMsgCommand;
import io.github.spencerpark.jupyter.messages.comm.CommOpenCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Our requests as basekernel's messages, and its comms behind our interface. */
final class Basekernel implements Comms {
    private static final Gson GSON = new Gson();

    private final PublishChannel publisher;
    private final CommManager manager = new CommManager();

    Basekernel(PublishChannel publisher) {
        this.publisher = publisher;
        manager.setIOPubChannel(publisher);
    }

    /** Where widgets register their targets and open their comms. */
    CommManager manager() {
        return manager;
    }

    @Override
    public synchronized void causedBy(Request request) {
        manager.setMessageContext(message(request, MessageType.UNKNOWN, null));
    }

    @Override
    public synchronized void open(Request request) {
        var message = message(request, MessageType.COMM_OPEN_COMMAND, CommOpenCommand.class);
        causedBy(request);
        manager.handleCommOpenCommand(new DefaultReplyEnvironment(publisher, publisher, message), message);
    }

    @Override
    public synchronized void message(Request request) {
        var message = message(request, MessageType.COMM_MSG_COMMAND, CommMsgCommand.class);
        causedBy(request);
        manager.handleCommMsgCommand(new DefaultReplyEnvironment(publisher, publisher, message), message);
    }

    @Override
    public synchronized void close(Request request) {
        var message = message(request, MessageType.COMM_CLOSE_COMMAND, CommCloseCommand.class);
        causedBy(request);
        manager.handleCommCloseCommand(new DefaultReplyEnvironment(publisher, publisher, message), message);
    }

    @Override
    public synchronized Map<String, String> targets() {
        Map<String, String> targets = new LinkedHashMap<>();
        for (Comm comm : manager) {
            targets.put(comm.getID(), comm.getTargetName());
        }
        return targets;
    }

    private static <T> Message<T> message(Request request, MessageType<T> type, Class<T> contentType) {
        T content;
        try {
            content =
                    contentType == null ? null : GSON.fromJson(request.content().toString(), contentType);
        } catch (JsonParseException e) {
            throw new Request.BadRequest(request.type() + ": its content does not fit: " + e.getMessage());
        }
        JsonNode header = request.header();
        var theirs = new Header<>(
                header.path("msg_id").asText(""),
                header.path("username").asText(""),
                header.path("session").asText(""),
                new KernelTimestamp(header.path("date").asText("")),
                type,
                header.path("version").asText(""));
        Map<String, Object> metadata = new LinkedHashMap<>();
        GSON.fromJson(request.metadata().toString(), JsonObject.class).asMap().forEach(metadata::put);
        return new Message<>(List.of(), theirs, null, metadata, content, new ArrayList<>(request.buffers()));
    }

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
