package dev.nibble.checkpoint;

import dev.nibble.tensor.DType;
import java.util.Arrays;

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

    /** The number of a type, or -1 if GGUF has none for it. */
    static int id(DType type) {
        return Arrays.asList(BY_ID).indexOf(type);
    }

    /**
     * What {@code general.file_type} says of a file whose matrices are mostly of this type; 1024, "guessed", if it has
     * no number for that. Source: llama.h, llama_ftype; of mixtures the plain one.
     */
    static int fileType(DType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q8_0 -> 7;
            case Q5_0 -> 8;
            case Q5_1 -> 9;
            case Q2_K -> 10;
            case Q3_K -> 11;
            case Q4_K -> 14;
            case Q5_K -> 16;
            case Q6_K -> 18;
            case IQ2_XXS -> 19;
            case IQ2_XS -> 20;
            case IQ3_XXS -> 23;
            case IQ1_S -> 24;
            case IQ4_NL -> 25;
            case IQ3_S -> 26;
            case IQ2_S -> 28;
            case IQ4_XS -> 30;
            case IQ1_M -> 31;
            case BF16 -> 32;
            case TQ1_0 -> 36;
            case TQ2_0 -> 37;
            case MXFP4 -> 38;
            case NVFP4 -> 39;
            case Q1_0 -> 40;
            case Q2_0 -> 41;
            default -> 1024;
        };
    }
}
