package dev.nibble.explain;

import dev.nibble.explain.Difference.Example;
import java.util.ArrayList;
import java.util.List;

/** Counts and sums of one cause, and its first examples. */
final class Tally {
    private static final int EXAMPLES = 3;

    private long count;
    private double added;
    private final List<Example> examples = new ArrayList<>();

    /** One more weight, of which the second form has so much more squared error; 0 if that is not known. */
    void add(double squaredError) {
        count++;
        added += squaredError;
    }

    /** Whether there is room for another example. */
    boolean wantsExample() {
        return examples.size() < EXAMPLES;
    }

    void add(Example example) {
        examples.add(example);
    }

    long count() {
        return count;
    }

    double added() {
        return added;
    }

    List<Example> examples() {
        return examples;
    }

    void add(Tally other) {
        count += other.count;
        added += other.added;
        for (Example example : other.examples) {
            if (wantsExample()) {
                add(example);
            }
        }
    }
}
