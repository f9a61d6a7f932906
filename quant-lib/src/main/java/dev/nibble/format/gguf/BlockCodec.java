package dev.nibble.format.gguf;

import dev.nibble.compute.Reductions;
import dev.nibble.core.Trace;
import dev.nibble.format.BitField;
import dev.nibble.format.PointRun;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.SumBound;
import java.util.List;
import java.util.Optional;

/**
 * One block type of GGUF: how a block of weights becomes bytes, and back. Its bytes are those that ggml's C reference,
 * built without fused multiply-add, writes for every finite input. Stateless; arguments are trusted.
 *
 * <p>A codec whose name ends in {@code Vector} is the fast twin of the one without: the same bytes and bits.
 */
public interface BlockCodec extends BlockDecoder {
    /** One sentence: what is stored, how the scale is found, how weights are rounded. */
    String description();

    /** What becomes of blocks that are all zero, constant, −0, subnormal or huge. */
    String specials();

    /** Whether weights can be encoded; false for types that are only read. */
    default boolean writes() {
        return true;
    }

    /** Whether an importance matrix changes what is written. */
    default boolean takesImportance() {
        return false;
    }

    /** Whether nothing can be written without an importance matrix. */
    default boolean needsImportance() {
        return false;
    }

    /** Whether {@link RowContext#meanSquare()} has to be there when there is an importance matrix. */
    default boolean usesRowMeanSquare() {
        return false;
    }

    /** Weights of larger magnitude are refused without a look: no block holds them, and sums over them would overflow. */
    default float largest() {
        return Float.MAX_VALUE;
    }

    /** Weights to encode between two looks at the stop request: few milliseconds, and what stays in the first-level cache. */
    default int piece() {
        return 1 << 12;
    }

    /** Where in a block its fp16 scales and minima stand. */
    default int[] halves() {
        return new int[0];
    }

    /**
     * Whether a scale or minimum of the block at {@code in[at ..)} became infinite; a matrix with such a block is
     * refused. Asked only where weights are larger than 1000: no codec stores more than 64 times its largest weight.
     */
    default boolean overflows(byte[] in, int at) {
        for (int half : halves()) {
            if ((in[at + half + 1] & 0x7c) == 0x7c) {
                return true;
            }
        }
        return false;
    }

    /**
     * Encodes blocks, of one row if it has an importance.
     *
     * @param x weights, finite
     * @param from where the first of them stands
     * @param blocks how many blocks
     * @param row what is known of the row
     * @param column column of the first weight, for the importance
     * @param out where the blocks go, {@code blocks · blockBytes} from {@code at} on; every byte is written
     */
    void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at);

    /**
     * {@link #encode} without an importance, of weights that nobody has looked at. Codecs that look at all of them anyway
     * save a pass.
     *
     * @return the largest magnitude, NaN or infinite if a weight is; unless it is at most {@link #largest}, the bytes are of
     *     no use
     */
    default float encodeUnseen(float[] x, int from, int blocks, byte[] out, int at) {
        int count = blocks * type().blockSize();
        float[] high = new float[1];
        Reductions.BEST.absmax(x, from, from + count, count, high, 0);
        if (high[0] <= largest()) {
            encode(x, from, blocks, RowContext.NONE, 0, out, at);
        }
        return high[0];
    }

    /**
     * Encodes one block and tells how: records of the family's own, one {@link BlockChosen} that the block can be made
     * from again, one {@link dev.nibble.format.BlockScaled} and one {@link dev.nibble.format.BlockWeights}, in this
     * order.
     *
     * @param rowIndex row of the block, for the records
     */
    void encodeTraced(float[] x, int from, RowContext row, int rowIndex, int column, Trace trace, byte[] out, int at);

    /**
     * Writes the block that was chosen.
     *
     * @throws IllegalArgumentException if the choice is not one of this type: too few codes, a number out of range
     */
    void assemble(BlockChosen chosen, byte[] out, int at);

    /** Every bit of one block that begins at bit 0 of part 0, each in exactly one field. */
    List<BitField> fields();

    /**
     * The weights of the block at {@code in[at ..)} by the scale that they share, as {@link
     * dev.nibble.format.Quantized#runs} lists them.
     *
     * @param first place of the block's first weight in the matrix
     */
    default List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of();
    }

    /** The same where several weights are one point of a grid, as {@link dev.nibble.format.Quantized#points} lists them. */
    default List<PointRun> points(byte[] in, int at, int first) {
        return List.of();
    }

    /** The integer that weight {@code i} of the block at {@code in[at ..)} is stored as. */
    int code(byte[] in, int at, int i);

    /**
     * How far weight {@code i} of the block at {@code in[at ..)} may have been from what it decodes to, if the block was
     * encoded without an importance matrix.
     */
    double errorBound(byte[] in, int at, int i);

    /**
     * What is promised of a whole block where {@link #errorBound} is infinite. If not said otherwise, weights are rounded to
     * the nearest value on the grid as it is stored.
     *
     * @param x the weights of the block, which was encoded from them
     * @param row what was known of their row
     * @param column column of the first of them
     */
    default Optional<SumBound> sumBound(byte[] in, int at, float[] x, RowContext row, int column) {
        return Optional.of(SumBound.ofNearest(runs(in, at, 0), 0, x, decoded(in, at), 0, 0));
    }

    /** The weights of one block. */
    default float[] decoded(byte[] in, int at) {
        float[] out = new float[type().blockSize()];
        decode(in, at, 1, out, 0);
        return out;
    }
}
