package dev.nibble.checkpoint;

import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.util.Locale;

/** The place of one tensor in a file that is being written; its bytes are appended until it is full. One thread only. */
public final class TensorSink {
    private final OutputFile file;
    private final TensorInfo tensor;
    private long written;

    TensorSink(OutputFile file, TensorInfo tensor) {
        this.file = file;
        this.tensor = tensor;
    }

    /** Name, type, shape and place. */
    public TensorInfo tensor() {
        return tensor;
    }

    /** Bytes that are still missing. */
    public long missing() {
        return tensor.bytes() - written;
    }

    /**
     * Appends what remains in {@code bytes}.
     *
     * @throws IllegalArgumentException if the tensor does not take so many
     * @throws CheckpointException if they can not be written
     */
    public void append(ByteBuffer bytes) {
        int count = bytes.remaining();
        if (count > missing()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "tensor \"%s\" takes %,d more bytes, not %,d", tensor.name(), missing(), count));
        }
        file.write(bytes, tensor.offset() + written);
        written += count;
    }

    /**
     * Writes what remains in {@code bytes} to a place of its own; every place is to be written once.
     *
     * @param position from the tensor's first byte
     */
    public void put(long position, ByteBuffer bytes) {
        int count = bytes.remaining();
        if (position < 0 || position > tensor.bytes() - count || count > missing()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "tensor \"%s\" has no %,d free bytes at %,d", tensor.name(), count, position));
        }
        file.write(bytes, tensor.offset() + position);
        written += count;
    }

    /**
     * Sets those bits that are set in {@code bytes}, in a place that is written already.
     *
     * @param position from the tensor's first byte
     */
    void lay(long position, ByteBuffer bytes) {
        int count = bytes.remaining();
        if (position < 0 || position > tensor.bytes() - count) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "tensor \"%s\" has no %,d bytes at %,d", tensor.name(), count, position));
        }
        ByteBuffer both = file.read(tensor.offset() + position, count);
        for (int i = 0; i < count; i++) {
            both.put(i, (byte) (both.get(i) | bytes.get(bytes.position() + i)));
        }
        file.write(both, tensor.offset() + position);
    }

    /** Appends all of {@code bytes}. */
    public void append(byte[] bytes) {
        append(ByteBuffer.wrap(bytes));
    }
}
