package dev.nibble.model.tokenizer;

import java.util.OptionalInt;

/**
 * The tokens at the ends of a text.
 *
 * @param bos the one that begins it
 * @param eos the one that ends it
 * @param addsBos whether the model expects the first in front of every text
 */
record Ends(OptionalInt bos, OptionalInt eos, boolean addsBos) {
    /** Never says that there is to be a first token where there is none. */
    Ends {
        addsBos = addsBos && bos.isPresent();
    }
}
