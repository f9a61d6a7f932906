package dev.nibble.model.transformer;

/** Rows of a batch that belong to one text. */
final class Segment {
    private final KeyValueCache cache;
    private int at;
    private int rows;
    private int start;

    /** @param cache of what came before, and of these */
    Segment(KeyValueCache cache) {
        this.cache = cache;
    }

    /**
     * Says which rows they are.
     *
     * @param first row of the batch
     * @param count how many
     * @param position of the first in its text
     */
    Segment of(int first, int count, int position) {
        at = first;
        rows = count;
        start = position;
        return this;
    }

    int at() {
        return at;
    }

    int rows() {
        return rows;
    }

    int start() {
        return start;
    }

    KeyValueCache cache() {
        return cache;
    }
}
