package dev.nibble.format.codebook;

import dev.nibble.core.Trace;

/**
 * A trace's step: the weights of a block got their codes.
 *
 * @param row row of the first weight
 * @param column column of the first weight
 * @param scaled each weight as the code book sees it: brought to the range of the book by the scale
 * @param codes chosen, unsigned
 * @param neighbours the code on the other side of the boundary nearest to each weight: the next best, or nearly
 * @param distances from {@code scaled} to that boundary: how near the weight was to getting the neighbour
 */
public record CodesChosen(int row, int column, float[] scaled, byte[] codes, byte[] neighbours, float[] distances)
        implements Trace.Step {
    static CodesChosen of(int row, int column, float[] scaled, byte[] codes, Codebook book) {
        byte[] neighbours = new byte[codes.length];
        float[] distances = new float[codes.length];
        for (int i = 0; i < codes.length; i++) {
            int code = codes[i] & 0xff;
            float down = scaled[i] - book.below(code);
            float up = book.above(code) - scaled[i];
            boolean lower = (down <= up && book.rank(code) > 0) || book.rank(code) == book.size() - 1;
            neighbours[i] = (byte) book.codeOfRank(book.rank(code) + (lower ? -1 : 1));
            distances[i] = Math.abs(lower ? down : up);
        }
        return new CodesChosen(row, column, scaled, codes, neighbours, distances);
    }
}
