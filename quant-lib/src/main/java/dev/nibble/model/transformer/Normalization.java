package dev.nibble.model.transformer;

import dev.nibble.compute.Rows;
import dev.nibble.model.transformer.TransformerConfig.Norm;

/** A norm with its weights. */
final class Normalization {
    private final Norm norm;
    private final float epsilon;
    private final float[] weight;
    private final float[] bias;

    private Normalization(Norm norm, float epsilon, float[] weight, float[] bias) {
        this.norm = norm;
        this.epsilon = epsilon;
        this.weight = weight;
        this.bias = bias;
    }

    static Normalization read(TransformerConfig config, WeightReader reader, Slot slot, int layer) {
        float[] bias = config.norm() == Norm.LAYER ? reader.bias(slot, layer) : null;
        return new Normalization(config.norm(), config.epsilon(), reader.norm(slot, layer), bias);
    }

    /** One after the other: rows of as many numbers as there are weights. */
    void apply(float[] x, int from, int rows, float[] y, int to) {
        int n = weight.length;
        for (int r = 0; r < rows; r++) {
            if (norm == Norm.RMS) {
                Rows.rmsNorm(x, from + r * n, n, weight, epsilon, y, to + r * n);
            } else {
                Rows.layerNorm(x, from + r * n, n, weight, bias, epsilon, y, to + r * n);
            }
        }
    }
}
