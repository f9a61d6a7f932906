package dev.nibble.model.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * One repository of a hub on this machine, as the real one answers: a list of files with hashes, small files directly,
 * large ones (LFS) from another server.
 */
public final class FakeHub implements AutoCloseable {
    public static final String REPOSITORY = "org/tiny-model";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** One request as it came. */
    record Request(String server, String method, String path, String authorization, String range) {}

    /** What to do instead of the usual; false to do the usual after all. */
    @FunctionalInterface
    interface Behaviour {
        boolean answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer hub;
    private final HttpServer storage;
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> branches = new LinkedHashMap<>(Map.of("main", COMMIT));
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
    private volatile String listing = "";

    public FakeHub() throws IOException {
        hub = server("hub");
        storage = server("storage");
    }

    private HttpServer server(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                var headers = exchange.getRequestHeaders();
                String path = exchange.getRequestURI().getPath();
                requests.add(new Request(
                        name,
                        exchange.getRequestMethod(),
                        path,
                        headers.getFirst("Authorization"),
                        headers.getFirst("Range")));
                Behaviour behaviour = behaviours.get(path.substring(path.lastIndexOf('/') + 1));
                if (behaviour == null || !behaviour.answer(exchange)) {
                    answer(exchange, name);
                }
            }
        });
        server.start();
        return server;
    }

    public FakeHub file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    public FakeHub file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    FakeHub branch(String name, String commit) {
        branches.put(name, commit);
        return this;
    }

    /** What happens to requests whose path ends in this name. */
    FakeHub when(String lastName, Behaviour behaviour) {
        behaviours.put(lastName, behaviour);
        return this;
    }

    FakeHub usual(String lastName) {
        behaviours.remove(lastName);
        return this;
    }

    /** Another answer to the question what there is. */
    FakeHub answering(String json) {
        listing = json;
        return this;
    }

    public String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    List<Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    List<Request> requests(String server, String lastName) {
        return requests().stream()
                .filter(r -> r.server().equals(server) && r.path().endsWith("/" + lastName))
                .toList();
    }

    void forget() {
        requests.clear();
    }

    static String sha256(byte[] content) {
        return hash("SHA-256", content);
    }

    static String gitHash(byte[] content) {
        byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, all, head.length, content.length);
        return hash("SHA-1", all);
    }

    private static String hash(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static boolean isLarge(String name) {
        return name.endsWith(".safetensors") || name.endsWith(".gguf");
    }

    private void answer(HttpExchange exchange, String server) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (server.equals("storage")) {
            content(exchange, files.get(path.substring(1)));
        } else if (path.startsWith("/api/models/" + REPOSITORY + "/revision/")) {
            String revision = path.substring(("/api/models/" + REPOSITORY + "/revision/").length());
            String commit = branches.containsValue(revision) ? revision : branches.get(revision);
            if (commit == null) {
                refuse(exchange, 404, "RevisionNotFound", "Invalid rev id: " + revision);
            } else {
                send(exchange, 200, listing.isEmpty() ? listing(commit) : listing);
            }
        } else if (path.equals("/api/models/" + REPOSITORY + "/refs")) {
            send(
                    exchange,
                    200,
                    branches.keySet().stream()
                            .map(name -> "{\"name\": \"" + name + "\"}")
                            .collect(Collectors.joining(", ", "{\"tags\": [], \"branches\": [", "]}")));
        } else if (path.startsWith("/" + REPOSITORY + "/resolve/")) {
            String name = path.substring(("/" + REPOSITORY + "/resolve/" + COMMIT + "/").length());
            byte[] content = files.get(name);
            if (content == null) {
                refuse(exchange, 404, "EntryNotFound", "Entry not found");
                return;
            }
            exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
            if (isLarge(name)) {
                exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256(content) + "\"");
                exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                "http://127.0.0.1:" + storage.getAddress().getPort() + "/" + name);
                exchange.sendResponseHeaders(302, -1);
            } else {
                exchange.getResponseHeaders().set("ETag", "\"" + gitHash(content) + "\"");
                content(exchange, content);
            }
        } else {
            refuse(exchange, 401, "RepoNotFound", "Repository not found");
        }
    }

    private String listing(String commit) {
        List<String> siblings = new ArrayList<>();
        files.forEach((name, content) -> siblings.add("{\"rfilename\": \"" + name + "\", \"size\": " + content.length
                + ", \"blobId\": \"" + gitHash(content) + "\""
                + (isLarge(name)
                        ? ", \"lfs\": {\"sha256\": \"" + sha256(content) + "\", \"size\": " + content.length
                                + ", \"pointerSize\": 130}"
                        : "")
                + "}"));
        return "{\"id\": \"" + REPOSITORY + "\", \"sha\": \"" + commit + "\", \"gated\": false, \"siblings\": ["
                + String.join(", ", siblings) + "]}";
    }

    /** The content, or the part of it that was asked for. */
    static void content(HttpExchange exchange, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= content.length && from > 0) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(content, from, content.length - from);
        }
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    static void refuse(HttpExchange exchange, int status, String code, String message) throws IOException {
        exchange.getResponseHeaders().set("X-Error-Code", code);
        exchange.getResponseHeaders().set("X-Error-Message", message);
        exchange.sendResponseHeaders(status, -1);
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
    }
}
