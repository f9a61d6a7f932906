package dev.nibble.format.integer;

import dev.nibble.format.packing.BitFields;
import dev.nibble.format.packing.Nibbles;
import dev.nibble.format.packing.Trits;

/** How the codes of a row lie in bytes; every row begins with a byte of its own. */
public enum FieldCoding {
    /** One after the other without gaps, the first in the lowest bits. */
    DENSE {
        @Override
        int bytes(int count, int bits) {
            return BitFields.bytes(count, bits);
        }

        @Override
        int unit(int bits) {
            return bits == 8 ? 1 : 8;
        }

        @Override
        void pack(byte[] fields, int from, int count, int bits, byte[] codes, int at) {
            switch (bits) {
                case 8 -> System.arraycopy(fields, from, codes, at, count);
                case 4 -> Nibbles.BEST.pack(fields, from, count, false, codes, at);
                default -> BitFields.pack(fields, from, count, bits, codes, at);
            }
        }

        @Override
        void unpack(byte[] codes, int at, int count, int bits, byte[] fields) {
            switch (bits) {
                case 8 -> System.arraycopy(codes, at, fields, 0, count);
                case 4 -> Nibbles.BEST.unpack(codes, at, count, false, fields, 0);
                default -> BitFields.unpack(codes, at, count, bits, fields, 0);
            }
        }

        @Override
        int get(byte[] codes, int at, int index, int bits) {
            return BitFields.get(codes, at, index, bits);
        }

        @Override
        String words(int bits) {
            return bits + " bits, first weight in the lowest bits, rows of whole bytes";
        }
    },
    /** Three values each, five in a byte: {@link Trits}. */
    TRITS {
        @Override
        int bytes(int count, int bits) {
            return Trits.bytes(count);
        }

        @Override
        int unit(int bits) {
            return Trits.PER_BYTE;
        }

        @Override
        void pack(byte[] fields, int from, int count, int bits, byte[] codes, int at) {
            Trits.pack(fields, from, count, codes, at);
        }

        @Override
        void unpack(byte[] codes, int at, int count, int bits, byte[] fields) {
            Trits.unpack(codes, at, count, fields, 0);
        }

        @Override
        int get(byte[] codes, int at, int index, int bits) {
            return Trits.get(codes, at, index);
        }

        @Override
        String words(int bits) {
            return "five base-3 digits in a byte, first weight the lowest digit, rows of whole bytes";
        }
    };

    /** Bytes of a run that begins with a byte. */
    abstract int bytes(int count, int bits);

    /** Weights whose number makes whole bytes. */
    abstract int unit(int bits);

    abstract void pack(byte[] fields, int from, int count, int bits, byte[] codes, int at);

    abstract void unpack(byte[] codes, int at, int count, int bits, byte[] fields);

    /** Field {@code index} of the row that begins at byte {@code at}. */
    abstract int get(byte[] codes, int at, int index, int bits);

    abstract String words(int bits);
}
