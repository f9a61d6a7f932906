package dev.nibble.model.transformer;

import dev.nibble.compute.Rows;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Chooses the next token from logits, as transformers does it: divided by the temperature, the {@code topK} largest kept
 * with what equals the last of them, of these the most probable that together reach {@code topP}; then drawn. Of equal
 * logits the smaller token comes first. The same seed draws the same tokens, everywhere.
 */
public final class Sampler {
    private final Sampling sampling;
    private final SplittableRandom random;
    private final long[] order;
    private final float[] chances;

    /** @param vocabulary number of logits */
    public Sampler(Sampling sampling, int vocabulary) {
        this.sampling = sampling;
        random = new SplittableRandom(sampling.seed());
        order = new long[vocabulary];
        chances = new float[vocabulary];
    }

    /**
     * The next token.
     *
     * @param logits as many as the vocabulary; not changed
     * @throws IllegalArgumentException if one is not a number, or the largest is infinite
     */
    public int next(float[] logits) {
        if (sampling.temperature() == 0) {
            return first(logits, max(logits));
        }
        int kept = keep(logits);
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            sum += chances[i];
        }
        double drawn = random.nextDouble() * sum;
        int i = 0;
        for (double below = chances[0]; i < kept - 1 && below <= drawn; ) {
            below += chances[++i];
        }
        return (int) order[i];
    }

    /**
     * The chance of each token to be the next one; 0 for those that are not drawn.
     *
     * @param logits as many as the vocabulary; not changed
     * @throws IllegalArgumentException if one is not a number, or the largest is infinite
     */
    public double[] probabilities(float[] logits) {
        double[] all = new double[order.length];
        if (sampling.temperature() == 0) {
            all[first(logits, max(logits))] = 1;
            return all;
        }
        int kept = keep(logits);
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            sum += chances[i];
        }
        for (int i = 0; i < kept; i++) {
            all[(int) order[i]] = chances[i] / sum;
        }
        return all;
    }

    /** Puts the tokens that may be drawn first in order, their chances beside them; gives their number. */
    private int keep(float[] logits) {
        int n = order.length;
        float max = max(logits);
        for (int i = 0; i < n; i++) {
            int bits = Float.floatToIntBits(logits[i]);
            long ordered = bits ^ (bits >> 31 & 0x7fffffff);
            order[i] = ~ordered << 32 | i; // largest first, then the smaller token
        }
        int kept = n;
        if (sampling.topK() > 0 || sampling.topP() < 1) {
            Arrays.sort(order);
            kept = sampling.topK() > 0 ? Math.min(n, sampling.topK()) : n;
            while (kept < n && logits[(int) order[kept]] == logits[(int) order[kept - 1]]) {
                kept++;
            }
        }
        for (int i = 0; i < kept; i++) {
            // less the largest first, so that no temperature however low makes infinities of numbers
            chances[i] = (float) (((double) logits[(int) order[i]] - max) / sampling.temperature());
        }
        Rows.softmax(chances, 0, kept);
        if (sampling.topP() == 1) {
            return kept;
        }
        double sum = 0;
        int end = 0;
        while (end < kept && (end == 0 || sum < sampling.topP())) {
            sum += chances[end++];
        }
        return end;
    }

    private static float max(float[] logits) {
        float max = Rows.max(logits, 0, logits.length);
        if (!Float.isFinite(max)) {
            throw new IllegalArgumentException("the largest logit is " + max);
        }
        return max;
    }

    private static int first(float[] logits, float max) {
        for (int i = 0; ; i++) {
            if (logits[i] == max) {
                return i;
            }
        }
    }
}
