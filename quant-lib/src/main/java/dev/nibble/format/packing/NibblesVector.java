package dev.nibble.format.packing;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link Nibbles} on the vector unit: two codes are one short, because byte shifts are slow. */
final class NibblesVector implements Nibbles {
    private static final VectorSpecies<Byte> CODES = ByteVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> PAIRS = ShortVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> PACKED =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(CODES.vectorBitSize() / 2));
    private static final int STEP = CODES.length();
    private static final NibblesScalar TAIL = new NibblesScalar();

    NibblesVector() {}

    @Override
    public void pack(byte[] codes, int from, int count, boolean highFirst, byte[] packed, int at) {
        int i = 0;
        if (highFirst) {
            for (; i <= count - STEP; i += STEP) {
                ShortVector pair = ByteVector.fromArray(CODES, codes, from + i).reinterpretAsShorts();
                ShortVector byteOfPair =
                        pair.lanewise(VectorOperators.LSHL, 4).or(pair.lanewise(VectorOperators.LSHR, 8));
                ((ByteVector) byteOfPair.castShape(PACKED, 0)).intoArray(packed, at + i / 2);
            }
        } else {
            for (; i <= count - STEP; i += STEP) {
                ShortVector pair = ByteVector.fromArray(CODES, codes, from + i).reinterpretAsShorts();
                ShortVector byteOfPair = pair.or(pair.lanewise(VectorOperators.LSHR, 4));
                ((ByteVector) byteOfPair.castShape(PACKED, 0)).intoArray(packed, at + i / 2);
            }
        }
        TAIL.pack(codes, from + i, count - i, highFirst, packed, at + i / 2);
    }

    @Override
    public void unpack(byte[] packed, int at, int count, boolean highFirst, byte[] codes, int to) {
        int i = 0;
        if (highFirst) {
            for (; i <= count - STEP; i += STEP) {
                ShortVector both = pairs(packed, at + i / 2);
                both.lanewise(VectorOperators.LSHR, 4)
                        .or(both.lanewise(VectorOperators.LSHL, 8).and((short) 0x0f00))
                        .reinterpretAsBytes()
                        .intoArray(codes, to + i);
            }
        } else {
            for (; i <= count - STEP; i += STEP) {
                ShortVector both = pairs(packed, at + i / 2);
                both.and((short) 0x000f)
                        .or(both.lanewise(VectorOperators.LSHL, 4).and((short) 0x0f00))
                        .reinterpretAsBytes()
                        .intoArray(codes, to + i);
            }
        }
        TAIL.unpack(packed, at + i / 2, count - i, highFirst, codes, to + i);
    }

    /** One packed byte per short, 0..255. */
    private static ShortVector pairs(byte[] packed, int at) {
        return (ShortVector)
                ByteVector.fromArray(PACKED, packed, at).convertShape(VectorOperators.ZERO_EXTEND_B2S, PAIRS, 0);
    }
}
