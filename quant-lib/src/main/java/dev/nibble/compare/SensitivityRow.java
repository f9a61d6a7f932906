package dev.nibble.compare;

import java.util.Objects;

/**
 * A model with one weight quantized, or all of them, against the same model as stored. Errors are one standard error,
 * windows drawn.
 *
 * @param tensor name of the weight; {@link #ALL} for all
 * @param layer its layer, from 0; -1 for one outside of the layers, and for all
 * @param kind what it is called without its layer: {@code attn_q}
 * @param weights how many were quantized
 * @param kl mean Kullback-Leibler divergence from the weights as stored, in nats per token
 * @param klError of it
 * @param logRatio ln of the perplexity over that of the weights as stored
 * @param logRatioError of it, the same tokens in pairs
 * @param seconds that the evaluation took on the wall
 */
public record SensitivityRow(
        String tensor,
        int layer,
        String kind,
        long weights,
        double kl,
        double klError,
        double logRatio,
        double logRatioError,
        double seconds) {
    /** What all weights together are called. */
    public static final String ALL = "all";

    public SensitivityRow {
        Objects.requireNonNull(tensor, "tensor");
        Objects.requireNonNull(kind, "kind");
    }
}
