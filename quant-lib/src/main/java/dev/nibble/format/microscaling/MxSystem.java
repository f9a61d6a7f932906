package dev.nibble.format.microscaling;

/** Whose conventions an MX format follows where the specification leaves them open. */
enum MxSystem {
    /** The specification, exactly. */
    OCP("", "the specification"),
    /** torchao: the smallest scale is stored as 2^-127, but weights are divided by 2^-126, or by 1 under rceil. */
    TORCHAO("torchao", "torchao"),
    /** compressed-tensors: EVEN, of MXFP8 with the mantissa of FP4. */
    CT("ct", "compressed-tensors"),
    /** microxcaling: the logarithm in float32. */
    MICROXCALING("microxcaling", "microxcaling"),
    /** ModelOpt's MXFP4: rceil with the logarithm in float32, ties toward zero, zeros as −0. */
    MODELOPT("modelopt", "ModelOpt");

    private final String word;
    private final String title;

    MxSystem(String word, String title) {
        this.word = word;
        this.title = title;
    }

    String word() {
        return word;
    }

    String title() {
        return title;
    }

    /** Whether ceil(log2(amax / max)) is taken of a logarithm rounded to float32. */
    boolean floatLogarithm() {
        return this == TORCHAO || this == MODELOPT;
    }

    /** Whether rows must be multiples of a block. */
    boolean wholeBlocks() {
        return this == TORCHAO || this == CT || this == MODELOPT;
    }

    /** What weights are multiplied with where the scale is stored as byte 0. */
    float ofSmallest(ScaleRule rule) {
        return this != TORCHAO ? 0x1p127f : rule == ScaleRule.RCEIL ? 1 : 0x1p126f;
    }
}
