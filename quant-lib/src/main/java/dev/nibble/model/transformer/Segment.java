package dev.nibble.model.transformer;

/**
 * Rows of a batch that belong to one text.
 *
 * @param at first row of the batch
 * @param rows how many
 * @param start position of the first in its text
 * @param cache of what came before, and of these
 */
record Segment(int at, int rows, int start, KeyValueCache cache) {}
