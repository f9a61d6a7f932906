package dev.nibble.compare;

import dev.nibble.compare.ModelShape.Cache;
import java.util.List;
import java.util.Map;

/** What planning needs besides the weights, by the metadata of a GGUF file (ggml's gguf.md names the keys). */
final class GgufShapes {
    private static final int MOST = 1 << 24;

    private GgufShapes() {}

    /** A shape whose weights are only placeholders: one with the number of experts, one without. */
    static ModelShape of(String name, Map<String, ?> metadata) {
        String family = String.valueOf(metadata.get("general.architecture"));
        int layers = number(name, metadata, family + ".block_count", 0);
        int hidden = number(name, metadata, family + ".embedding_length", 0);
        int heads = number(name, metadata, family + ".attention.head_count", 0);
        if (layers == 0 || hidden == 0 || heads == 0) {
            throw new IllegalArgumentException(
                    name + ": the file does not say how many layers and heads a \"" + family + "\" has");
        }
        int keyHeads = number(name, metadata, family + ".attention.head_count_kv", heads);
        int keys = number(name, metadata, family + ".attention.key_length", hidden / heads);
        int values = number(name, metadata, family + ".attention.value_length", hidden / heads);
        int inner = number(name, metadata, family + ".feed_forward_length", 0);
        int experts = Math.max(1, number(name, metadata, family + ".expert_count", 1));
        int used = Math.min(experts, Math.max(1, number(name, metadata, family + ".expert_used_count", experts)));
        int expertInner = number(name, metadata, family + ".expert_feed_forward_length", inner);
        long attention = (long) heads * (keys + values) + (long) keyHeads * (keys + values);
        long feedForward = Math.max(2L * inner, 2L * expertInner * used);
        return new ModelShape(
                name,
                family,
                List.of(new WeightShape("experts", 2, 1, 1, experts, used, false, 16)),
                List.of(new Cache(
                        layers,
                        Math.multiplyExact(keyHeads, keys + values),
                        0)), // which layers have a sliding window is not said: all are counted whole
                hidden,
                2L * hidden + Math.max(attention, feedForward),
                vocabulary(name, metadata, family),
                number(name, metadata, family + ".context_length", 0),
                List.of());
    }

    private static int vocabulary(String name, Map<String, ?> metadata, String family) {
        return metadata.get("tokenizer.ggml.tokens") instanceof List<?> tokens
                ? tokens.size()
                : number(name, metadata, family + ".vocab_size", 0);
    }

    private static int number(String name, Map<String, ?> metadata, String key, int otherwise) {
        Object value = metadata.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof List<?> perLayer
                && !perLayer.isEmpty()
                && perLayer.stream().allMatch(Number.class::isInstance)) {
            // a number for each layer, where they differ: the largest, so that nothing is planned too small
            value = perLayer.stream()
                    .mapToInt(n -> ((Number) n).intValue())
                    .max()
                    .getAsInt();
        }
        if (!(value instanceof Number n) || n.longValue() < 0 || n.longValue() > MOST) {
            throw new IllegalArgumentException(
                    name + ": " + key + " is " + value + "; expected a number up to " + MOST);
        }
        return n.intValue();
    }
}
