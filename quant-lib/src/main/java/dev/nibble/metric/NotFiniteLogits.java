package dev.nibble.metric;

/** Thrown when a model computes something that is no number: its weights, or their quantization, overflow. */
public final class NotFiniteLogits extends ArithmeticException {
    /** @param message which model, where in the data */
    public NotFiniteLogits(String message) {
        super(message);
    }
}
