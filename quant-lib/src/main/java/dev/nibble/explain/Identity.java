package dev.nibble.explain;

import java.util.Locale;

/**
 * What the numbers of one tensor turned out to be.
 *
 * @param tensor its name
 * @param stored how the file stores it: "F32", "Q4_1"; empty if it came from no file
 * @param values the narrowest float type that holds every number: "float32", "bfloat16", "float16"
 * @param format what they lie on: "Q4_1", "4-bit integers, …", or {@link #NOTHING}
 * @param blocks which weights share a scale: "blocks of 32 in a row"; empty if nothing was found
 * @param blockSize weights that share a scale; 0 if nothing was found
 * @param bitsPerWeight that storing it so would take, scales included; NaN if nothing was found
 * @param fitting blocks whose numbers all lie on a grid, and not by chance
 * @param tested blocks that could tell: neither constant nor with too few different numbers
 * @param note what else there is to know, or the empty string
 */
public record Identity(
        String tensor,
        String stored,
        String values,
        String format,
        String blocks,
        int blockSize,
        double bitsPerWeight,
        long fitting,
        long tested,
        String note) {
    /** {@link #format} of a tensor on which no grid was found. */
    public static final String NOTHING = "no grid found";

    /** The same with more to know. */
    Identity noting(String more) {
        String all = note.isEmpty() ? more : note + "; " + more;
        return new Identity(tensor, stored, values, format, blocks, blockSize, bitsPerWeight, fitting, tested, all);
    }

    /** Whether a grid or a code book was found. */
    public boolean found() {
        return blockSize > 0;
    }

    /** Share of the blocks that fit, 0 to 1; NaN if none could tell. */
    public double confidence() {
        return tested == 0 ? Double.NaN : (double) fitting / tested;
    }

    /** One line: "blk.0.ffn_down.weight: Q4_1, blocks of 32 in a row, 27,648 of 27,648 blocks fit exactly". */
    @Override
    public String toString() {
        String head = tensor + ": " + format;
        return found()
                ? head + ", " + blocks + String.format(Locale.ROOT, ", %,d of %,d blocks fit", fitting, tested)
                : head + (note.isEmpty() ? "" : " (" + note + ")");
    }
}
