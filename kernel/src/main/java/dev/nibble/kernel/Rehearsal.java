package dev.nibble.kernel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.channel.Client;
import dev.nibble.kernel.jshell.VectorModule;
import dev.nibble.kernel.protocol.KernelInfoHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A kernel that asks itself what people ask first, and ends. The classes that it loads are those that the class archive
 * should hold. Its one argument is a folder for its connection file.
 */
public final class Rehearsal {
    private static final int PATIENCE_MILLIS = 60_000;

    private static final List<String> CELLS = List.of(
            "1 + 1",
            "System.out.println(\"begin\"); int a = 3; a * 2",
            "var m = Matrix.of(new float[] {1, 2}, new float[] {3, 4}); m",
            "Formats.parse(\"nf4:b64\")",
            "String twice(String s) { return s + s; }\ntwice(\"x\")",
            "List.of(1, 2).stream().map(x -> x + 1).toList()",
            "%who",
            "noSuchName",
            "throw new IllegalStateException(\"x\")");

    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0], "connection.json");
        Client.writeConnectionFile(file);
        Thread.ofPlatform().name("kernel").start(() -> KernelMain.main(new String[] {file.toString()}));
        try (var client = new Client(file, KernelInfoHandler.PROTOCOL_VERSION, PATIENCE_MILLIS)) {
            client.ask("kernel_info_request", object());
            for (String cell : CELLS) {
                client.ask("execute_request", object().put("code", cell).put("store_history", true));
            }
            client.ask("is_complete_request", object().put("code", "for (;;) {"));
            client.ask(
                    "complete_request", object().put("code", "System.out.pri").put("cursor_pos", 14));
            client.ask("inspect_request", object().put("code", "String.format").put("cursor_pos", 13));
            client.ask(
                    "history_request",
                    object().put("hist_access_type", "tail").put("n", 3).put("raw", true));
            client.ask("comm_info_request", object());
        }
        // Not by a shutdown_request: that would end the JVM while it writes the archive.
        System.exit(VectorModule.ensure() ? 0 : 1);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
