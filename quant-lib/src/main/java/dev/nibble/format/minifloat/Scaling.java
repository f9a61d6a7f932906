package dev.nibble.format.minifloat;

import dev.nibble.core.Recipe;
import dev.nibble.format.ScaleSet;
import dev.nibble.tensor.Matrix;
import java.util.List;

/**
 * How weights are brought into the range of their element type: which of them share a scale, how it follows from the
 * largest magnitude, and how it is stored. Immutable; everything but {@link #fit} reads stored bytes alone.
 *
 * <p>A weight w of a group gets the code of w · operand, or of w / operand if the scaling {@link #divides}; a code of
 * value v decodes to v · factor.
 */
public interface Scaling {
    /** Weights of a row of {@code cols} that share a scale; the last group of a row may be shorter. */
    int group(int cols);

    /** Bytes of the stored scale of one group; 0 if there is none. */
    int bytes();

    /** How to read a stored scale, in words: "float32 little-endian". */
    String encoding();

    /** Name of the part with the number of the whole tensor, a float32, or the empty string if there is none. */
    default String tensorName() {
        return "";
    }

    /** The number of the whole tensor, from its largest magnitude. */
    default float tensor(float absmax) {
        return 1;
    }

    /** Whether weights are divided by the operand. */
    boolean divides();

    /**
     * Chooses and stores the scales of some groups.
     *
     * @param absmax largest magnitudes, finite, {@code n} of them
     * @param tensor the number of the whole tensor
     * @param scales where they are stored, the first as number {@code at}
     * @return the first of the groups whose scale can not be stored, or -1
     */
    int fit(float[] absmax, int n, float tensor, byte[] scales, int at);

    /** The error for a group that {@link #fit} refused. */
    IllegalArgumentException refusal(Matrix w, int from, int count, float absmax, float tensor, Recipe recipe);

    /** What the weights of {@code n} groups are multiplied with or divided by; 0 if all their codes are 0. */
    void operands(byte[] scales, int at, int n, float tensor, float[] out);

    /** What the values of {@code n} groups are multiplied with. */
    void factors(byte[] scales, int at, int n, float tensor, float[] out);

    /** The scale of a group before it was stored, for a trace. */
    float wanted(float absmax, float tensor);

    /** The factors that one group could have, the number of the tensor staying, unless that is its scale. */
    ScaleSet storable(float tensor);

    /** The largest magnitude that a weight of a group may have had, seen from its stored scale; perhaps infinite. */
    double reach(byte[] scales, int at, float tensor);

    /** What else a trace should know of a group. */
    default List<dev.nibble.core.Trace.Step> tell(Matrix w, int from, int count, float absmax) {
        return List.of();
    }

    /**
     * Says that rows of {@code cols} are taken.
     *
     * @throws IllegalArgumentException if not; the message says which lengths are
     */
    default void requireColumns(int cols, Recipe recipe) {}

    /** What a table should say about rows of {@code cols}, or the empty string. */
    default String note(int cols) {
        return "";
    }
}
