package dev.nibble.kernel.magic;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** What a session holds besides Java: its magics, and the cells that ran. */
public final class Workspace {
    private final Magics magics = new Magics();
    // Guarded by this.
    private final TreeMap<Integer, String> cells = new TreeMap<>();

    /** The magics that there are. */
    public Magics magics() {
        return magics;
    }

    /** Notes a cell that begins to run under a number. */
    public synchronized void began(int number, String code) {
        cells.put(number, code);
    }

    /** What ran in this session, by number. */
    synchronized Map<Integer, String> cells() {
        return Collections.unmodifiableMap(new TreeMap<>(cells));
    }
}
