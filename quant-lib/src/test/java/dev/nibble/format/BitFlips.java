package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Flips every stored bit of a matrix, one at a time, and holds what changes to what its {@link BitField} says. */
final class BitFlips {
    private final Format format;
    private final Quantized q;
    private final byte[][] stored;
    private final float[] before;
    /** The fields that name a bit, by part and place. */
    private final Map<Long, Set<BitField>> owners = new HashMap<>();
    /** The weights that a field names, in the matrix. */
    private final IdentityHashMap<BitField, Set<Integer>> affected = new IdentityHashMap<>();
    /** The weights that changed when a bit of a field was flipped. */
    private final IdentityHashMap<BitField, Set<Integer>> changed = new IdentityHashMap<>();

    BitFlips(Format format, Quantized q) {
        this.format = format;
        this.q = q;
        this.stored = q.parts().stream().map(StoredPart::toBytes).toArray(byte[][]::new);
        this.before = q.dequantize().values();
    }

    /** Every bit is in one field, and flipping the bits of a field changes its value and only weights that it names. */
    void check() {
        readFields();
        for (int part = 0; part < stored.length; part++) {
            for (int bit = 0; bit < stored[part].length * 8; bit++) {
                Set<BitField> owner = owners.getOrDefault(place(part, bit), Set.of());
                assertThat(owner).as("part %d, bit %d", part, bit).hasSize(1);
                flip(part, bit, owner.iterator().next());
            }
        }
        affected.forEach((field, named) -> {
            Set<Integer> did = changed.getOrDefault(field, Set.of());
            switch (field.role()) {
                case CODE, SIGN, ZERO -> assertThat(did).as(field.name()).isEqualTo(named);
                // Points of a grid may agree in a place, and a weight may be 0 whatever the scale.
                case CODES, SCALE, MIN, TENSOR ->
                    assertThat(did).as(field.name()).isNotEmpty();
                case PADDING -> assertThat(did).as(field.name()).isEmpty();
            }
        });
    }

    private void readFields() {
        Map<String, BitField> wholes = new HashMap<>();
        int covered = 0;
        for (int b = 0; b < q.blocks(); b++) {
            BlockView block = q.block(b);
            int start = block.row() * q.cols() + block.column();
            assertThat(start).as("blocks follow each other").isEqualTo(covered);
            covered += block.count();
            for (BitField field : block.fields()) {
                BitField known = field.role() == BitField.Role.TENSOR
                        ? wholes.computeIfAbsent(field.name() + field.runs(), n -> field)
                        : field;
                for (int weight : field.weights()) {
                    assertThat(weight).isBetween(0, block.count() - 1);
                    affected.computeIfAbsent(known, f -> new HashSet<>()).add(start + weight);
                }
                for (BitRun run : field.runs()) {
                    for (int i = 0; i < run.count(); i++) {
                        owners.computeIfAbsent(place(run.part(), run.bit() + i), p -> identitySet())
                                .add(known);
                    }
                }
            }
        }
        assertThat(covered).isEqualTo(q.rows() * q.cols());
    }

    private static long place(int part, long bit) {
        return ((long) part << 40) + bit;
    }

    private static Set<BitField> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private void flip(int part, int bit, BitField owner) {
        List<StoredPart> parts = new ArrayList<>();
        for (int i = 0; i < stored.length; i++) {
            StoredPart p = q.parts().get(i);
            byte[] bytes = stored[i].clone();
            if (i == part) {
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
            }
            parts.add(new StoredPart(p.name(), p.encoding(), bytes));
        }
        assertThat(owner.value(parts)).as("value of %s", owner.name()).isNotEqualTo(owner.value(q.parts()));
        float[] after;
        try {
            after = format.stored("flipped", q.rows(), q.cols(), parts)
                    .dequantize()
                    .values();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("flipped"); // a code that means nothing, a scale that is not a number
            return;
        }
        Set<Integer> may = affected.getOrDefault(owner, Set.of());
        for (int i = 0; i < before.length; i++) {
            if (Float.floatToRawIntBits(before[i]) != Float.floatToRawIntBits(after[i])) {
                changed.computeIfAbsent(owner, f -> new HashSet<>()).add(i);
                if (!may.contains(i)) {
                    throw new AssertionError(format + ": part " + part + ", bit " + bit + " is " + owner.name() + " ("
                            + owner.role() + ") but changed weight " + i);
                }
            }
        }
    }
}
