package dev.nibble.model.transformer;

import dev.nibble.compute.Panels;
import dev.nibble.compute.Rows;

/** A weight and its bias. */
final class Linear {
    final Panels weight;
    /** One per output; null for none. */
    final float[] bias;

    Linear(Panels weight, float[] bias) {
        this.weight = weight;
        this.bias = bias;
    }

    int outputs() {
        return weight.outputs();
    }

    /** {@code y = x · wᵀ + bias} for some rows that lie one after the other. */
    void apply(float[] x, int rows, float[] y, Workspace work) {
        int outputs = weight.outputs();
        work.gemm.multiply(x, 0, weight.inputs(), rows, weight, y, 0, outputs, work.cancel);
        if (bias != null) {
            for (int r = 0; r < rows; r++) {
                Rows.add(bias, 0, outputs, y, r * outputs);
            }
        }
    }
}
