package dev.nibble.explain;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.tensor.Matrix;
import java.util.concurrent.atomic.AtomicLong;

/** Counts of what the blocks of one partition say about one hypothesis. Blocks are looked at by several threads. */
abstract class Evidence {
    /** A block counts for a hypothesis only where unrelated numbers would do as well once in a million. */
    static final double CONVINCING = -6;

    private static final int SAMPLE = 64;

    /** What one block says. */
    enum Verdict {
        FIT,
        MISFIT,
        /** It would fit much else as well: constant, or too few different numbers. */
        SILENT
    }

    private final AtomicLong fits = new AtomicLong();
    private final AtomicLong misfits = new AtomicLong();

    /** Looks at one block; thread-safe for different blocks. */
    abstract Verdict look(int block, Distinct d);

    /**
     * Looks at every block, but first at a few, and goes on only if half of those that say something fit.
     *
     * @return whether all were looked at
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    final boolean gather(Matrix w, Partition partition, CancelToken cancel, String what) {
        int blocks = partition.blocks(w.rows(), w.cols());
        float[] x = w.values();
        int someBlocks = Math.min(SAMPLE, blocks);
        for (int i = 0; i < someBlocks; i++) {
            cancel.check(what);
            int block = (int) ((long) i * blocks / someBlocks);
            count(look(block, partition.distinct(x, w.rows(), w.cols(), block)));
        }
        if (misfits.get() > fits.get()) {
            return false;
        }
        fits.set(0);
        misfits.set(0);
        reset();
        int grain = Math.max(1, (1 << 13) / partition.size());
        Parallel.ranges(blocks, grain, cancel, what, (from, to) -> {
            for (int block = from; block < to; block++) {
                count(look(block, partition.distinct(x, w.rows(), w.cols(), block)));
            }
        });
        return true;
    }

    private void count(Verdict verdict) {
        switch (verdict) {
            case FIT -> fits.incrementAndGet();
            case MISFIT -> misfits.incrementAndGet();
            case SILENT -> {}
        }
    }

    /** Forgets what the first look at some blocks has counted. */
    abstract void reset();

    final long fits() {
        return fits.get();
    }

    final long tested() {
        return fits() + misfits.get();
    }

    final double share() {
        return tested() == 0 ? 0 : (double) fits() / tested();
    }
}
