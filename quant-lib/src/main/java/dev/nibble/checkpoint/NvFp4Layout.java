package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.DType;
import java.util.List;
import java.util.function.Function;

/**
 * The layout that compressed-tensors calls nvfp4-pack-quantized: the parts of {@code nvfp4:ct} under its names.
 *
 * <pre>
 *   weight_packed         u8 [out, in / 2]              two codes in a byte, the first in the low nibble
 *   weight_scale          float8 E4M3 [out, in / 16]
 *   weight_global_scale   float32 [1]
 * </pre>
 */
final class NvFp4Layout implements TensorLayout {
    /** The one format whose parts these are. */
    static final String RECIPE = "nvfp4:ct";

    private static final int GROUP = 16;

    /** What follows the name of the weight, part by part. */
    static final List<String> SUFFIXES = List.of("_packed", "_scale", "_global_scale");

    @Override
    public List<NewTensor> tensors(String name, Format format, long rows, int cols) {
        List<PartLayout> parts = format.layout(rows, cols);
        if (!format.canonical().toString().equals(RECIPE)) {
            throw new IllegalArgumentException(
                    format.recipe() + " has no place in the layout nvfp4-pack, which holds " + RECIPE + ": write that");
        }
        if (cols % GROUP != 0 || parts.size() != SUFFIXES.size()) {
            throw new IllegalArgumentException(
                    "rows of " + cols + " are not whole groups of " + GROUP + ", as the layout nvfp4-pack wants them");
        }
        return List.of(
                new NewTensor(name + SUFFIXES.get(0), DType.U8, rows, cols / 2),
                new NewTensor(name + SUFFIXES.get(1), DType.F8_E4M3, rows, cols / GROUP),
                new NewTensor(name + SUFFIXES.get(2), DType.F32, 1));
    }

    @Override
    public void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out) {
        for (int i = 0; i < SUFFIXES.size(); i++) {
            if (i < 2 || firstRow == 0) { // the last belongs to the whole tensor
                out.apply(name + SUFFIXES.get(i)).append(piece.parts().get(i).data());
            }
        }
    }
}
