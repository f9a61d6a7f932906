package dev.nibble.model.transformer;

import dev.nibble.model.transformer.TransformerConfig.Activation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a model needs of its file. Looked through when it is opened, before anything large is read. */
final class Inventory {
    /** All places of a layer. */
    static final Set<Slot> ALL_OF_A_LAYER = Collections.unmodifiableSet(EnumSet.range(Slot.ATTENTION_NORM, Slot.DOWN));

    private Inventory() {}

    /**
     * Looks at every weight's name and shape.
     *
     * @param tied whether the head is the embedding
     * @param biases places that have to have one
     * @throws dev.nibble.checkpoint.CheckpointException if a weight is missing, or has another shape
     */
    static void check(TransformerConfig c, WeightReader reader, boolean tied, Set<Slot> biases) {
        reader.check(Slot.EMBEDDING, 0, false);
        if (c.rope() == null) {
            reader.check(Slot.POSITIONS, 0, false);
        }
        if (c.projects()) {
            reader.check(Slot.PROJECT_IN, 0, false);
            reader.check(Slot.PROJECT_OUT, 0, false);
        }
        for (int layer = 0; layer < c.layers(); layer++) {
            for (Slot slot : ofLayer(c, reader.fused(layer))) {
                reader.check(slot, layer, biases.contains(slot));
            }
        }
        if (c.finalNorm()) {
            reader.check(Slot.FINAL_NORM, 0, false);
        }
        if (!tied) {
            reader.check(Slot.HEAD, 0, false);
        }
    }

    private static List<Slot> ofLayer(TransformerConfig c, boolean fused) {
        List<Slot> slots = new ArrayList<>(ALL_OF_A_LAYER);
        slots.removeAll(fused ? List.of(Slot.QUERY, Slot.KEY, Slot.VALUE) : List.of(Slot.QUERY_KEY_VALUE));
        if (!c.queryKeyNorm()) {
            slots.removeAll(List.of(Slot.QUERY_NORM, Slot.KEY_NORM));
        }
        if (c.activation() != Activation.SWIGLU) {
            slots.remove(Slot.GATE);
        }
        return slots;
    }
}
