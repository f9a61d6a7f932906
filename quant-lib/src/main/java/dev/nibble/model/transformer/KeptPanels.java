package dev.nibble.model.transformer;

import dev.nibble.compute.Panels;
import java.lang.ref.SoftReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The file's own embedding and head, shared by a model and what recipes make of it, which mostly leave them as they are.
 * Memory that is needed for something else takes them away; then they are read again.
 */
final class KeptPanels {
    private final Map<Slot, SoftReference<Panels>> panels = new EnumMap<>(Slot.class);

    synchronized Panels find(Slot slot, Supplier<Panels> read) {
        SoftReference<Panels> reference = panels.get(slot);
        Panels found = reference == null ? null : reference.get();
        if (found == null) {
            found = read.get();
            panels.put(slot, new SoftReference<>(found));
        }
        return found;
    }
}
