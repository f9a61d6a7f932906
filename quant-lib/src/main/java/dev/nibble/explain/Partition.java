package dev.nibble.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * A way to cut a matrix into blocks that may share a scale.
 *
 * @param kind which way
 * @param size weights per block
 */
record Partition(Kind kind, int size) {
    /** Which weights lie side by side in a block. */
    enum Kind {
        /** Of one row; a row may leave a shorter last block. */
        IN_ROW,
        /** Of the matrix row after row, so that a block may begin in one row and end in the next. */
        FLAT,
        /** Of one column. */
        IN_COLUMN,
        WHOLE
    }

    /** Every partition that is looked at, of a matrix of this shape. */
    static List<Partition> all(int rows, int cols) {
        List<Partition> all = new ArrayList<>();
        for (int size : new int[] {16, 32, 64, 128, 256}) {
            if (size < cols) {
                all.add(new Partition(Kind.IN_ROW, size));
            }
            if (size < rows && size >= 32 && size <= 128) {
                all.add(new Partition(Kind.IN_COLUMN, size));
            }
        }
        all.add(new Partition(Kind.IN_ROW, cols));
        if (rows > 1) {
            all.add(new Partition(Kind.IN_COLUMN, rows));
            all.add(new Partition(Kind.WHOLE, rows * cols));
        }
        for (int size : new int[] {64, 128, 256, 512, 1024, 2048, 4096}) {
            if (cols % size != 0 && size < rows * cols) {
                all.add(new Partition(Kind.FLAT, size));
            }
        }
        return all;
    }

    /** Blocks in a matrix of this shape. */
    int blocks(int rows, int cols) {
        return switch (kind) {
            case IN_ROW -> rows * ((cols - 1) / size + 1);
            case IN_COLUMN -> cols * ((rows - 1) / size + 1);
            case FLAT -> (rows * cols - 1) / size + 1;
            case WHOLE -> 1;
        };
    }

    /** The different numbers of block {@code index}. */
    Distinct distinct(float[] x, int rows, int cols, int index) {
        return switch (kind) {
            case IN_ROW -> {
                int perRow = (cols - 1) / size + 1;
                int column = index % perRow * size;
                yield Distinct.of(x, index / perRow * cols + column, Math.min(size, cols - column), 1);
            }
            case IN_COLUMN -> {
                int row = index / cols * size;
                yield Distinct.of(x, row * cols + index % cols, Math.min(size, rows - row), cols);
            }
            case FLAT -> Distinct.of(x, index * size, Math.min(size, rows * cols - index * size), 1);
            case WHOLE -> Distinct.of(x, 0, x.length, 1);
        };
    }

    /** "blocks of 32 in a row", "rows", "the tensor". */
    String text(int rows, int cols) {
        return switch (kind) {
            case IN_ROW -> size == cols ? "rows" : "blocks of " + size + " in a row";
            case IN_COLUMN -> size == rows ? "columns" : "blocks of " + size + " in a column";
            case FLAT -> "blocks of " + size + " across rows";
            case WHOLE -> "the whole tensor";
        };
    }
}
