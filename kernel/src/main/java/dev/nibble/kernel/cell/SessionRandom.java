package dev.nibble.kernel.cell;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The random numbers of a session. Nothing in the library draws without a seed that its caller gives, so there is nothing
 * for a seed of the session to change behind anybody's back: it is what cells hand on, as {@code seed()} and
 * {@code random()}.
 */
public final class SessionRandom {
    /** The seed of a session that was given none: whoever runs a notebook from its first cell sees the same numbers. */
    public static final long DEFAULT = 1;

    private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
            RandomGeneratorFactory.of("L64X128MixRandom");

    // Guarded by the class.
    private static long seed = DEFAULT;
    private static RandomGenerator generator;

    private SessionRandom() {}

    /** Sets the seed, and begins the sequence of {@link #random()} again. */
    public static synchronized void begin(long newSeed) {
        seed = newSeed;
        generator = null;
    }

    /** The seed. */
    public static synchronized long seed() {
        return seed;
    }

    static synchronized RandomGenerator random() {
        if (generator == null) {
            generator = FACTORY.create(seed);
        }
        return generator;
    }
}
