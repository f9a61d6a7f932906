package dev.nibble.model.transformer;

import dev.nibble.model.LogitsSource.Window;
import java.util.List;

/**
 * What goes into a layer, for every position of some windows: [positions, hidden] of each, in float32. Kept while
 * something behind it is changed, so that what comes before need not run again. Immutable.
 */
public final class HiddenStates {
    private final List<Window> windows;
    private final int layer;
    private final int hidden;
    private final List<float[]> values;

    HiddenStates(List<Window> windows, int layer, int hidden, List<float[]> values) {
        this.windows = List.copyOf(windows);
        this.layer = layer;
        this.hidden = hidden;
        this.values = List.copyOf(values);
    }

    /** The windows that were run. */
    public List<Window> windows() {
        return windows;
    }

    /** The layer that these go into, from 0; as many as there are layers for what comes out of the last. */
    public int layer() {
        return layer;
    }

    /** Numbers of a position. */
    public int hidden() {
        return hidden;
    }

    /**
     * One number.
     *
     * @param window its place in the list
     */
    public float get(int window, int position, int index) {
        return values.get(window)[position * hidden + index];
    }

    void copy(int window, float[] into, int at) {
        float[] x = values.get(window);
        System.arraycopy(x, 0, into, at, x.length);
    }
}
