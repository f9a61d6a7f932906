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
     * @throws IllegalArgumentException if one is not a number
     */
    public int next(float[] logits) {
        int n = order.length;
        float max = Rows.max(logits, 0, n);
        if (Float.isNaN(max)) {
            throw new IllegalArgumentException("a logit is not a number");
        }
        if (sampling.temperature() == 0) {
            return first(logits, max);
        }
        for (int i = 0; i < n; i++) {
            int bits = Float.floatToIntBits(logits[i]);
            long ordered = bits ^ (bits >> 31 & 0x7fffffff);
            order[i] = ~ordered << 32 | i; // largest first, then the smaller token
        }
        int kept = n;
        if (sampling.topK() > 0 || sampling.topP() < 1) {
            Arrays.sort(order);
            kept = sampling.topK() > 0 ? Math.min(n, sampling.topK()) : n;
        }
        float temperature = (float) sampling.temperature();
        for (int i = 0; i < kept; i++) {
            chances[i] = logits[(int) order[i]] / temperature;
        }
        for (; kept < n && logits[(int) order[kept]] / temperature == chances[kept - 1]; kept++) {
            chances[kept] = chances[kept - 1];
        }
        Rows.softmax(chances, 0, kept);
        double sum = 0;
        int end = 0;
        while (end < kept && (end == 0 || sum < sampling.topP())) {
            sum += chances[end++];
        }
        double drawn = random.nextDouble() * sum;
        int i = 0;
        for (double below = chances[0]; i < end - 1 && below <= drawn; ) {
            below += chances[++i];
        }
        return (int) order[i];
    }

    private int first(float[] logits, float max) {
        for (int i = 0; ; i++) {
            if (logits[i] == max) {
                return i;
            }
        }
    }
}
