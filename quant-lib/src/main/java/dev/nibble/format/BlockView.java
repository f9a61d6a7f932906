package dev.nibble.format;

import java.util.List;

/**
 * One block of a quantized matrix taken apart: the weights that share a scale (or a super-block's scales), and every
 * number stored for them. Numbers of the whole tensor are listed with each block.
 *
 * @param index which block
 * @param row row of its first weight
 * @param column column of its first weight
 * @param count its weights: consecutive in row-major order
 * @param fields all bits of the block, each in exactly one field
 */
public record BlockView(int index, int row, int column, int count, List<BitField> fields) {
    public BlockView {
        fields = List.copyOf(fields);
    }
}
