package dev.nibble.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes columns of a tensor whose rows lie side by side, for layouts that have inputs as rows. */
final class Transposed {
    private Transposed() {}

    /**
     * Puts 32-bit words into some columns of all rows.
     *
     * @param words [rows, count]
     * @param first column of the first of them
     * @param columns of the whole tensor
     */
    static void put(TensorSink sink, int[] words, int rows, long first, long columns) {
        int count = words.length / rows;
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            bytes.clear();
            bytes.asIntBuffer().put(words, row * count, count);
            sink.put(4 * (row * columns + first), bytes);
        }
    }

    /**
     * Puts numbers of {@code size} bytes, given the other way round, into some columns of all rows.
     *
     * @param numbers [count, rows]
     */
    static void put(TensorSink sink, ByteBuffer numbers, int size, int rows, long first, long columns) {
        int start = numbers.position();
        int count = numbers.remaining() / size / rows;
        byte[] line = new byte[count * size];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < count; i++) {
                numbers.get(start + (i * rows + row) * size, line, i * size, size);
            }
            sink.put((row * columns + first) * size, ByteBuffer.wrap(line));
        }
    }
}
