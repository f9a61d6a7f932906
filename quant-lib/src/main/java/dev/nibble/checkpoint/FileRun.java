package dev.nibble.checkpoint;

import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.util.List;
import java.util.Locale;

/**
 * Bits that lie side by side in a tensor of a file.
 *
 * @param tensor the tensor
 * @param bit the first of them, counted from the tensor's first byte: 8 · byte + bit in the byte, 0 the lowest; in numbers
 *     of more bytes the same, since all are little-endian
 * @param count how many
 * @param shift where the first of them stands in the number that they belong to
 */
public record FileRun(TensorInfo tensor, long bit, int count, int shift) {
    private static final int WORD = 32;

    /** A run that is the whole of its number. */
    FileRun(TensorInfo tensor, long bit, int count) {
        this(tensor, bit, count, 0);
    }

    /**
     * A field of a dense stream of 32-bit words that lie any step apart.
     *
     * @param first the word that the stream begins with
     * @param stride from one word of the stream to the next
     * @param bit of the stream, the first of the field
     * @param bits of the field; those that do not fit into a word begin the next
     */
    static List<FileRun> inWords(TensorInfo tensor, long first, long stride, long bit, int bits) {
        long word = first + bit / WORD * stride;
        int at = (int) (bit % WORD);
        if (at + bits <= WORD) {
            return List.of(new FileRun(tensor, WORD * word + at, bits));
        }
        int here = WORD - at;
        return List.of(
                new FileRun(tensor, WORD * word + at, here),
                new FileRun(tensor, WORD * (word + stride), bits - here, here));
    }

    /** The first byte of the file that they are in. */
    public long firstByte() {
        return tensor.offset() + bit / 8;
    }

    /** The last byte of the file that they are in. */
    public long lastByte() {
        return tensor.offset() + (bit + count - 1) / 8;
    }

    /** "absmax byte 3 bits 4..7", and in tensors of 32-bit words "qweight[5, 17] bits 28..31", the word by its indices. */
    public String place() {
        String name = tensor.name().substring(tensor.name().lastIndexOf('.') + 1);
        boolean words = tensor.type() == DType.I32;
        int unit = words ? WORD : 8;
        long first = bit / unit;
        long last = (bit + count - 1) / unit;
        String where;
        if (words) {
            where = "[" + indices(first) + "]" + (last == first ? "" : " to [" + indices(last) + "]");
        } else {
            where = first == last ? " byte " + first : " bytes " + first + ".." + last;
        }
        long from = bit % unit;
        long to = (bit + count - 1) % unit;
        boolean whole = from == 0 && to == unit - 1;
        String bits = whole ? "" : count == 1 ? " bit " + from : " bits " + from + ".." + to;
        return name + where + bits;
    }

    private String indices(long element) {
        long[] shape = tensor.shape();
        return shape.length < 2
                ? Long.toString(element)
                : String.format(
                        Locale.ROOT, "%d, %d", element / shape[shape.length - 1], element % shape[shape.length - 1]);
    }
}
