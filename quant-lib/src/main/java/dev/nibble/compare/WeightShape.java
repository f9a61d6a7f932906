package dev.nibble.compare;

import java.util.Objects;

/**
 * Weights of one name, as many as there are experts.
 *
 * @param name as in a Hugging Face or GGUF file, of the first expert if there are several
 * @param dimensions 2 for a matrix, 1 for a norm or a bias
 * @param rows outputs; 1 for a vector
 * @param cols inputs, or the length of a vector
 * @param copies 1, or the number of experts
 * @param active how many of the copies a token uses
 * @param lookup whether a token reads one row instead of all: an embedding that is not the head as well
 * @param bits stored bits of a number as the model comes, scales included
 */
public record WeightShape(
        String name, int dimensions, long rows, int cols, int copies, int active, boolean lookup, double bits) {
    public WeightShape {
        Objects.requireNonNull(name, "name");
        if (rows < 1 || cols < 1 || copies < 1 || active < 0 || active > copies || !(bits > 0 && bits <= 64)) {
            throw new IllegalArgumentException(name + " of " + copies + " x [" + rows + ", " + cols + "], " + active
                    + " of them used, at " + bits + " bits");
        }
    }

    /** Number of values in all copies. */
    public long count() {
        return Math.multiplyExact(Math.multiplyExact(rows, cols), copies);
    }

    /**
     * Share of it that a step reads for a batch of tokens that choose their experts evenly and alone: of E experts, k per
     * token, E (1 - (1 - k/E)^batch) are expected to be used.
     */
    double read(int batch) {
        if (lookup) {
            return 0;
        }
        return active == copies ? 1 : 1 - StrictMath.pow(1 - (double) active / copies, batch);
    }
}
