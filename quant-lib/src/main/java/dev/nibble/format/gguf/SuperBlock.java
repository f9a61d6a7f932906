package dev.nibble.format.gguf;

import java.util.Arrays;

/**
 * What the K-quants share: 256 weights in sub-blocks of 16 or 32, each with an integer scale, and a block scale that
 * multiplies these. Sub-blocks are searched many at a time; the rest is done block by block.
 */
abstract class SuperBlock extends ChoosingCodec {
    static final int SIZE = 256;
    /** Blocks searched in one go: 4096 weights and what belongs to them stay in the first-level cache. */
    private static final int BATCH = 16;

    /** Weights in a sub-block. */
    final int sub;
    /** Sub-blocks in a block. */
    final int subs;

    private final Searches searches;

    SuperBlock(int sub, Searches searches) {
        this.sub = sub;
        this.subs = SIZE / sub;
        this.searches = searches;
    }

    /** Numbers of a batch of blocks: one per weight, or one per sub-block. */
    static final class Work {
        final float[] weights;
        final float[] scales;
        final float[] mins;
        final float[] inverses;
        final float[] origins;
        /** One per sub-block of a single block. */
        final float[] own;

        final float[] sums;
        final float[] adds;
        final float[] divisors;

        Work(int blocks, int subs) {
            weights = new float[blocks * SIZE];
            scales = new float[blocks * subs];
            mins = new float[blocks * subs];
            inverses = new float[blocks * subs];
            origins = new float[blocks * subs];
            own = new float[subs];
            sums = new float[subs];
            adds = new float[subs];
            divisors = new float[subs];
        }
    }

    /** Finds scale, minimum and inverse of every sub-block of some blocks. */
    abstract void search(Searches with, float[] x, int from, int blocks, RowContext row, int column, Work work);

    /** Decides all numbers of block {@code b} of those searched; its weights begin at {@code from}. */
    abstract void finish(
            Searches with, float[] x, int from, RowContext row, int b, Work work, Choice choice, SearchLog log);

    @Override
    public boolean takesImportance() {
        return true;
    }

    /** Some tenths of a millisecond: the room for a batch is made once for all of them. */
    @Override
    public int piece() {
        return 1 << 15;
    }

    /** d is at most 65,504 times 63 · 31 or 128 · 33; the searches' sums of products stay finite below 1e9. */
    @Override
    public final float largest() {
        return 1e9f;
    }

    @Override
    final void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        Work work = new Work(1, subs);
        Searches scalar = new SearchesScalar(log);
        search(scalar, x, from, 1, row, column, work);
        finish(scalar, x, from, row, 0, work, choice, log);
    }

    @Override
    public final void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        Work work = new Work(Math.min(BATCH, blocks), subs);
        Choice choice = newChoice();
        Searches own = searches.own();
        for (int first = 0; first < blocks; first += BATCH) {
            int count = Math.min(BATCH, blocks - first);
            int start = from + first * SIZE;
            search(own, x, start, count, row, column + first * SIZE, work);
            for (int b = 0; b < count; b++) {
                finish(own, x, start + b * SIZE, row, b, work, choice, null);
                pack(choice, out, at + (first + b) * type().blockBytes());
            }
        }
    }

    /**
     * The weights of the searches with an importance: importance · sqrt(factor · mean square of the block + x²).
     */
    static void importanceWeights(
            float[] x, int from, int blocks, float factor, float[] importance, int column, float[] weights) {
        for (int b = 0; b < blocks; b++) {
            int at = from + b * SIZE;
            float sum = 0;
            for (int i = at; i < at + SIZE; i++) {
                sum += x[i] * x[i];
            }
            float mean = factor * sum / SIZE;
            for (int i = 0; i < SIZE; i++) {
                float v = x[at + i];
                weights[b * SIZE + i] = importance[column + b * SIZE + i] * (float) Math.sqrt(mean + v * v);
            }
        }
    }

    /** Sums of the weights of each sub-block, from the left. */
    final void sums(float[] weights, int from, float[] sums) {
        for (int j = 0; j < subs; j++) {
            float sum = 0;
            for (int i = from + j * sub; i < from + (j + 1) * sub; i++) {
                sum += weights[i];
            }
            sums[j] = sum;
        }
    }

    /** The codes as bytes, for {@link EightCodes}. */
    final byte[] bytes(Choice choice) {
        searches.narrow(choice.codes, choice.bytes);
        return choice.bytes;
    }

    static float[] slice(float[] values, int from, float[] into) {
        System.arraycopy(values, from, into, 0, into.length);
        return into;
    }

    /** A scale for sub-blocks' scales or minima, none negative: what the largest needs to become {@code top}. */
    static float plainScale(float[] values, int top, int[] codes) {
        float max = 0;
        for (float v : values) {
            max = v > max ? v : max;
        }
        float inverse = max > 0 ? top / max : 0;
        for (int j = 0; j < values.length; j++) {
            codes[j] = CRounding.nearest(inverse * values[j]) & 0xff;
        }
        return max / top;
    }

    static void zero(Choice choice) {
        choice.wanted = 0;
        choice.d = 0;
        Arrays.fill(choice.scales, 0);
        Arrays.fill(choice.codes, 0);
    }
}
