package dev.nibble.explain;

import dev.nibble.format.BlockView;
import dev.nibble.format.Quantized;
import java.util.Optional;

/**
 * Every value that the code of one weight can stand for, under the scale of its block.
 *
 * @param values ascending, all different; −0 counts as 0
 * @param codes the bits that stand for each; the smallest where several do
 */
public record Levels(float[] values, int[] codes) {
    /**
     * The values for the first weight of a block.
     *
     * @return empty if the weights of the format have no codes of their own, or codes of more than eight bits
     * @throws IndexOutOfBoundsException if there is no such block
     */
    public static Optional<Levels> of(Quantized q, int block) {
        BlockView view = q.block(block);
        int piece = q.format().pieceRows(q.cols());
        int from = view.row() / piece * piece;
        int last = (view.row() * q.cols() + view.column() + view.count() - 1) / q.cols();
        int to = Math.min(q.rows(), (last / piece + 1) * piece);
        Slab slab = Slab.of(Slab.cut(q, from, to));
        return Optional.ofNullable(slab).map(s -> s.withCodes((view.row() - from) * q.cols() + view.column()));
    }
}
