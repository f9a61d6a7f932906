/**
 * What follows from shapes, recipes and measurements: which hardware a model needs, and which format to take, as plain
 * records. Uses everything below it, from core to metric. Start reading at {@link dev.nibble.compare.Planner}.
 */
package dev.nibble.compare;
