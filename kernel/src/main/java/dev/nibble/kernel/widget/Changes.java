package dev.nibble.kernel.widget;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What follows from changed values. All that one message or one call changes is changed first; then everything that
 * depends on it runs once, with the newest values. What that changes in turn follows after it.
 */
final class Changes {
    /** Controls that change each other for ever end here. */
    private static final int MAX_ROUNDS = 1_000;

    private static final ThreadLocal<Set<Follower>> COLLECTED = new ThreadLocal<>();

    private Changes() {}

    /** Something that runs when values have changed. */
    interface Follower {
        /** Notes that something changed; cheap. */
        void stale();

        /** Does what the changes so far ask for, if that is not done yet. */
        void settle();
    }

    /**
     * Changes values, then has their followers run, unless something newer is about to come.
     *
     * @param newer whether the next changes are waiting already; they will do what is left undone now
     */
    static void during(Runnable change, BooleanSupplier newer) {
        if (COLLECTED.get() != null) {
            change.run();
            return;
        }
        Set<Follower> collected = new LinkedHashSet<>();
        COLLECTED.set(collected);
        try {
            change.run();
            for (int round = 0; !collected.isEmpty() && !newer.getAsBoolean(); round++) {
                if (round == MAX_ROUNDS) {
                    throw new IllegalStateException(
                            "controls change each other again and again: a callback sets a control whose callback sets"
                                    + " the first; stopped after " + MAX_ROUNDS + " rounds");
                }
                Follower next = collected.iterator().next();
                collected.remove(next);
                next.settle();
            }
        } finally {
            COLLECTED.remove();
        }
    }

    /** A follower's value has changed; only within {@link #during}. */
    static void of(Follower follower) {
        follower.stale();
        COLLECTED.get().add(follower);
    }
}
