package dev.nibble.checkpoint;

import dev.nibble.tensor.DType;
import dev.nibble.tensor.MappedFile;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the head of a GGUF file, versions 2 and 3, little-endian.
 *
 * <pre>
 *   "GGUF", u32 version, u64 tensors, u64 keys
 *   per key      string name, u32 type, value
 *   per tensor   string name, u32 dimensions, u64 each (innermost first), u32 type, u64 offset from the data
 *   padding to the alignment, then the tensors, each padded to it, in this order and without gaps
 * </pre>
 *
 * It accepts what ggml's own reader accepts, less what ggml lets through by mistake: names that are empty, not UTF-8 or
 * hold a NUL, booleans other than 0 and 1, sizes whose product overflows, tensors that end after the file.
 */
final class Gguf {
    static final int MAGIC = 0x46554747; // "GGUF", read little-endian
    private static final int LONGEST_NAME = 63;
    private static final int MOST_DIMENSIONS = 4;
    /** Tensors and keys of one file that are read: the largest models have some thousand, and some hundred. */
    private static final int MOST_TENSORS = 1 << 17;

    private static final int MOST_KEYS = 1 << 16;
    /** A name's length, the number of dimensions, a type and an offset. */
    private static final int LEAST_TENSOR = 8 + 4 + 4 + 8;

    private final MappedFile file;
    private final String fileName;
    private final Cursor in;
    private final List<String> warnings = new ArrayList<>();

    private Gguf(MappedFile file) {
        this.file = file;
        this.fileName = file.path().getFileName().toString();
        this.in = new Cursor(fileName, file.bytes());
    }

    /**
     * Reads the head of a mapped file that begins with the magic number.
     *
     * @throws CheckpointException if anything in it is wrong
     */
    static MappedCheckpoint read(MappedFile file) {
        return new Gguf(file).read();
    }

    private MappedCheckpoint read() {
        if (in.i32() != MAGIC) {
            throw in.fail(4, "not a GGUF file: it does not begin with \"GGUF\"");
        }
        int version = in.i32();
        if ((version & 0xffff) == 0 && version != 0) {
            throw in.fail(4, "a big-endian GGUF file; only little-endian ones are read");
        }
        if (version != 2 && version != 3) {
            throw in.fail(
                    4,
                    "GGUF version " + Integer.toUnsignedString(version)
                            + "; versions 2 and 3 are read: convert the file with a current llama.cpp");
        }
        int tensorCount = in.count("the number of tensors", LEAST_TENSOR, MOST_TENSORS);
        int keyCount = in.count("the number of keys", GgufMetadata.leastEntry(), MOST_KEYS);
        GgufMetadata metadata = GgufMetadata.read(in, keyCount, warnings);
        List<TensorInfo> relative = tensors(tensorCount, metadata.alignment());
        long data = pad(in.position(), metadata.alignment(), "the data");
        return new MappedCheckpoint(
                file,
                "GGUF " + version,
                placed(relative, data, metadata.alignment()),
                metadata.values(),
                metadata.entries(),
                warnings);
    }

    /** Reads the tensor heads; offsets are still relative to the data. */
    private List<TensorInfo> tensors(int count, long alignment) {
        List<TensorInfo> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long expected = 0;
        for (int i = 0; i < count; i++) {
            in.at("tensor " + (i + 1) + " of " + count);
            TensorInfo tensor = tensor(expected);
            if (!names.add(tensor.name())) {
                throw in.fail(0, "the name occurs twice");
            }
            tensors.add(tensor);
            try {
                expected = pad(Math.addExact(expected, tensor.bytes()), alignment, tensor.name());
            } catch (ArithmeticException e) {
                throw in.fail(0, "the tensors together are larger than any file");
            }
        }
        return tensors;
    }

    private TensorInfo tensor(long expected) {
        long start = in.position();
        String name = in.string("the name", LONGEST_NAME, true);
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw in.fail(
                    in.position() - start, name.isEmpty() ? "the name is empty" : "the name contains a NUL character");
        }
        in.at("tensor \"" + name + "\"");
        long dimensions = in.u32();
        if (dimensions > MOST_DIMENSIONS) {
            throw in.fail(4, dimensions + " dimensions; GGUF has at most " + MOST_DIMENSIONS);
        }
        long[] innermostFirst = new long[(int) dimensions];
        for (int d = 0; d < dimensions; d++) {
            innermostFirst[d] = in.u64("a dimension");
        }
        long typeId = in.u32();
        DType type = GgufTypes.of(typeId);
        if (type == null) {
            throw in.fail(4, "tensor type " + typeId + " does not exist or was removed from GGUF");
        }
        long bytes = bytes(innermostFirst, type);
        long offset = in.u64("the offset");
        if (offset != expected) {
            throw in.fail(
                    8,
                    String.format(
                            Locale.ROOT, "the offset is %,d, but the tensors before it end at %,d", offset, expected));
        }
        long[] shape = new long[innermostFirst.length];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = innermostFirst[shape.length - 1 - d];
        }
        return new TensorInfo(name, type, shape, bytes, offset);
    }

    private long bytes(long[] innermostFirst, DType type) {
        long row = innermostFirst.length == 0 ? 1 : innermostFirst[0];
        if (row % type.blockSize() != 0) {
            throw in.fail(4, "rows of " + row + " do not fill whole " + type + " blocks of " + type.blockSize());
        }
        try {
            long count = 1;
            // Both orders must fit: ours is outermost first, ggml's innermost first, and a zero may hide an overflow.
            for (long n : innermostFirst) {
                count = Math.multiplyExact(count, n);
            }
            long outermostFirst = 1;
            for (int d = innermostFirst.length - 1; d >= 0; d--) {
                outermostFirst = Math.multiplyExact(outermostFirst, innermostFirst[d]);
            }
            return type.bytes(count);
        } catch (ArithmeticException e) {
            throw in.fail(4, "the product of its dimensions is larger than any file");
        }
    }

    /** Turns offsets into places in the file, and checks that the file is long enough. */
    private List<TensorInfo> placed(List<TensorInfo> relative, long data, long alignment) {
        List<TensorInfo> placed = new ArrayList<>();
        long end = in.position();
        for (TensorInfo t : relative) {
            in.at("tensor \"" + t.name() + "\"");
            try {
                end = Math.addExact(Math.addExact(data, t.offset()), t.bytes());
            } catch (ArithmeticException e) {
                throw in.fail(0, "it ends after the last possible byte");
            }
            if (end > file.size()) {
                throw new CheckpointException(String.format(
                        Locale.ROOT,
                        "%s: tensor \"%s\" ends at byte %,d, but the file has %,d: it is truncated; download it again",
                        fileName,
                        t.name(),
                        end,
                        file.size()));
            }
            placed.add(new TensorInfo(t.name(), t.type(), t.shape(), t.bytes(), data + t.offset()));
        }
        if (file.size() > pad(end, alignment, "the data")) {
            warnings.add(
                    String.format(Locale.ROOT, "%,d bytes after the last tensor belong to nothing", file.size() - end));
        }
        return placed;
    }

    private long pad(long size, long alignment, String what) {
        try {
            return Math.addExact(size, alignment - 1) & -alignment;
        } catch (ArithmeticException e) {
            throw in.fail(0, what + " is larger than any file");
        }
    }
}
