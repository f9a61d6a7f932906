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
        int queries = c.heads() * c.headSize();
        int keys = c.keyHeads() * c.headSize();
        attentionNorm = Normalization.read(c, reader, Slot.ATTENTION_NORM, layer, c.hidden());
        feedForwardNorm = Normalization.read(c, reader, Slot.FEED_FORWARD_NORM, layer, c.hidden());
        boolean fused = reader.find(Slot.QUERY_KEY_VALUE, layer).isPresent();
        queryKeyValue =
                fused ? linear(reader, Slot.QUERY_KEY_VALUE, layer, queries + 2 * keys, c.hidden(), 0, progress) : null;
        query = fused ? null : linear(reader, Slot.QUERY, layer, queries, c.hidden(), c.heads(), progress);
        key = fused ? null : linear(reader, Slot.KEY, layer, keys, c.hidden(), c.keyHeads(), progress);
        value = fused ? null : linear(reader, Slot.VALUE, layer, keys, c.hidden(), 0, progress);
        queryNorm = c.queryKeyNorm() ? Normalization.read(c, reader, Slot.QUERY_NORM, layer, c.headSize()) : null;
        keyNorm = c.queryKeyNorm() ? Normalization.read(c, reader, Slot.KEY_NORM, layer, c.headSize()) : null;
        output = linear(reader, Slot.ATTENTION_OUTPUT, layer, c.hidden(), queries, 0, progress);
        gate = c.activation() == Activation.SWIGLU
                ? linear(reader, Slot.GATE, layer, c.feedForward(), c.hidden(), 0, progress)
                : null;
        up = linear(reader, Slot.UP, layer, c.feedForward(), c.hidden(), 0, progress);
        down = linear(reader, Slot.DOWN, layer, c.hidden(), c.feedForward(), 0, progress);
    }

    private static Linear linear(
            WeightReader reader, Slot slot, int layer, int outputs, int inputs, int heads, Progress progress) {
        return new Linear(
                reader.panels(slot, layer, outputs, inputs, heads, progress),
                reader.vector(slot, layer, true, outputs, heads));
    }

    /** Bytes in memory. */
    long bytes() {
        return Stream.of(query, key, value, queryKeyValue, output, gate, up, down)
                .filter(Objects::nonNull)
                .mapToLong(linear -> linear.weight.bytes())
                .sum();
    }
}
