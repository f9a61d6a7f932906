package dev.nibble.checkpoint;

import dev.nibble.tensor.DType;

/** The numbers that GGUF gives to tensor types. Source: the GGUF specification and ggml.h. */
final class GgufTypes {
    private static final DType[] BY_ID = new DType[43];

    static {
        DType[] first = {
            DType.F32,
            DType.F16,
            DType.Q4_0,
            DType.Q4_1,
            null,
            null,
            DType.Q5_0,
            DType.Q5_1,
            DType.Q8_0,
            DType.Q8_1,
            DType.Q2_K,
            DType.Q3_K,
            DType.Q4_K,
            DType.Q5_K,
            DType.Q6_K,
            DType.Q8_K,
            DType.IQ2_XXS,
            DType.IQ2_XS,
            DType.IQ3_XXS,
            DType.IQ1_S,
            DType.IQ4_NL,
            DType.IQ3_S,
            DType.IQ2_S,
            DType.IQ4_XS,
            DType.I8,
            DType.I16,
            DType.I32,
            DType.I64,
            DType.F64,
            DType.IQ1_M,
            DType.BF16
        };
        System.arraycopy(first, 0, BY_ID, 0, first.length);
        BY_ID[34] = DType.TQ1_0;
        BY_ID[35] = DType.TQ2_0;
        BY_ID[39] = DType.MXFP4;
        BY_ID[40] = DType.NVFP4;
        BY_ID[41] = DType.Q1_0;
        BY_ID[42] = DType.Q2_0;
    }

    private GgufTypes() {}

    /** The type of that number, or null if there is none or it was removed from the format. */
    static DType of(long id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[(int) id] : null;
    }
}
