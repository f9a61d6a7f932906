package dev.nibble.model.transformer;

/**
 * How the next token is chosen.
 *
 * @param temperature what logits are divided by; 0 always takes the largest
 * @param topK how many of the largest logits may be drawn; 0 for all
 * @param topP how much probability the most probable tokens that may be drawn have together, at most 1
 * @param seed of the draws
 */
public record Sampling(double temperature, int topK, double topP, long seed) {
    /** Always the largest logit. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0);

    public Sampling {
        if (!(temperature >= 0) || temperature == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("a temperature of " + temperature + "; expected 0 or more");
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top-k of " + topK + "; expected 0 or more");
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top-p of " + topP + "; expected more than 0, at most 1");
        }
    }
}
