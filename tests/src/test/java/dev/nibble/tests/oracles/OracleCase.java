package dev.nibble.tests.oracles;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * One input and what the original software made of it.
 *
 * @param what "oracle" (weights are quantized), "decoder" (stored bytes are read) or "packer" (codes become words)
 * @param arrays files of the input by name: x, importance, codes, part:NAME
 * @param expect files of the outcome by name: codes, values, words, part:NAME
 * @param differs why a difference is as it should be, or null
 * @param facts the whole entry, for what only some cases have
 */
record OracleCase(
        String what,
        String recipe,
        String original,
        String kind,
        int rows,
        int cols,
        Map<String, Path> arrays,
        Map<String, Path> expect,
        String differs,
        JsonNode facts) {

    static OracleCase read(Path folder, JsonNode entry) {
        return new OracleCase(
                entry.path("what").asText(),
                entry.path("recipe").asText(),
                entry.path("original").asText(),
                entry.path("kind").asText(),
                entry.path("rows").asInt(),
                entry.path("cols").asInt(),
                files(folder, entry.path("arrays")),
                files(folder, entry.path("expect")),
                entry.path("differs").isNull() ? null : entry.path("differs").asText(),
                entry);
    }

    String title() {
        return kind + " " + rows + " x " + cols;
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static float[] floats(Path file) {
        var buffer = ByteBuffer.wrap(bytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    /** Integers: four bytes each, or one unsigned byte each where the original has bytes. */
    static int[] integers(Path file, int count) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        boolean wide = buffer.remaining() == 4 * count;
        int[] values = new int[wide ? count : buffer.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = wide ? buffer.getInt() : buffer.get() & 0xff;
        }
        return values;
    }

    private static Map<String, Path> files(Path folder, JsonNode names) {
        Map<String, Path> files = new TreeMap<>();
        names.properties()
                .forEach(e -> files.put(e.getKey(), folder.resolve(e.getValue().asText())));
        return files;
    }
}
