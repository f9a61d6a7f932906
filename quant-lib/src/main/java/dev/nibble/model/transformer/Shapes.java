package dev.nibble.model.transformer;

/** How many numbers stand at each place of a model. */
final class Shapes {
    private final TransformerConfig c;

    Shapes(TransformerConfig config) {
        c = config;
    }

    /** Rows of a matrix [out, in], or the length of a vector. */
    int outputs(Slot slot) {
        int queries = c.heads() * c.headSize();
        int keys = c.keyHeads() * c.headSize();
        return switch (slot) {
            case EMBEDDING, HEAD -> c.vocabulary();
            case POSITIONS -> c.contextLength() + c.positionOffset();
            case QUERY -> queries;
            case KEY, VALUE -> keys;
            case QUERY_KEY_VALUE -> queries + 2 * keys;
            case QUERY_NORM, KEY_NORM -> c.headSize();
            case GATE, UP -> c.feedForward();
            case PROJECT_OUT -> c.embeddingSize();
            case PROJECT_IN, ATTENTION_NORM, ATTENTION_OUTPUT, FEED_FORWARD_NORM, DOWN, FINAL_NORM -> c.hidden();
        };
    }

    /** Columns of a matrix; 0 for a vector. */
    int inputs(Slot slot) {
        return switch (slot) {
            case EMBEDDING, HEAD, PROJECT_IN -> c.embeddingSize();
            case ATTENTION_OUTPUT -> c.heads() * c.headSize();
            case DOWN -> c.feedForward();
            case ATTENTION_NORM, QUERY_NORM, KEY_NORM, FEED_FORWARD_NORM, FINAL_NORM -> 0;
            case POSITIONS, QUERY, KEY, VALUE, QUERY_KEY_VALUE, GATE, UP, PROJECT_OUT -> c.hidden();
        };
    }

    /** Heads whose rows a GGUF file may have in pairs; 0 where there are none. */
    int heads(Slot slot) {
        return switch (slot) {
            case QUERY -> c.heads();
            case KEY -> c.keyHeads();
            default -> 0;
        };
    }
}
