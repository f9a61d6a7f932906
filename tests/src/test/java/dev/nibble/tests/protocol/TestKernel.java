package dev.nibble.tests.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.JvmFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** A running kernel process and a client that speaks the protocol over real sockets; one thread uses it. */
final class TestKernel implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);

    private final Process process;
    private final Path folder;
    private final byte[] key = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
    private final String session = UUID.randomUUID().toString();
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final ZMQ.Context context = ZMQ.context(1);
    private final ZMQ.Socket shell;
    private final ZMQ.Socket control;
    private final ZMQ.Socket stdin;
    private final ZMQ.Socket iopub;
    private final ZMQ.Socket heartbeat;
    private final Map<String, Exchange> exchanges = new LinkedHashMap<>();
    private JsonNode question;

    /** Everything about one request. */
    final class Exchange {
        final String id;
        final List<JsonNode> published = new ArrayList<>();
        JsonNode reply;
        long repliedAt;
        boolean idle;

        Exchange(String id) {
            this.id = id;
        }

        /** Waits for the reply and for everything that belongs to it. */
        Exchange await() {
            if (!pump(() -> reply != null && idle, PATIENCE)) {
                throw new AssertionError("waited " + PATIENCE + " in vain: of " + id + " came "
                        + (reply == null ? "no reply" : "the reply") + ", and published was " + published
                        + "; the kernel's log: " + log());
            }
            return this;
        }

        JsonNode content() {
            return await().reply.path("content");
        }

        String status() {
            return content().path("status").asText();
        }

        String errorName() {
            return content().path("ename").asText();
        }

        List<JsonNode> all(String type) {
            return messages(type).stream()
                    .map(message -> message.path("content"))
                    .toList();
        }

        /** With their headers, metadata and buffers. */
        List<JsonNode> messages(String type) {
            return published.stream()
                    .filter(message ->
                            message.path("header").path("msg_type").asText().equals(type))
                    .toList();
        }

        List<String> types() {
            return published.stream()
                    .map(message -> message.path("header").path("msg_type").asText())
                    .filter(type -> !type.equals("status"))
                    .toList();
        }

        String stream(String name) {
            var text = new StringBuilder();
            all("stream").stream()
                    .filter(content -> content.path("name").asText().equals(name))
                    .forEach(content -> text.append(content.path("text").asText()));
            return text.toString();
        }

        /** The plain text of the result, or null. */
        String result() {
            await();
            var results = all("execute_result");
            return results.isEmpty()
                    ? null
                    : results.getFirst().path("data").path("text/plain").asText();
        }
    }

    /** For kernels that soon end: most of their life the better compiler works for nothing. */
    static final String QUICK = "-XX:TieredStopAtLevel=1";

    static TestKernel start() {
        return start(Map.of("NIBBLE_JAVA_OPTS", QUICK));
    }

    /** @param environment added to the kernel's */
    static TestKernel start(Map<String, String> environment) {
        try {
            return new TestKernel(environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestKernel(Map<String, String> environment) throws IOException {
        folder = Files.createTempDirectory("nibble kernel ");
        for (String port : List.of("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")) {
            ports.put(port, freePort());
        }
        ObjectNode connection = JSON.createObjectNode()
                .put("transport", "tcp")
                .put("ip", "127.0.0.1")
                .put("signature_scheme", "hmac-sha256")
                .put("key", new String(key, StandardCharsets.US_ASCII));
        ports.forEach(connection::put);
        Path file = folder.resolve("connection.json");
        Files.writeString(file, connection.toString());
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var command = new ArrayList<>(JvmFlags.kernelCommand(java, classPath, null));
        command.replaceAll(word -> word.equals("{connection_file}") ? file.toString() : word);
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().remove("JPY_PARENT_PID");
        builder.environment()
                .put("NIBBLE_HISTORY", folder.resolve("history.sqlite").toString());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
        process = builder.start();
        byte[] identity = session.getBytes(StandardCharsets.US_ASCII);
        shell = dealer("shell_port", identity);
        control = dealer("control_port", identity);
        stdin = dealer("stdin_port", identity);
        heartbeat = dealer("hb_port", identity);
        iopub = connect(SocketType.SUB, "iopub_port");
        iopub.subscribe(new byte[0]);
        // A subscription takes a moment to arrive: ask until an answer is published too.
        pumpUntil(
                () -> {
                    Exchange info = send(shell, "kernel_info_request", JSON.createObjectNode());
                    return pump(() -> info.reply != null && info.idle, Duration.ofMillis(500));
                },
                "the kernel's first answer");
        pump(() -> false, Duration.ofMillis(50));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private ZMQ.Socket dealer(String port, byte[] identity) {
        ZMQ.Socket socket = context.socket(SocketType.DEALER);
        socket.setIdentity(identity);
        return connect(socket, port);
    }

    private ZMQ.Socket connect(SocketType type, String port) {
        return connect(context.socket(type), port);
    }

    private ZMQ.Socket connect(ZMQ.Socket socket, String port) {
        socket.setHWM(0);
        socket.setLinger(0);
        socket.connect("tcp://127.0.0.1:" + ports.get(port));
        return socket;
    }

    // ---- asking

    Exchange execute(String code) {
        return execute(code, fields -> {});
    }

    Exchange execute(String code, Consumer<ObjectNode> fields) {
        ObjectNode content = executing(code);
        fields.accept(content);
        return ask("execute_request", content);
    }

    private static ObjectNode executing(String code) {
        ObjectNode content = JSON.createObjectNode()
                .put("code", code)
                .put("silent", false)
                .put("store_history", true)
                .put("allow_stdin", true)
                .put("stop_on_error", true);
        content.putObject("user_expressions");
        return content;
    }

    Exchange ask(String type, ObjectNode content) {
        return send(shell, type, content);
    }

    Exchange askOnControl(String type, ObjectNode content) {
        return send(control, type, content);
    }

    /** Asks in a subshell. */
    Exchange askIn(String subshell, String type, ObjectNode content) {
        return send(shell, type, content, header -> header.put("subshell_id", subshell), List.of());
    }

    /** Executes in a subshell. */
    Exchange executeIn(String subshell, String code) {
        return askIn(subshell, "execute_request", executing(code));
    }

    /** A message that has no reply, such as a comm's. */
    Exchange tell(String type, ObjectNode content, byte[]... buffers) {
        return send(shell, type, content, header -> {}, List.of(buffers));
    }

    Exchange interrupt() {
        return askOnControl("interrupt_request", JSON.createObjectNode());
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Waits until a cell asks for input, and returns what the question holds. */
    JsonNode awaitQuestion() {
        pumpUntil(() -> question != null, "a question");
        JsonNode asked = question;
        question = null;
        return asked.path("content");
    }

    void answer(String line) {
        send(stdin, "input_reply", JSON.createObjectNode().put("value", line));
    }

    /** Waits until this cell has printed something that contains {@code text}. */
    void awaitPrinted(Exchange cell, String text) {
        pumpUntil(() -> cell.stream("stdout").contains(text), "the text \"" + text + "\"");
    }

    /** What another subscriber of the publishing channel gets first, within the patience; null if it gets nothing. */
    JsonNode firstMessageOfANewSubscriber(String topic) {
        try (ZMQ.Socket other = connect(SocketType.SUB, "iopub_port")) {
            other.setReceiveTimeOut((int) PATIENCE.toMillis());
            other.subscribe(topic.getBytes(StandardCharsets.UTF_8));
            byte[] first = other.recv();
            return first == null ? null : message(first, other);
        }
    }

    private Exchange send(ZMQ.Socket socket, String type, ObjectNode content) {
        return send(socket, type, content, header -> {}, List.of());
    }

    private Exchange send(
            ZMQ.Socket socket, String type, ObjectNode content, Consumer<ObjectNode> header, List<byte[]> buffers) {
        String id = UUID.randomUUID().toString();
        var exchange = new Exchange(id);
        exchanges.put(id, exchange);
        ObjectNode fields = headerFields(type, id);
        header.accept(fields);
        var frames = new ArrayList<>(signed(
                fields.toString().getBytes(StandardCharsets.UTF_8),
                content.toString().getBytes(StandardCharsets.UTF_8)));
        frames.addAll(buffers);
        sendRaw(socket, frames);
        return exchange;
    }

    byte[] header(String type, String id) {
        return headerFields(type, id).toString().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode headerFields(String type, String id) {
        return JSON.createObjectNode()
                .put("msg_id", id)
                .put("session", session)
                .put("username", "test")
                .put("date", "2026-01-01T00:00:00.000000Z")
                .put("msg_type", type)
                .put("version", "5.5");
    }

    /** Frames of a message with a right signature. */
    List<byte[]> signed(byte[] header, byte[] content) {
        byte[] empty = "{}".getBytes(StandardCharsets.US_ASCII);
        return signed(List.of(header, empty, empty, content));
    }

    /** The same from all four of its parts: header, parent header, metadata, content. */
    List<byte[]> signed(List<byte[]> parts) {
        var frames = new ArrayList<byte[]>();
        frames.add(DELIMITER);
        frames.add(signature(parts).getBytes(StandardCharsets.US_ASCII));
        frames.addAll(parts);
        return frames;
    }

    private String signature(List<byte[]> parts) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            parts.forEach(mac::update);
            return HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A subscriber sends nothing but its subscriptions, so what goes to the publishing channel is one. */
    void sendRaw(HostileMessages.Hostile message) {
        switch (message.channel()) {
            case SHELL -> sendRaw(shell, message.frames());
            case CONTROL -> sendRaw(control, message.frames());
            case STDIN -> sendRaw(stdin, message.frames());
            case HEARTBEAT -> {
                sendRaw(heartbeat, message.frames());
                byte[] back;
                do {
                    back = heartbeat.recv(ZMQ.DONTWAIT);
                } while (back != null);
            }
            case IOPUB -> {
                // Not the sign for the end of topics: that would confuse nobody but ourselves.
                byte[] first = message.frames().getFirst();
                byte[] topic = Arrays.equals(first, DELIMITER) ? new byte[] {0} : first;
                iopub.subscribe(topic);
                iopub.unsubscribe(topic);
            }
        }
    }

    /** Whether the heartbeat channel sends back what it gets. */
    boolean beats() {
        try (ZMQ.Socket other = connect(SocketType.REQ, "hb_port")) {
            other.setReceiveTimeOut((int) PATIENCE.toMillis());
            return other.send("ping") && "ping".equals(other.recvStr());
        }
    }

    void sendRaw(boolean onControl, List<byte[]> frames) {
        sendRaw(onControl ? control : shell, frames);
    }

    private static void sendRaw(ZMQ.Socket socket, List<byte[]> frames) {
        for (int i = 0; i < frames.size(); i++) {
            socket.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
        }
    }

    // ---- listening

    void pumpUntil(BooleanSupplier done, String what) {
        if (!pump(done, PATIENCE)) {
            throw new AssertionError("waited " + PATIENCE + " in vain for " + what + "; the kernel's log: " + log());
        }
    }

    /** Takes in messages until {@code done}; false when the time ran out before. */
    boolean pump(BooleanSupplier done, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        List<ZMQ.Socket> sockets = List.of(shell, control, stdin, iopub);
        try (ZMQ.Poller poller = context.poller(sockets.size())) {
            sockets.forEach(socket -> poller.register(socket, ZMQ.Poller.POLLIN));
            while (!done.getAsBoolean()) {
                if (System.nanoTime() >= end) {
                    return false;
                }
                poller.poll(10);
                for (ZMQ.Socket socket : sockets) {
                    for (JsonNode message = receive(socket); message != null; message = receive(socket)) {
                        take(message, socket);
                    }
                }
            }
        }
        return true;
    }

    private void take(JsonNode message, ZMQ.Socket socket) {
        if (socket.equals(stdin)) {
            question = message;
            return;
        }
        Exchange exchange =
                exchanges.get(message.path("parent_header").path("msg_id").asText());
        if (exchange == null) {
            return; // an answer to what is no request of ours
        }
        if (socket.equals(iopub)) {
            exchange.published.add(message);
            exchange.idle |=
                    message.path("content").path("execution_state").asText().equals("idle");
        } else {
            exchange.reply = message;
            exchange.repliedAt = System.nanoTime();
        }
    }

    private JsonNode receive(ZMQ.Socket socket) {
        byte[] frame = socket.recv(ZMQ.DONTWAIT);
        return frame == null ? null : message(frame, socket);
    }

    private JsonNode message(byte[] first, ZMQ.Socket socket) {
        var frames = new ArrayList<byte[]>();
        frames.add(first);
        while (socket.hasReceiveMore()) {
            frames.add(socket.recv());
        }
        int at = 0;
        while (!Arrays.equals(frames.get(at), DELIMITER)) {
            at++;
        }
        List<byte[]> parts = frames.subList(at + 2, at + 6);
        if (!signature(parts).equals(new String(frames.get(at + 1), StandardCharsets.US_ASCII))) {
            throw new AssertionError("the kernel signed wrongly");
        }
        try {
            ObjectNode message = JSON.createObjectNode();
            message.set("header", JSON.readTree(parts.get(0)));
            message.set("parent_header", JSON.readTree(parts.get(1)));
            message.set("metadata", JSON.readTree(parts.get(2)));
            message.set("content", JSON.readTree(parts.get(3)));
            ArrayNode buffers = message.putArray("buffers");
            frames.subList(at + 6, frames.size()).forEach(buffers::add);
            return message;
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel sent what is no JSON", e);
        }
    }

    // ---- the process

    Process process() {
        return process;
    }

    String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        List.of(shell, control, stdin, iopub, heartbeat).forEach(ZMQ.Socket::close);
        context.term();
        try {
            process.waitFor();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
