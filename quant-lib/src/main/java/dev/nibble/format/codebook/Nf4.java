package dev.nibble.format.codebook;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Options;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.core.Trace;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.format.packing.Nibbles;
import dev.nibble.tensor.Matrix;
import java.util.List;

/**
 * NF4, the four-bit format of QLoRA, with the bytes of bitsandbytes: sixteen values that are quantiles of the normal
 * distribution, one float32 scale per block.
 *
 * <pre>
 *   recipe    nf4 [bN]                 N weights per block, 64 if nothing is said
 *   blocks    run over the matrix row after row, so a block may begin in one row and end in the next
 *   codes     two in a byte, the first in the high nibble; an odd last one leaves the low nibble 0
 *   scales    absmax of the block, float32
 *   value     table[code] · absmax
 * </pre>
 *
 * A weight times 1 / max(absmax, 1e-38) gets the code of the nearest table value; on the float32 midpoint of two, the
 * lower. Source of the table and of the rules: Dettmers et al., "QLoRA", 2023, and bitsandbytes' CPU backend.
 */
public final class Nf4 implements Format {
    private static final int DEFAULT_BLOCK = 64;
    private static final int LARGEST_BLOCK = 1 << 30;

    /** The sixteen values, as bitsandbytes publishes them. */
    static final Codebook TABLE = Codebook.of(
            -1.0f,
            -0.6961928f,
            -0.52507305f,
            -0.3949175f,
            -0.28444138f,
            -0.18477343f,
            -0.091050036f,
            0.0f,
            0.0795803f,
            0.1609302f,
            0.2461123f,
            0.33791524f,
            0.44070983f,
            0.562617f,
            0.72295684f,
            1.0f);

    private final Recipe recipe;
    private final int block;

    private Nf4(Recipe recipe) {
        this.recipe = recipe;
        Options options = new Options(recipe, "bN");
        this.block = options.number("b", 1, LARGEST_BLOCK, DEFAULT_BLOCK);
        options.done();
    }

    /** The registry entry. */
    public static Registry.Entry<Format> entry() {
        return new Registry.Entry<>(
                "nf4",
                "16 quantiles of the normal distribution, one float32 scale per block (bitsandbytes)",
                List.of("bN"),
                List.of("nf4", "nf4:b64", "nf4:b128"),
                Nf4::new);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    @Override
    public Recipe canonical() {
        return Recipe.of("nf4", "b" + block);
    }

    @Override
    public String description() {
        return "4-bit NormalFloat: the nearest of 16 quantiles of the normal distribution times the float32 absmax of "
                + block + " weights, ties to the lower code, as bitsandbytes does";
    }

    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        Blocks.requireWeights(w);
        int n = w.size();
        int blocks = Blocks.count(n, block);
        byte[] packed = new byte[n / 2 + n % 2];
        byte[] scales = ScaleType.F32.store(blocks);
        // A range holds an even number of weights, so that no byte is shared between two of them.
        int blocksAtATime = Math.max(1, Blocks.RANGE / block / 2) * 2;
        String title = "quantize " + w.name() + " to " + recipe;
        CancelToken cancel = progress.cancelToken();
        Parallel.ranges(blocks, blocksAtATime, progress, title, "blocks", (from, to) -> {
            int first = from * block;
            int end = (int) Math.min(n, (long) to * block);
            float[] absmax = new float[to - from];
            Blocks.absmax(w.values(), first, end, block, absmax, cancel, title);
            for (int k = from; k < to; k++) {
                if (!Float.isFinite(absmax[k - from])) {
                    throw Blocks.notFinite(w, k * block, (int) Math.min(n, (k + 1L) * block));
                }
                ScaleType.F32.put(scales, k, absmax[k - from]);
            }
            byte[] codes = new byte[Math.min(end - first, Blocks.PIECE)];
            for (int at = first, count; at < end; at += count) {
                cancel.check(title);
                count = Math.min(codes.length, end - at);
                encode(w.values(), at, at + count, first, absmax, codes);
                Nibbles.BEST.pack(codes, 0, count, true, packed, at / 2);
            }
        });
        if (trace.isOn()) {
            tell(trace, w, scales);
        }
        return new CodebookQuantized(this, TABLE, block, w.name(), w.rows(), w.cols(), packed, scales);
    }

    /** Codes of the weights from..to, whose blocks are counted from the one that begins at {@code first}. */
    private void encode(float[] x, int from, int to, int first, float[] absmax, byte[] codes) {
        for (int i = from, n; i < to; i += n) { // as much of each block as lies between from and to
            n = Math.min(block - i % block, to - i);
            float inverse = 1 / Math.max(absmax[(i - first) / block], 1e-38f);
            CodebookKernels.BEST.encode(x, i, n, inverse, TABLE.boundaries(), codes, i - from);
        }
    }

    private void tell(Trace trace, Matrix w, byte[] scales) {
        for (int start = 0, k = 0, n; start < w.size(); start += n, k++) {
            n = Math.min(block, w.size() - start);
            float scale = ScaleType.F32.get(scales, k);
            var step = new BlockScaled(start / w.cols(), start % w.cols(), n, -scale, scale, scale, scale, 0);
            trace.add(() -> step);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Nf4 format && block == format.block;
    }

    @Override
    public int hashCode() {
        return block;
    }

    @Override
    public String toString() {
        return recipe.toString();
    }
}
