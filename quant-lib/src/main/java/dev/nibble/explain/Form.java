package dev.nibble.explain;

import dev.nibble.checkpoint.AffineRows;
import dev.nibble.checkpoint.Weight;
import dev.nibble.core.Progress;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import java.util.Optional;

/** One quantized form of a matrix, whichever software laid it out. */
interface Form {
    String name();

    int rows();

    int cols();

    /** Rows that can only be cut out together. */
    int piece();

    /** Rows from..to with what every code of theirs would mean; null if weights have no codes of their own. */
    Slab slab(int from, int to);

    /** Rows from..to as numbers. */
    float[] values(int from, int to);

    /** A form that one of our formats reads. */
    static Form of(Quantized q) {
        return new Form() {
            @Override
            public String name() {
                return q.name();
            }

            @Override
            public int rows() {
                return q.rows();
            }

            @Override
            public int cols() {
                return q.cols();
            }

            @Override
            public int piece() {
                return q.format().pieceRows(q.cols());
            }

            @Override
            public Slab slab(int from, int to) {
                return Slab.of(Slab.cut(q, from, to));
            }

            @Override
            public float[] values(int from, int to) {
                return Slab.cut(q, from, to).dequantize().values();
            }
        };
    }

    /** Integers in a layout of other software. */
    static Form of(String name, AffineRows all) {
        return new Form() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public int rows() {
                return all.rows();
            }

            @Override
            public int cols() {
                return all.cols();
            }

            @Override
            public int piece() {
                return 1;
            }

            @Override
            public Slab slab(int from, int to) {
                return Slab.of(all, from, to);
            }

            @Override
            public float[] values(int from, int to) {
                float[] values = new float[(to - from) * all.cols()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = all.value(from * all.cols() + i);
                }
                return values;
            }
        };
    }

    /** A weight of a file; empty if it is plain numbers. */
    static Optional<Form> of(Weight weight) {
        int rows = Math.toIntExact(weight.rows());
        return weight.affine(0, rows)
                .map(all -> of(weight.name(), all))
                .or(() -> weight.quantized(0, rows)
                        .filter(q -> q.bitsPerWeight() < 16)
                        .map(Form::of));
    }

    /** All of it as numbers. */
    default Matrix decoded(Progress progress) {
        progress.cancelToken().check("decode " + name());
        return Matrix.of(name(), rows(), cols(), values(0, rows()));
    }
}
