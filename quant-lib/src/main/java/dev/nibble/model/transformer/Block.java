package dev.nibble.model.transformer;

import dev.nibble.core.Progress;
import dev.nibble.model.transformer.TransformerConfig.Activation;
import java.util.Objects;
import java.util.stream.Stream;

/** The weights of one layer, laid out for products. */
final class Block {
    final Normalization attentionNorm;
    /** Queries, keys and values: three, or one that makes all of them. */
    final Linear query;

    final Linear key;
    final Linear value;
    final Linear queryKeyValue;
    final Normalization queryNorm;
    final Normalization keyNorm;
    final Linear output;
    final Normalization feedForwardNorm;
    final Linear gate;
    final Linear up;
    final Linear down;

    Block(TransformerConfig c, WeightReader reader, int layer, Progress progress) {
        boolean fused = reader.fused(layer);
        attentionNorm = Normalization.read(c, reader, Slot.ATTENTION_NORM, layer);
        feedForwardNorm = Normalization.read(c, reader, Slot.FEED_FORWARD_NORM, layer);
        queryKeyValue = fused ? linear(reader, Slot.QUERY_KEY_VALUE, layer, progress) : null;
        query = fused ? null : linear(reader, Slot.QUERY, layer, progress);
        key = fused ? null : linear(reader, Slot.KEY, layer, progress);
        value = fused ? null : linear(reader, Slot.VALUE, layer, progress);
        queryNorm = c.queryKeyNorm() ? Normalization.read(c, reader, Slot.QUERY_NORM, layer) : null;
        keyNorm = c.queryKeyNorm() ? Normalization.read(c, reader, Slot.KEY_NORM, layer) : null;
        output = linear(reader, Slot.ATTENTION_OUTPUT, layer, progress);
        gate = c.activation() == Activation.SWIGLU ? linear(reader, Slot.GATE, layer, progress) : null;
        up = linear(reader, Slot.UP, layer, progress);
        down = linear(reader, Slot.DOWN, layer, progress);
    }

    private static Linear linear(WeightReader reader, Slot slot, int layer, Progress progress) {
        return new Linear(reader.panels(slot, layer, progress), reader.bias(slot, layer));
    }

    /** Bytes in memory. */
    long bytes() {
        return Stream.of(query, key, value, queryKeyValue, output, gate, up, down)
                .filter(Objects::nonNull)
                .mapToLong(linear -> linear.weight.bytes())
                .sum();
    }
}
