package dev.nibble.checkpoint;

import dev.nibble.tensor.DType;
import dev.nibble.tensor.MappedFile;
import dev.nibble.tensor.TensorInfo;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Reads the head of a safetensors file.
 *
 * <pre>
 *   u64 N, little-endian
 *   N bytes of JSON: {"name": {"dtype": "F32", "shape": [out, in], "data_offsets": [begin, end]}, …,
 *                     "__metadata__": {"key": "text", …}}
 *   the tensors, without gaps or overlaps, ending with the file
 * </pre>
 *
 * It accepts what the reference implementation accepts, less names that occur twice: two readers that take different
 * ones see different models.
 */
final class Safetensors {
    /** What a checkpoint of this format says it is. */
    static final String KIND = "safetensors";

    /** Longest header of the reference implementation, in bytes. */
    static final long LONGEST_HEADER = 100_000_000;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MappedFile file;
    private final String fileName;

    private Safetensors(MappedFile file) {
        this.file = file;
        this.fileName = file.path().getFileName().toString();
    }

    /**
     * Reads the head of a mapped file.
     *
     * @throws CheckpointException if anything in it is wrong
     */
    static MappedCheckpoint read(MappedFile file) {
        return new Safetensors(file).read();
    }

    private MappedCheckpoint read() {
        if (file.size() < 8) {
            throw fail("the file has " + file.size() + " bytes; a safetensors file begins with 8 bytes of length");
        }
        long length = file.bytes().get(LONG, 0);
        if (length < 0 || length > LONGEST_HEADER || length > file.size() - 8) {
            throw fail(String.format(
                    Locale.ROOT,
                    "the header is said to have %s bytes, but the file has %,d and headers at most %,d: not a"
                            + " safetensors file, or a truncated one",
                    Long.toUnsignedString(length),
                    file.size(),
                    LONGEST_HEADER));
        }
        SafetensorsHeader header =
                SafetensorsHeader.parse(fileName, file.bytes().asSlice(8, length));
        long data = 8 + length;
        List<TensorInfo> tensors = new ArrayList<>();
        for (SafetensorsHeader.Entry entry : inOrderOfData(header.entries(), file.size() - data)) {
            tensors.add(new TensorInfo(
                    entry.name(), entry.type(), entry.shape(), entry.end() - entry.begin(), data + entry.begin()));
        }
        return new MappedCheckpoint(file, KIND, tensors, header.metadata(), List.of(), header.warnings());
    }

    /** Sorts the tensors by place, and checks that they cover the {@code there} bytes of data exactly. */
    private List<SafetensorsHeader.Entry> inOrderOfData(List<SafetensorsHeader.Entry> entries, long there) {
        List<SafetensorsHeader.Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                .thenComparingLong(SafetensorsHeader.Entry::end));
        long end = 0;
        for (SafetensorsHeader.Entry entry : sorted) {
            if (entry.begin() != end || entry.end() < entry.begin()) {
                throw fail(String.format(
                        Locale.ROOT,
                        "tensor \"%s\" lies at %,d to %,d of the data, but the one before it ends at %,d: tensors must"
                                + " follow each other without gaps or overlaps",
                        entry.name(),
                        entry.begin(),
                        entry.end(),
                        end));
            }
            checkSize(entry);
            end = entry.end();
        }
        if (end != there) {
            throw fail(String.format(
                    Locale.ROOT,
                    "the tensors take %,d bytes, but the file holds %,d: %s",
                    end,
                    there,
                    end > there ? "it is truncated; download it again" : "the rest belongs to no tensor"));
        }
        return sorted;
    }

    private void checkSize(SafetensorsHeader.Entry entry) {
        DType type = entry.type();
        long bytes;
        try {
            long count = 1;
            for (long n : entry.shape()) {
                count = Math.multiplyExact(count, n);
            }
            bytes = type.bytes(count);
        } catch (ArithmeticException e) {
            throw fail("tensor \"" + entry.name() + "\": the product of its dimensions is larger than any file");
        } catch (IllegalArgumentException e) {
            throw fail("tensor \"" + entry.name() + "\": " + e.getMessage());
        }
        if (bytes != entry.end() - entry.begin()) {
            throw fail(String.format(
                    Locale.ROOT,
                    "tensor \"%s\": its shape takes %,d bytes as %s, but its data_offsets give it %,d",
                    entry.name(),
                    bytes,
                    type,
                    entry.end() - entry.begin()));
        }
    }

    private CheckpointException fail(String problem) {
        return new CheckpointException(fileName + ": " + problem);
    }
}
