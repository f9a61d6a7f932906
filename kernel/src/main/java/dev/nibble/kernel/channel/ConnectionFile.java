package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** What Jupyter tells a kernel about its sockets, see "Connection files" in jupyter_client's documentation. */
final class ConnectionFile {
    private static final int MAX_BYTES = 1 << 16;
    private static final int MAX_PORT = 65_535;

    private final Path file;
    private final JsonNode json;

    private ConnectionFile(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    /** @throws IOException if the file cannot be read or is no connection file; the message says why */
    static KernelConnectionProperties read(Path file) throws IOException {
        JsonNode json;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + ": not a Jupyter connection file: more than " + MAX_BYTES + " bytes");
            }
            json = Wire.read(Files.readString(file));
        } catch (NoSuchFileException missing) {
            throw new IOException(
                    file + ": there is no such connection file; Jupyter writes one and names it", missing);
        } catch (AccessDeniedException locked) {
            throw new IOException(file + ": you may not read this connection file", locked);
        } catch (CharacterCodingException | IllegalArgumentException noJson) {
            json = null;
        }
        if (json == null || !json.isObject()) {
            throw new IOException(file + ": not a Jupyter connection file: no JSON object");
        }
        return new ConnectionFile(file, json).properties();
    }

    private KernelConnectionProperties properties() throws IOException {
        return new KernelConnectionProperties(
                text("ip", null),
                port("control_port"),
                port("shell_port"),
                port("stdin_port"),
                port("hb_port"),
                port("iopub_port"),
                text("transport", null),
                text("signature_scheme", "hmac-sha256"),
                text("key", ""));
    }

    /** Signs as a connection file says. */
    static Signer signer(KernelConnectionProperties properties, Path file) throws IOException {
        try {
            return Signer.of(properties.getSignatureScheme(), properties.getKey());
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    file + ": cannot sign with " + properties.getSignatureScheme() + ": " + e.getMessage(), e);
        }
    }

    /** @param otherwise what a missing field says; null if it must be there */
    private String text(String name, String otherwise) throws IOException {
        JsonNode value = json.path(name);
        if (value.isTextual()) {
            return value.textValue();
        }
        if ((value.isMissingNode() || value.isNull()) && otherwise != null) {
            return otherwise;
        }
        throw wrong(name, "a text", value);
    }

    private int port(String name) throws IOException {
        JsonNode value = json.path(name);
        if (value.isInt() && value.intValue() > 0 && value.intValue() <= MAX_PORT) {
            return value.intValue();
        }
        throw wrong(name, "a port", value);
    }

    private IOException wrong(String name, String expected, JsonNode value) {
        return new IOException(file + ": not a Jupyter connection file: \"" + name + "\" must be " + expected
                + ", and is " + (value.isMissingNode() ? "missing" : value));
    }
}
