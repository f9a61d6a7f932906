package dev.nibble.format.integer;

import dev.nibble.format.Blocks;

/**
 * Which weights of a matrix share a scale.
 *
 * @param kind whole tensor, row, group of a row, or run of weights that may go on in the next row
 * @param size weights of a group or run; else 0
 */
public record Grouping(Kind kind, int size) {
    /** The largest group. */
    public static final int LARGEST = 1 << 30;

    /** How far a scale reaches. */
    public enum Kind {
        TENSOR,
        ROW,
        GROUP,
        RUN
    }

    /** The word of a recipe: "tensor", "row", "g32". */
    public String word() {
        return switch (kind) {
            case TENSOR -> "tensor";
            case ROW -> "row";
            case GROUP, RUN -> "g" + size;
        };
    }

    /** In words: "row", "group of 32". */
    public String words() {
        return switch (kind) {
            case TENSOR -> "tensor";
            case ROW -> "row";
            case GROUP -> size + " weights of a row";
            case RUN -> size + " weights";
        };
    }

    /** Whether groups of rows of this length go on in the next row. */
    boolean crosses(int cols) {
        return kind == Kind.RUN && cols % size != 0;
    }

    /** Weights of a group, but for a row's last. A tensor is worked on row by row. */
    int groupSize(int cols) {
        return switch (kind) {
            case TENSOR, ROW -> Math.max(1, cols);
            case GROUP -> Math.max(1, Math.min(size, cols));
            case RUN -> size;
        };
    }

    /** Blocks of a matrix: groups, or the rows of a tensor with one scale. */
    long blocks(long rows, int cols) {
        return crosses(cols)
                ? Math.multiplyExact(rows, (long) cols) / size
                : Math.multiplyExact(rows, (long) Blocks.count(cols, groupSize(cols)));
    }

    /** Scales that are stored. */
    long scales(long rows, int cols) {
        return kind == Kind.TENSOR ? 1 : blocks(rows, cols);
    }

    /** The block of a weight. */
    int block(int row, int col, int cols) {
        return crosses(cols)
                ? (int) (((long) row * cols + col) / size)
                : row * Blocks.count(cols, groupSize(cols)) + col / groupSize(cols);
    }

    /** Place of a block's first weight, row after row. */
    int start(int block, int cols) {
        if (crosses(cols)) {
            return block * size;
        }
        int perRow = Blocks.count(cols, groupSize(cols));
        return block / perRow * cols + block % perRow * groupSize(cols);
    }

    /** Weights of a block. */
    int count(int block, int cols) {
        if (crosses(cols)) {
            return size;
        }
        int perRow = Blocks.count(cols, groupSize(cols));
        return Math.min(groupSize(cols), cols - block % perRow * groupSize(cols));
    }

    /** Weights that the block of a weight has from it on. */
    int left(int row, int col, int cols) {
        int n = groupSize(cols);
        return n - (crosses(cols) ? (int) (((long) row * cols + col) % n) : col % n);
    }
}
