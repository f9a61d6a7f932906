package dev.nibble.kernel.jshell;

/** Ends the code of a cell that was interrupted, at its next stop check. */
public final class CellStopped extends Error {
    CellStopped() {
        super("the cell was interrupted", null, false, false);
    }
}
