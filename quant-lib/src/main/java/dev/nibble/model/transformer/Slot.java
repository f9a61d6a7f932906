package dev.nibble.model.transformer;

/** The places in a transformer where weights stand. */
enum Slot {
    EMBEDDING,
    POSITIONS,
    PROJECT_IN,
    ATTENTION_NORM,
    QUERY,
    KEY,
    VALUE,
    /** The three above in one matrix, one below the other. */
    QUERY_KEY_VALUE,
    QUERY_NORM,
    KEY_NORM,
    ATTENTION_OUTPUT,
    FEED_FORWARD_NORM,
    GATE,
    UP,
    DOWN,
    FINAL_NORM,
    PROJECT_OUT,
    HEAD
}
