package dev.nibble.tests.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Answers as the Adoptium API does, with a JDK that is three shell scripts; or badly, as a test wishes. */
final class JdkServer implements AutoCloseable {
    /** What goes wrong. */
    enum Fault {
        NONE,
        WRONG_CHECKSUM,
        NO_CHECKSUM,
        TRUNCATED,
        API_ERROR,
        NO_SUCH_FILE,
        NOT_A_JDK
    }

    private final HttpServer server;
    private final byte[] archive;
    private final Fault fault;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    JdkServer(Path scratch, Fault fault) {
        this.fault = fault;
        try {
            archive = archive(scratch, fault == Fault.NOT_A_JDK ? "17.0.1" : "25.0.9");
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v3/assets/latest/25/hotspot", this::assets);
        server.createContext("/download/jdk.tar.gz", this::download);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What was asked for, path and query. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void assets(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestURI().toString());
        if (fault == Fault.API_ERROR) {
            answer(exchange, 500, "{}".getBytes(StandardCharsets.UTF_8));
            return;
        }
        String checksum = sha256(archive);
        if (fault == Fault.WRONG_CHECKSUM) {
            checksum = "0".repeat(64);
        }
        String sum = fault == Fault.NO_CHECKSUM ? "" : "\"checksum\": \"" + checksum + "\",";
        // The shape of the real answer: other links and another checksum stand around the ones that count.
        String json = """
                [
                  {
                    "binary": {
                      "architecture": "x64",
                      "image_type": "jdk",
                      "installer": {"checksum": "%s", "link": "%s/download/no.msi", "name": "no.msi", "size": 5},
                      "package": {
                        %s
                        "checksum_link": "%s/download/jdk.tar.gz.sha256.txt",
                        "download_count": 12,
                        "link": "%s/download/jdk.tar.gz",
                        "metadata_link": "%s/download/jdk.tar.gz.json",
                        "name": "OpenJDK25U-jdk.tar.gz",
                        "signature_link": "%s/download/jdk.tar.gz.sig",
                        "size": %d
                      },
                      "project": "jdk"
                    },
                    "release_name": "jdk-25.0.9+1",
                    "vendor": "eclipse"
                  }
                ]
                """.formatted("f".repeat(64), url(), sum, url(), url(), url(), url(), archive.length);
        answer(exchange, 200, json.getBytes(StandardCharsets.UTF_8));
    }

    private void download(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestURI().toString());
        if (fault == Fault.NO_SUCH_FILE) {
            answer(exchange, 404, new byte[0]);
        } else if (fault == Fault.TRUNCATED) {
            exchange.sendResponseHeaders(200, archive.length);
            exchange.getResponseBody().write(archive, 0, archive.length / 2);
            exchange.getResponseBody().flush();
            exchange.close(); // fewer bytes than were announced
        } else {
            answer(exchange, 200, archive);
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static byte[] archive(Path scratch, String version) throws IOException {
        Path home = scratch.resolve("jdk-" + version + "+1");
        Clone.script(home.resolve("bin/java"), "echo 'openjdk version \"" + version + "\"' >&2");
        Clone.script(home.resolve("bin/javac"), "exit 0");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path file = scratch.resolve("jdk.tar.gz");
        var result = new Shell(scratch)
                .run("tar", "-czf", file.toString(), home.getFileName().toString());
        if (result.status() != 0) {
            throw new IOException("tar: " + result.err());
        }
        return Files.readAllBytes(file);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
