package dev.nibble.format.integer;

import dev.nibble.core.Trace;

/**
 * A trace's step: one iteration of HQQ's solver on one block.
 *
 * @param row row of the block's first weight
 * @param column column of it
 * @param iteration 0 for the first
 * @param zero the zero, in codes, that the iteration began with
 * @param error mean |decoded - weight| of the block with it
 * @param shrunk weights whose error was kept out of the next zero: those that the shrinkage leaves anything of
 */
public record HqqIteration(int row, int column, int iteration, float zero, float error, int shrunk)
        implements Trace.Step {}
