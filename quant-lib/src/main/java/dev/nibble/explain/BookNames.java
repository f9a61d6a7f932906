package dev.nibble.explain;

import dev.nibble.explain.Identify.Guess;

/** Gives what lies on a code book a name, and counts its bits: by how its scales themselves are stored. */
final class BookNames {
    /** Blocks of NVFP4. */
    private static final int NVFP4_BLOCK = 16;

    private BookNames() {}

    static Guess name(Book book, BookEvidence e, Partition partition, Precision precision) {
        String name = book.name();
        double scaleBits = book.scaleBits();
        if (name.equals("FP4 E2M1")) {
            BlockScales.E4M3 told = BlockScales.e4m3(e.scales(), precision);
            if (told != BlockScales.E4M3.NONE) {
                String scale = told == BlockScales.E4M3.PLAIN ? "E4M3 scale" : "E4M3 scale times one of the tensor";
                boolean nvfp4 = partition.kind() == Partition.Kind.IN_ROW && partition.size() == NVFP4_BLOCK;
                name = nvfp4 ? "NVFP4 (E2M1, " + scale + ")" : name + ", " + scale;
                scaleBits = 8;
            }
        }
        boolean ofBitsandbytes = name.equals("NF4") || name.equals("bitsandbytes FP4");
        if (ofBitsandbytes && BlockScales.quantizedTwice(e.scales(), precision)) {
            name += " with double quantization (8-bit scales)";
            scaleBits = 8 + 32.0 / BlockScales.NESTED;
        }
        return new Guess(name, partition, book.bits() + scaleBits / partition.size(), e.fits(), e.tested());
    }
}
