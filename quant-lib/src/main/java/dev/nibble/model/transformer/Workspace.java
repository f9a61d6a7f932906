package dev.nibble.model.transformer;

import dev.nibble.compute.Gemm;
import dev.nibble.core.CancelToken;

/** Room for what stands between the products, kept from batch to batch. */
final class Workspace {
    final Gemm gemm = new Gemm();
    final Attention attention;
    CancelToken cancel;
    float[] normed = new float[0];
    float[] query = new float[0];
    float[] key = new float[0];
    float[] value = new float[0];
    float[] fused = new float[0];
    float[] attended = new float[0];
    float[] added = new float[0];
    float[] gate = new float[0];
    float[] up = new float[0];

    Workspace(TransformerConfig c) {
        attention = new Attention(c);
    }

    void require(TransformerConfig c, int rows) {
        int queries = c.heads() * c.headSize();
        int keys = c.keyHeads() * c.headSize();
        normed = grown(normed, rows * c.hidden());
        query = grown(query, rows * queries);
        key = grown(key, rows * keys);
        value = grown(value, rows * keys);
        attended = grown(attended, rows * queries);
        added = grown(added, rows * c.hidden());
        gate = grown(gate, c.activation() == TransformerConfig.Activation.SWIGLU ? rows * c.feedForward() : 0);
        up = grown(up, rows * c.feedForward());
    }

    static float[] grown(float[] room, int size) {
        return room.length >= size ? room : new float[size];
    }
}
