package dev.nibble.format.gguf;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The points that an IQ type may store: of all ways to give 8 weights one of 3 levels each (or 4 weights one of 8), some
 * hundred that ggml chose, so that an index into them costs fewer bits than the levels. A point is written packed: the
 * level of weight i in bits {@code levelBits · i} and up.
 *
 * <p>What is not on the grid is replaced by one of its neighbours: the points at the smallest few distances, nearest
 * first and in the order of the grid where they are equally far. Source of the points and of that rule: ggml (MIT
 * License), iq2xs_init_impl and iq3xs_init_impl; the points are in the resource grids.txt.
 */
final class Grid {
    private static final int[] NO_POINTS = {};

    /** The grids, each read when it is first asked for. */
    static final class IQ2_XXS {
        static final Grid GRID = new Grid("iq2_xxs", 256, 8, new int[] {8, 25, 43}, 2);

        private IQ2_XXS() {}
    }

    static final class IQ2_XS {
        static final Grid GRID = new Grid("iq2_xs", 512, 8, new int[] {8, 25, 43}, 2);

        private IQ2_XS() {}
    }

    static final class IQ2_S {
        static final Grid GRID = new Grid("iq2_s", 1024, 8, new int[] {8, 25, 43}, 1);

        private IQ2_S() {}
    }

    static final class IQ3_XXS {
        static final Grid GRID = new Grid("iq3_xxs", 256, 4, new int[] {4, 12, 20, 28, 36, 44, 52, 62}, 2);

        private IQ3_XXS() {}
    }

    static final class IQ3_S {
        static final Grid GRID = new Grid("iq3_s", 512, 4, new int[] {1, 3, 5, 7, 9, 11, 13, 15}, 3);

        private IQ3_S() {}
    }

    static final class IQ1 {
        static final Grid GRID = new Grid("iq1", 2048, 8, new int[] {-1, 0, 1}, 3);

        private IQ1() {}
    }

    /** Weights of one point: 8 or 4. */
    final int weights;
    /** Bits of one level in a packed point. */
    final int levelBits;
    /** What level 0 decodes to, before the scale. */
    final int unit;
    /** Number of points. */
    final int size;
    /** Points, packed, ascending. */
    private final int[] points;
    /** Level of weight i of point k at {@code k · weights + i}. */
    private final byte[] levels;
    /** What it decodes to, before the scale. */
    private final byte[] values;
    /** Index of a packed point; negative if it is not on the grid. */
    private final short[] index;
    /** How many distances count as near. */
    private final int distances;
    /** Neighbours of a packed point that is not on the grid; null until asked for. */
    private final int[][] neighbours;

    private Grid(String name, int size, int weights, int[] levelValues, int distances) {
        this.size = size;
        this.weights = weights;
        this.levelBits = 16 / weights == 2 ? 2 : 3;
        this.distances = distances;
        this.unit = levelValues[0];
        this.points = read(name, size);
        this.levels = new byte[size * weights];
        this.values = new byte[size * weights];
        this.index = new short[1 << (weights * levelBits)];
        this.neighbours = new int[index.length][];
        Arrays.fill(index, (short) -1);
        for (int k = 0; k < size; k++) {
            index[points[k]] = (short) k;
            for (int i = 0; i < weights; i++) {
                int level = level(points[k], i);
                levels[k * weights + i] = (byte) level;
                values[k * weights + i] = (byte) levelValues[level];
            }
        }
    }

    /** Where the values of point k begin in {@link #values()}. */
    int at(int k) {
        return k * weights;
    }

    /** The same values as numbers, all moved by some. */
    float[] book(float moved) {
        float[] book = new float[values.length];
        for (int i = 0; i < book.length; i++) {
            book[i] = values[i] + moved;
        }
        return book;
    }

    /** Values of all points, {@link #weights} each: what is multiplied by the scale. Read only. */
    byte[] values() {
        return values;
    }

    /** Levels of all points, {@link #weights} each, from 0. Read only. */
    byte[] levels() {
        return levels;
    }

    /** Level of weight i in a packed point. */
    int level(int packed, int i) {
        return packed >>> (levelBits * i) & ((1 << levelBits) - 1);
    }

    /** Index of a packed point, or -1 if it is not on the grid. */
    int indexOf(int packed) {
        return index[packed];
    }

    /** The levels from {@code at} on as a packed point. */
    int pack(byte[] levelsOfWeights, int at) {
        int packed = 0;
        for (int i = 0; i < weights; i++) {
            packed |= levelsOfWeights[at + i] << (levelBits * i);
        }
        return packed;
    }

    /** Indices of the points near a packed point that is not on the grid, nearest first. Read only. */
    int[] neighbours(int packed) {
        int[] found = neighbours[packed];
        if (found == null) {
            found = near(packed);
            neighbours[packed] = found; // two threads may both do this; they find the same
        }
        return found;
    }

    private int[] near(int packed) {
        int[] squares = new int[size];
        int[] far = new int[weights * 64 + 1]; // how many points at each distance; levels differ by 7 at most
        for (int k = 0; k < size; k++) {
            int sum = 0;
            for (int i = 0; i < weights; i++) {
                int d = levels[k * weights + i] - level(packed, i);
                sum += d * d;
            }
            squares[k] = sum;
            far[sum]++;
        }
        int limit = -1;
        int count = 0;
        for (int seen = 0; seen < distances && limit + 1 < far.length; ) {
            limit++;
            if (far[limit] > 0) {
                seen++;
                count += far[limit];
            }
        }
        int[] found = count == 0 ? NO_POINTS : new int[count];
        for (int d = 0, n = 0; d <= limit; d++) {
            for (int k = 0; k < size && far[d] > 0; k++) {
                if (squares[k] == d) {
                    found[n++] = k;
                }
            }
        }
        return found;
    }

    /** The points of one grid: a line with its name, then the gaps between them until an empty line. */
    private static int[] read(String name, int size) {
        int[] points = new int[size];
        try (var in = new BufferedReader(
                new InputStreamReader(Grid.class.getResourceAsStream("grids.txt"), StandardCharsets.US_ASCII))) {
            String line = in.readLine();
            while (!line.equals(name)) {
                line = in.readLine();
            }
            int n = 0;
            int last = 0;
            while (n < size) {
                for (String gap : in.readLine().split(" ", -1)) {
                    last += Integer.parseInt(gap);
                    points[n++] = last;
                }
            }
            return points;
        } catch (IOException e) {
            throw new UncheckedIOException("grids.txt", e);
        }
    }
}
