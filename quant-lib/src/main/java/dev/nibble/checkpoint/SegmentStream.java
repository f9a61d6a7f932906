package dev.nibble.checkpoint;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** The bytes of a part of a mapped file one after the other, without a copy of them all. */
final class SegmentStream extends InputStream {
    private final MemorySegment bytes;
    private long position;

    SegmentStream(MemorySegment bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        return position == bytes.byteSize() ? -1 : bytes.get(ValueLayout.JAVA_BYTE, position++) & 0xff;
    }

    @Override
    public int read(byte[] into, int at, int most) {
        Objects.checkFromIndexSize(at, most, into.length);
        int count = (int) Math.min(most, bytes.byteSize() - position);
        if (count == 0) {
            return most == 0 ? 0 : -1;
        }
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, into, at, count);
        position += count;
        return count;
    }
}
