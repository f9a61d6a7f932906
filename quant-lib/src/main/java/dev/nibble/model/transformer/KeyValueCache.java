package dev.nibble.model.transformer;

import dev.nibble.core.Room;
import java.util.Locale;

/**
 * Keys and values of one layer, laid out as the weights of the two products of attention: keys in panels of 32 positions,
 * values in panels of 32 numbers of a head.
 */
final class KeyValueCache {
    private static final int PANEL = 32;

    final int heads;
    final int size;
    private int capacity;
    private float[] keys = new float[0];
    private float[] values = new float[0];

    KeyValueCache(int heads, int size) {
        this.heads = heads;
        this.size = size;
    }

    /** Makes room; what was there is lost if there was less. */
    void require(int positions) {
        if (positions <= capacity) {
            return;
        }
        long rounded = (positions + PANEL - 1L) / PANEL * PANEL;
        long most = rounded * heads * ((size + PANEL - 1L) / PANEL * PANEL);
        if (most > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "keys of %,d positions are more than an array holds", positions));
        }
        keys = Room.floats(rounded * heads * size, "keys of " + rounded + " positions");
        values = Room.floats(most, "values of " + rounded + " positions");
        capacity = (int) rounded;
    }

    /** Positions that there is room for. */
    int capacity() {
        return capacity;
    }

    long bytes() {
        return 4L * keys.length + 4L * values.length;
    }

    void put(int position, float[] key, int keyAt, float[] value, int valueAt) {
        for (int h = 0; h < heads; h++) {
            int k = keysOf(h) + position / PANEL * size * PANEL + position % PANEL;
            for (int d = 0; d < size; d++) {
                keys[k + d * PANEL] = key[keyAt + h * size + d];
            }
            for (int d = 0; d < size; d += PANEL) {
                int v = valuesOf(h) + d / PANEL * valueStride() + position * PANEL;
                System.arraycopy(value, valueAt + h * size + d, values, v, Math.min(PANEL, size - d));
            }
        }
    }

    float[] keys() {
        return keys;
    }

    float[] values() {
        return values;
    }

    int keysOf(int head) {
        return head * capacity * size;
    }

    /** Distance of two panels of keys. */
    int keyStride() {
        return size * PANEL;
    }

    int valuesOf(int head) {
        return head * ((size + PANEL - 1) / PANEL) * valueStride();
    }

    /** Distance of two panels of values. */
    int valueStride() {
        return capacity * PANEL;
    }
}
