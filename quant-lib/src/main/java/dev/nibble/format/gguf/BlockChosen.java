package dev.nibble.format.gguf;

import dev.nibble.core.Trace;

/**
 * A trace's step: everything that was decided about one block. Its bytes are made from this alone.
 *
 * @param row row of its first weight
 * @param column column of its first weight
 * @param count weights in the block
 * @param d the scale of the block, as stored
 * @param min the second number of the block, as stored: the minimum, or the scale of minima; 0 where there is none
 * @param scales integer scale of each sub-block, as stored; empty where there are none
 * @param mins integer minimum of each sub-block, as stored; empty where there are none
 * @param codes what is stored per weight, or per group of weights, in their order
 */
public record BlockChosen(int row, int column, int count, float d, float min, int[] scales, int[] mins, int[] codes)
        implements Trace.Step {
    static final int[] NONE = new int[0];

    /** A block with one scale and a code per weight. */
    BlockChosen(int row, int column, float d, float min, int[] codes) {
        this(row, column, codes.length, d, min, NONE, NONE, codes);
    }

    /**
     * The codes, checked.
     *
     * @throws IllegalArgumentException if there are not so many, or one is outside low..high
     */
    int[] codes(int length, int low, int high) {
        return checked("code", codes, length, low, high);
    }

    /** The scales, checked likewise. */
    int[] scales(int length, int low, int high) {
        return checked("scale", scales, length, low, high);
    }

    /** The minima, checked likewise. */
    int[] mins(int length, int low, int high) {
        return checked("minimum", mins, length, low, high);
    }

    private int[] checked(String what, int[] numbers, int length, int low, int high) {
        if (numbers.length != length) {
            throw new IllegalArgumentException("the block of row " + row + ", column " + column + " has "
                    + numbers.length + " " + what + "s, not " + length);
        }
        for (int i = 0; i < length; i++) {
            if (numbers[i] < low || numbers[i] > high) {
                throw new IllegalArgumentException("the block of row " + row + ", column " + column + ": " + what + " "
                        + i + " is " + numbers[i] + ", outside " + low + " to " + high);
            }
        }
        return numbers;
    }
}
