package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** {@code kernel_info_request}: who we are. Never waits for the Java session. */
public final class KernelInfoHandler implements Handler {
    /** The version of the messaging protocol that the kernel speaks. */
    public static final String PROTOCOL_VERSION = "5.5";

    private static final String VERSION = "0.1.0";

    @Override
    public void handle(Request request, Reply reply) {
        String java = String.valueOf(Runtime.version().feature());
        ObjectNode content = Json.ok()
                .put("protocol_version", PROTOCOL_VERSION)
                .put("implementation", "nibble")
                .put("implementation_version", VERSION)
                .put("banner", "Nibble " + VERSION + ", Java " + Runtime.version() + "\n%help shows what is there");
        content.putObject("language_info")
                .put("name", "java")
                .put("version", java)
                .put("mimetype", "text/x-java-source")
                .put("file_extension", ".java")
                .put("pygments_lexer", "java")
                .put("codemirror_mode", "text/x-java")
                .put("nbconvert_exporter", "script");
        var links = content.putArray("help_links");
        links.addObject()
                .put("text", "Java " + java + " API")
                .put("url", "https://docs.oracle.com/en/java/javase/" + java + "/docs/api/index.html");
        links.addObject().put("text", "Tablesaw").put("url", "https://jtablesaw.github.io/tablesaw/");
        content.putArray("supported_features").add("kernel subshells");
        content.put("debugger", false);
        reply.reply(content);
    }
}
