package dev.nibble.kernel.jshell;

/**
 * What became of some code.
 *
 * @param hasValue whether it ended in an expression whose value wants to be seen
 * @param value that value, itself
 * @param problem null when all of it ran
 */
public record Evaluation(boolean hasValue, Object value, Problem problem) {
    /** All of it ran, and there is no value to see. */
    public static final Evaluation NOTHING = new Evaluation(false, null, null);

    /** It ended in a value that wants to be seen. */
    public static Evaluation of(Object value) {
        return new Evaluation(true, value, null);
    }

    /** It ended early. */
    public static Evaluation failed(Problem problem) {
        return new Evaluation(false, null, problem);
    }
}
