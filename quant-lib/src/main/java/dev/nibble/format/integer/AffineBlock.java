package dev.nibble.format.integer;

import dev.nibble.core.Trace;

/**
 * A trace's step: everything that was chosen for a block, and what its weights became.
 *
 * @param row row of its first weight
 * @param column column of its first weight
 * @param rangeLow lower end of the range that the scale was computed from: after clipping, mirroring, including 0
 * @param rangeHigh upper end of it
 * @param scale the number stored as its scale
 * @param zero the number stored as its zero, or the code of 0 where none is stored
 * @param gridLow smallest weight that its codes can say
 * @param gridHigh largest
 * @param clipped weights that lie more than half a step beyond the grid
 * @param fields the codes as the unsigned numbers that are stored, one byte each; not copied, read only
 */
public record AffineBlock(
        int row,
        int column,
        float rangeLow,
        float rangeHigh,
        float scale,
        float zero,
        float gridLow,
        float gridHigh,
        int clipped,
        byte[] fields)
        implements Trace.Step {
    /** Weights of the block. */
    public int count() {
        return fields.length;
    }
}
