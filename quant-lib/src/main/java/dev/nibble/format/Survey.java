package dev.nibble.format;

import dev.nibble.tensor.Matrix;

/**
 * What a format has to know of a whole tensor before it can encode its first row: the largest magnitude for a tensor
 * scale, the mean of all block scales for double quantization. Shown the tensor piece by piece, in order, perhaps more
 * than once.
 */
public interface Survey {
    /** Looks at the next piece. */
    void add(Matrix piece);

    /** Called when all pieces were shown: whether they have to be shown once more. */
    default boolean needsAnotherPass() {
        return false;
    }

    /**
     * The format with what was found filled in: it encodes pieces of this tensor, and nothing else. Its parts that
     * belong to the whole tensor come with every piece, each time the same.
     */
    Format fixed();
}
