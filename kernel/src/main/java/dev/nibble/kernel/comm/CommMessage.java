package dev.nibble.kernel.comm;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes over a comm at once.
 *
 * @param data JSON as maps, lists, texts, numbers and truth values; on the way out also records and arrays
 * @param metadata the same, mostly empty
 * @param buffers binary parts, of any length; not copied
 */
public record CommMessage(Map<String, Object> data, Map<String, Object> metadata, List<byte[]> buffers) {
    public CommMessage {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        buffers = List.copyOf(buffers);
    }

    /** Data alone. */
    public static CommMessage of(Map<String, Object> data) {
        return new CommMessage(data, Map.of(), List.of());
    }

    /** Data with binary parts. */
    public static CommMessage of(Map<String, Object> data, byte[]... buffers) {
        return new CommMessage(data, Map.of(), List.of(buffers));
    }
}
