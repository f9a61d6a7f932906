package dev.nibble.format.gguf;

/** What an encoder decides about one block, before it is packed; made once and filled again for each block. */
final class Choice {
    /** Scale of the block as computed, and as stored. */
    float wanted;

    float d;
    /** Minimum of the block or scale of its minima, as stored. */
    float min;

    final int[] scales;
    final int[] mins;
    final int[] codes;
    /** Room for the codes as bytes. */
    final byte[] bytes;

    Choice(int subBlocks, boolean withMins, int codes) {
        this.scales = new int[subBlocks];
        this.mins = new int[withMins ? subBlocks : 0];
        this.codes = new int[codes];
        this.bytes = new byte[codes];
    }

    /** Of a block without sub-blocks. */
    Choice(int codes) {
        this(0, false, codes);
    }

    /** @param count weights of the block */
    BlockChosen chosen(int row, int column, int count) {
        return new BlockChosen(row, column, count, d, min, scales.clone(), mins.clone(), codes.clone());
    }

    /** Takes over what a trace says; the caller has checked it. */
    Choice set(BlockChosen chosen) {
        wanted = chosen.d();
        d = chosen.d();
        min = chosen.min();
        System.arraycopy(chosen.scales(), 0, scales, 0, scales.length);
        System.arraycopy(chosen.mins(), 0, mins, 0, mins.length);
        System.arraycopy(chosen.codes(), 0, codes, 0, codes.length);
        return this;
    }
}
