package dev.nibble.format.gguf;

import dev.nibble.format.BitField;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.BitRun;
import java.util.ArrayList;
import java.util.List;

/** Names the bits of a block, for {@link BlockCodec#fields()}. */
final class BlockFields {
    private final List<BitField> fields = new ArrayList<>();

    /** A number whose bits lie side by side. */
    BlockFields add(Role role, String name, int[] weights, int at, int bit, int count) {
        return add(role, name, weights, run(at, bit, count, 0));
    }

    /** A number in pieces. */
    BlockFields add(Role role, String name, int[] weights, BitRun... runs) {
        fields.add(new BitField(role, name, weights, List.of(runs)));
        return this;
    }

    /** A 16-bit number. */
    BlockFields half(Role role, String name, int[] weights, int at) {
        return add(role, name, weights, at, 0, 16);
    }

    /** The code of one weight. */
    BlockFields code(int weight, BitRun... runs) {
        return add(Role.CODE, "q[" + weight + "]", new int[] {weight}, runs);
    }

    List<BitField> done() {
        return List.copyOf(fields);
    }

    /**
     * Bits of a byte.
     *
     * @param at the byte
     * @param bit lowest bit of the run in it
     * @param shift where it stands in its number
     */
    static BitRun run(int at, int bit, int count, int shift) {
        return new BitRun(0, at * 8L + bit, count, shift);
    }

    /** The weights from .. from + count. */
    static int[] weights(int from, int count) {
        int[] weights = new int[count];
        for (int i = 0; i < count; i++) {
            weights[i] = from + i;
        }
        return weights;
    }
}
