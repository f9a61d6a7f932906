package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.format.integer.AffineFormat;
import dev.nibble.format.integer.AffineRule;
import dev.nibble.format.packing.BitFields;
import dev.nibble.tensor.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Integers on a grid as the checkpoints of other software want them: codes and zeros without a sign, whole-number zeros,
 * groups inside a row.
 *
 * @param bits of a code
 * @param lowest the code that is 0 without a sign
 * @param cols length of a row
 * @param group weights that share a scale
 * @param groups of a row
 * @param scaleType how scales are stored
 * @param stored whether zeros are stored; else all are {@code centre}
 * @param centre the code of 0, without a sign
 */
record AffineParts(int bits, int lowest, int cols, int group, int groups, DType scaleType, boolean stored, int centre) {
    /**
     * How a format's parts are to be read.
     *
     * @param layout its name, for messages
     * @throws IllegalArgumentException if that layout has no place for what the format stores
     */
    static AffineParts of(Format format, long rows, int cols, String layout) {
        List<PartLayout> parts = format.layout(rows, cols);
        if (!(format instanceof AffineFormat affine) || !format.recipe().name().startsWith("int")) {
            throw new IllegalArgumentException(format.recipe() + " has no place in the layout " + layout
                    + ", which holds integers such as int4:g128");
        }
        AffineRule rule = affine.rule();
        boolean centred = rule.centre() == (int) rule.centre() && rule.factor() == 1;
        boolean whole = rule.zero() == AffineRule.Zero.NONE || rule.zero() == AffineRule.Zero.INTEGER;
        if (!whole || !centred) {
            throw new IllegalArgumentException(format.recipe() + " has zeros that are no whole codes, which the layout "
                    + layout + " has no place for");
        }
        DType type = scaleType(parts.get(1).encoding());
        long scales = parts.get(1).bytes() / type.blockBytes();
        int group = groupSize(format, cols);
        if (parts.get(1).whole() || scales % rows != 0 || scales / rows != (cols + group - 1) / group) {
            throw new IllegalArgumentException(format.recipe()
                    + " has groups that do not lie in one row, which the layout " + layout + " has no place for");
        }
        return new AffineParts(
                rule.bits(),
                rule.lowest(),
                cols,
                group,
                (int) (scales / rows),
                type,
                parts.size() > 2,
                (int) rule.centre() - rule.lowest());
    }

    private static int groupSize(Format format, int cols) {
        return format.canonical().options().stream()
                .filter(word -> word.matches("g\\d+"))
                .map(word -> Integer.parseInt(word.substring(1)))
                .findFirst()
                .orElse(cols);
    }

    private static DType scaleType(String encoding) {
        return switch (encoding) {
            case "float16 little-endian" -> DType.F16;
            case "bfloat16 little-endian" -> DType.BF16;
            case "float32 little-endian" -> DType.F32;
            default -> throw new IllegalStateException("scales as " + encoding);
        };
    }

    /**
     * Says that groups divide the row, for layouts that do not name the group of each input.
     *
     * @throws IllegalArgumentException if not
     */
    AffineParts requireEvenGroups(String layout) {
        if (cols % groups != 0 || (group < cols && cols % group != 0)) {
            throw new IllegalArgumentException("groups of " + group + " do not divide rows of " + cols
                    + ", and the layout " + layout + " has no shorter group");
        }
        return this;
    }

    /** Codes of a piece without a sign, [rows, cols]. */
    byte[] codes(Quantized piece) {
        byte[] stored = piece.parts().getFirst().toBytes();
        return bits == 8 ? unsigned(stored) : BitFields.unpackRows(stored, piece.rows(), cols, bits);
    }

    /** Zeros of a piece without a sign, [rows, groups]. */
    byte[] zeros(Quantized piece) {
        byte[] zeros = new byte[piece.rows() * groups];
        if (!stored) {
            Arrays.fill(zeros, (byte) centre);
            return zeros;
        }
        byte[] fields = piece.parts().get(2).toBytes();
        BitFields.unpack(fields, 0, zeros.length, bits, zeros, 0);
        return unsigned(zeros);
    }

    /** Eight bits from -128 on are stored as two's complement. */
    private byte[] unsigned(byte[] fields) {
        if (bits == 8 && lowest == -128) {
            for (int i = 0; i < fields.length; i++) {
                fields[i] ^= (byte) 0x80;
            }
        }
        return fields;
    }

    /** Scales of a piece as they are stored, [rows, groups]. */
    ByteBuffer scales(Quantized piece) {
        StoredPart part = piece.parts().get(1);
        return part.data();
    }
}
