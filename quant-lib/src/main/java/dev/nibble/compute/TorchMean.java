package dev.nibble.compute;

/**
 * The mean of float32 numbers with the bits of torch's on an x86 machine, one thread: what bitsandbytes subtracts
 * from its scales and HQQ takes for its zeros. Fed in order, in as many pieces as one likes.
 *
 * <pre>
 *   rows of 32 numbers: 4 registers of 8 lanes; a row is added to level 0
 *   after every 2^p rows level 0 is added to level 1 and cleared, after every 2^2p that to level 2, and so on to 3
 *   at the end: levels together, what is left of whole registers to the first, registers together, then the last
 *   numbers one by one from 0, then the 8 lanes in order; divided by the count
 *   p = 4, or a quarter of log2(rows) rounded up where that is more
 * </pre>
 *
 * Source: ATen, native/cpu/SumKernel.cpp (cascade_sum) and mean = sum / n, read in words and checked by running torch
 * 2.15. What depends on the machine there: from 32,768 numbers on torch gives each thread a part of its own, ARM has
 * registers of 4 lanes, and a GPU adds in another order; the last bits of the mean may then differ from this.
 */
public final class TorchMean {
    private static final int LANES = 8;
    private static final int ROWS = 4;
    private static final int WIDTH = LANES * ROWS;
    private static final int LEVELS = 4;
    private static final int LEAST_POWER = 4;

    private final int power;
    private final float[][] levels = new float[LEVELS][WIDTH];
    private final float[] pending = new float[WIDTH];
    private long count;

    private TorchMean(int power) {
        this.power = power;
    }

    /** For so many numbers. */
    public static TorchMean ofCount(long count) {
        return new TorchMean(power(count));
    }

    /** Whether a sum begun for one count is also right for another. */
    public static boolean sameOrder(long count, long other) {
        return power(count) == power(other);
    }

    /** The mean of {@code x[0 .. count)}. */
    public static float of(float[] x, int count) {
        if (count >= LANES && count < WIDTH << LEAST_POWER) {
            return ofFew(x, count) / count;
        }
        TorchMean mean = ofCount(count);
        for (int i = 0; i < count; i++) {
            mean.add(x[i]);
        }
        return mean.value();
    }

    /** The sum where level 0 is never cleared, and every step as in {@link #sum}. */
    private static float ofFew(float[] x, int count) {
        float[] total = new float[WIDTH];
        int rows = count / WIDTH * WIDTH;
        for (int i = 0; i < rows; i += WIDTH) {
            for (int k = 0; k < WIDTH; k++) {
                total[k] += x[i + k];
            }
        }
        int whole = count / LANES * LANES;
        for (int i = rows; i < whole; i++) {
            total[i % LANES] += x[i];
        }
        for (int i = LANES; i < WIDTH; i++) {
            total[i % LANES] += total[i];
        }
        float sum = 0;
        for (int i = whole; i < count; i++) {
            sum += x[i];
        }
        for (int i = 0; i < LANES; i++) {
            sum += total[i];
        }
        return sum;
    }

    private static int power(long count) {
        long rows = count / WIDTH;
        int log = rows <= 2 ? 1 : 64 - Long.numberOfLeadingZeros(rows - 1);
        return Math.max(LEAST_POWER, log / LEVELS);
    }

    /** Adds the next number. */
    public void add(float x) {
        pending[(int) (count++ % WIDTH)] = x;
        if (count % WIDTH == 0) {
            addRow();
        }
    }

    private void addRow() {
        for (int i = 0; i < WIDTH; i++) {
            levels[0][i] += pending[i];
        }
        long rows = count / WIDTH;
        for (int level = 1; level < LEVELS && rows % (1L << (level * power)) == 0; level++) {
            for (int i = 0; i < WIDTH; i++) {
                levels[level][i] += levels[level - 1][i];
                levels[level - 1][i] = 0;
            }
        }
    }

    /** How many numbers were added. */
    public long count() {
        return count;
    }

    /** The mean of what was added. */
    public float value() {
        return sum() / count;
    }

    private float sum() {
        int left = (int) (count % WIDTH);
        if (count < LANES) {
            return few(left);
        }
        float[] total = levels[0].clone();
        for (int level = 1; level < LEVELS; level++) {
            for (int i = 0; i < WIDTH; i++) {
                total[i] += levels[level][i];
            }
        }
        int whole = left / LANES * LANES;
        for (int i = 0; i < whole; i++) {
            total[i % LANES] += pending[i];
        }
        for (int i = LANES; i < WIDTH; i++) {
            total[i % LANES] += total[i];
        }
        float sum = 0;
        for (int i = whole; i < left; i++) {
            sum += pending[i];
        }
        for (int i = 0; i < LANES; i++) {
            sum += total[i];
        }
        return sum;
    }

    /** Fewer numbers than a register has lanes: the same with four scalars. */
    private float few(int n) {
        float[] total = new float[ROWS];
        int whole = n / ROWS * ROWS;
        for (int i = 0; i < whole; i++) {
            total[i % ROWS] += pending[i];
        }
        for (int i = whole; i < n; i++) {
            total[0] += pending[i];
        }
        return total[0] + total[1] + total[2] + total[3];
    }
}
