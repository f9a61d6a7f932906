package dev.nibble.format.codebook;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.format.Blocks;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;

/**
 * Codes and scales of blocks that run over the flattened matrix: first the scale of each block, then the codes of its
 * weights, in tiles that stay in the first cache.
 */
final class BlockEncoder {
    /** Weights of a tile: 4 KB of float32, so that the next are on their way from memory while codes are made. */
    private static final int TILE = 1024;

    private final Codebook book;
    private final BlockScaling scaling;
    private final ScaleType type;
    private final int block;

    BlockEncoder(Codebook book, BlockScaling scaling, ScaleType type, int block) {
        this.book = book;
        this.scaling = scaling;
        this.type = type;
        this.block = block;
    }

    /**
     * Encodes a matrix.
     *
     * @param packed receives the codes as {@link CodeStream} lays them out
     * @param scales receives one scale per block
     */
    void encode(Matrix w, Recipe recipe, byte[] packed, byte[] scales, Progress progress, String title) {
        int n = w.size();
        // Tiles and ranges of whole blocks, whose codes begin with a byte: no byte is shared between two of them.
        int step = 1;
        while ((long) step * block * book.bits() % 8 != 0) {
            step *= 2;
        }
        int tile = Math.max(1, TILE / block / step) * step;
        int range = Math.max(1, Blocks.RANGE / block / tile) * tile;
        CancelToken cancel = progress.cancelToken();
        Parallel.ranges(Blocks.count(n, block), range, progress, title, "blocks", (from, to) -> {
            float[] wanted = new float[Math.min(tile, to - from)]; // and then their reciprocals
            byte[] codes = new byte[(int) Math.min((long) wanted.length * block, Blocks.PIECE)];
            for (int k = from; k < to; k += tile) {
                int end = Math.min(to, k + Math.min(tile, to - k));
                scales(w, recipe, k, end, wanted, scales, cancel, title);
                int last = (int) Math.min(n, (long) end * block);
                codes(w.values(), k, last, scales, wanted, codes, packed, cancel, title);
            }
        });
    }

    /** Scales of the blocks from..to. */
    private void scales(
            Matrix w,
            Recipe recipe,
            int from,
            int to,
            float[] wanted,
            byte[] scales,
            CancelToken cancel,
            String title) {
        int n = w.size();
        wanted(w.values(), from * block, (int) Math.min(n, (long) to * block), wanted, cancel, title);
        for (int k = from; k < to; k++) {
            float scale = wanted[k - from];
            int first = k * block;
            int count = Math.min(block, n - first);
            if (!Float.isFinite(scale)) {
                throw Blocks.notFinite(w, first, first + count);
            }
            float stored = stored(scale, count);
            if (!Float.isFinite(stored)) {
                throw Blocks.scaleTooLarge(w, first, count, scale, type, recipe);
            }
            type.put(scales, k, stored);
        }
    }

    /** Scales as computed of the blocks of {@code x[from .. to)}, the last one perhaps short. */
    void wanted(float[] x, int from, int to, float[] wanted, CancelToken cancel, String title) {
        if (scaling != BlockScaling.RMS) {
            Blocks.absmax(x, from, to, block, wanted, cancel, title);
            return;
        }
        for (int i = from, k = 0; i < to; k++) {
            int end = i + Math.min(block, to - i);
            int count = end - i;
            double squares = 0; // the square of a float32 is exact in double, and no sum of them overflows
            for (; i < end; i++) {
                squares += (double) x[i] * x[i];
                if ((i & 0xffff) == 0) {
                    cancel.check(title);
                }
            }
            wanted[k] = (float) Math.sqrt(squares / count);
        }
    }

    /** What is stored for the scale of a block of {@code count} weights. */
    float stored(float wanted, int count) {
        return type.round(scaling.divides(count, block) ? Math.max(wanted, BlockScaling.LEAST) : wanted);
    }

    /** Codes of the weights from block {@code k} to weight {@code end}. */
    private void codes(
            float[] x,
            int k,
            int end,
            byte[] scales,
            float[] inverses,
            byte[] codes,
            byte[] packed,
            CancelToken cancel,
            String title) {
        for (int at = k * block, n; at < end; at += n) {
            cancel.check(title);
            n = Math.min(codes.length, end - at);
            int whole = whole(x, at, n, scales, inverses, codes);
            for (int i = at + whole, count; i < at + n; i += count) { // as much of each block as lies in this piece
                count = Math.min(block - i % block, at + n - i);
                int all = Math.min(block, x.length - i / block * block);
                piece(x, i, count, type.get(scales, i / block), all, codes, i - at);
            }
            if (book.codes() != null) {
                CodebookKernels.BEST.translate(codes, 0, n, book.codes());
            }
            CodeStream.pack(codes, n, book.bits(), packed, at);
            if (at + n == x.length) {
                pad(packed, x.length);
            }
        }
    }

    /** bitsandbytes fills up an odd number of weights with a weight of 0 and its code; elsewhere bits left over are 0. */
    void pad(byte[] packed, int count) {
        if (book.bits() == 4 && count % 2 == 1 && (scaling == BlockScaling.TORCH || scaling == BlockScaling.COMPILED)) {
            packed[packed.length - 1] |= (byte) book.codeOf(0);
        }
    }

    /** Ranks of the whole blocks that a piece begins with, all at once; how many weights that were. */
    private int whole(float[] x, int at, int n, byte[] scales, float[] inverses, byte[] ranks) {
        int blocks = at % block == 0 ? Math.min(n / block, inverses.length) : 0;
        for (int k = 0; k < blocks; k++) {
            float scale = type.get(scales, at / block + k);
            if (scaling.isBlank(scale)) {
                return 0;
            }
            inverses[k] = scaling.inverse(scale);
        }
        CodebookKernels.BEST.encode(x, at, blocks, block, inverses, 0, book, ranks, 0);
        return blocks * block;
    }

    /** Ranks of a part of one block of {@code whole} weights. */
    private void piece(float[] x, int from, int count, float scale, int whole, byte[] ranks, int at) {
        if (scaling.isBlank(scale)) {
            Arrays.fill(ranks, at, at + count, (byte) book.rank(0));
        } else if (scaling.divides(whole, block)) {
            float[] scaled = new float[count]; // at most the last block of a matrix
            for (int i = 0; i < count; i++) {
                scaled[i] = x[from + i] / scale;
            }
            CodebookKernels.BEST.encode(scaled, 0, count, 1, book, ranks, at);
        } else {
            CodebookKernels.BEST.encode(x, from, count, scaling.inverse(scale), book, ranks, at);
        }
    }
}
