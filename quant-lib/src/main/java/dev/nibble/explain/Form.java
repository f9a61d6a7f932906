package dev.nibble.explain;

import dev.nibble.checkpoint.AffineRows;
import dev.nibble.checkpoint.Weight;
import dev.nibble.core.Progress;
import dev.nibble.format.BitField;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.List;
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

    /** How scales are stored that multiply weights without another scale on top of them; empty if nothing says so. */
    Optional<ScaleType> scales();

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
            public Optional<ScaleType> scales() {
                return q.blocks() == 0 ? Optional.empty() : scalesOf(q);
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
    static Form of(String name, AffineRows all, Optional<ScaleType> scales) {
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
            public Optional<ScaleType> scales() {
                return scales;
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
                .map(all -> of(weight.name(), all, scalesOf(weight)))
                .or(() -> weight.quantized(0, rows)
                        .filter(q -> q.bitsPerWeight() < 16)
                        .map(Form::of));
    }

    /** Of a format: each block has one scale, of 16 or 32 bits. A block of GGUF holds float16. */
    private static Optional<ScaleType> scalesOf(Quantized q) {
        List<BitField> fields = q.block(0).fields().stream()
                .filter(f -> f.role() == Role.SCALE || f.role() == Role.TENSOR)
                .toList();
        if (fields.isEmpty() || fields.stream().anyMatch(f -> f.role() == Role.TENSOR || f.bits() < 16)) {
            return Optional.empty();
        }
        BitField scale = fields.getFirst();
        String encoding = q.parts().get(scale.runs().getFirst().part()).encoding();
        return Optional.of(
                scale.bits() == 32
                        ? ScaleType.F32
                        : encoding.contains(ScaleType.BF16.fullName()) ? ScaleType.BF16 : ScaleType.F16);
    }

    /** Of a weight that other software laid out: the type of its scales' tensor. */
    private static Optional<ScaleType> scalesOf(Weight weight) {
        return weight.tensors().stream()
                .filter(t -> t.name().endsWith("scale") || t.name().endsWith("scales"))
                .map(TensorInfo::type)
                .<ScaleType>mapMulti((type, found) -> {
                    switch (type) {
                        case F16 -> found.accept(ScaleType.F16);
                        case BF16 -> found.accept(ScaleType.BF16);
                        case F32 -> found.accept(ScaleType.F32);
                        default -> {}
                    }
                })
                .findFirst();
    }

    /** All of it as numbers. */
    default Matrix decoded(Progress progress) {
        progress.cancelToken().check("decode " + name());
        return Matrix.of(name(), rows(), cols(), values(0, rows()));
    }
}
