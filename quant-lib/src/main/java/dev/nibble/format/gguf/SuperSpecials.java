package dev.nibble.format.gguf;

/** What the K-quants do with special blocks, where several do the same. */
final class SuperSpecials {
    static final String AFFINE =
            "All zeros: every number of the block is 0. A sub-block that is constant and positive keeps a scale and the top"
                    + " code, one that is constant and negative a minimum and scale 0; both come out as that constant as far as"
                    + " its integer scale or minimum holds it. Sub-blocks much smaller than the largest of their block get"
                    + " scale 0 and decode to one value. Blocks below about 4e-6 leave d and dmin at 0 and decode to zeros. A"
                    + " scale beyond float16's 65,504 is refused, where ggml stores infinity.";

    private SuperSpecials() {}
}
