package dev.nibble.kernel.display;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One value in several representations, as Jupyter's {@code display_data} carries it.
 *
 * @param data MIME type to content: a {@code String} (binary types in base64), or for JSON types a Jackson
 *     {@code JsonNode}
 * @param metadata MIME type to its metadata, or notebook-level keys
 * @param buffers binary parts for a live front end, which metadata may tell about; a notebook file keeps none. Not
 *     copied
 */
public record MimeBundle(Map<String, Object> data, Map<String, Object> metadata, List<byte[]> buffers) {
    /** Blank: takes away what a display showed. */
    public static final MimeBundle NOTHING = of(Map.of("text/html", "", "text/plain", ""));

    public MimeBundle {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        buffers = List.copyOf(buffers);
    }

    /** A bundle without binary parts. */
    public MimeBundle(Map<String, Object> data, Map<String, Object> metadata) {
        this(data, metadata, List.of());
    }

    /** A bundle without metadata: MIME type to text, or to JSON as maps and lists. */
    public static MimeBundle of(Map<String, Object> data) {
        return new MimeBundle(data, Map.of());
    }

    /** Plain text only. */
    public static MimeBundle text(String plain) {
        return of(Map.of("text/plain", plain));
    }
}
