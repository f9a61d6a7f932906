/**
 * What formats do to a model, side by side, and which hardware a model needs: evaluations that are run, kept and compared,
 * as plain records. Uses everything below it, from core to metric. Start reading at {@link dev.nibble.compare.Comparison}
 * and {@link dev.nibble.compare.Planner}.
 */
package dev.nibble.compare;
