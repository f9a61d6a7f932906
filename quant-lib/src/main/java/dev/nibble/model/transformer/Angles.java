package dev.nibble.model.transformer;

import dev.nibble.core.CancelToken;
import java.util.Arrays;

/** Cosines and sines of the first positions, which all layers share; made when a position is reached first. */
final class Angles {
    private final Rope rope;
    private float[] values = new float[0];
    private int positions;

    Angles(Rope rope) {
        this.rope = rope;
    }

    /** Makes those of all positions below. */
    void require(int below, CancelToken cancel) {
        int size = rope.size();
        if (values.length / size < below) {
            // Half as many more, so that a text that grows token by token is seldom copied.
            values = Arrays.copyOf(
                    values, Math.toIntExact(Math.min(Integer.MAX_VALUE - 8L, (below + below / 2L) * size)));
        }
        for (; positions < below; positions++) {
            if (positions % 256 == 0) {
                cancel.check("rotary positions");
            }
            rope.angles(positions, values, positions * size);
        }
    }

    /** Turns one head in place. */
    void turn(float[] x, int from, int position) {
        Rope.turn(x, from, rope.size(), values, position * rope.size());
    }
}
