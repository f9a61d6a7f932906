package dev.nibble.checkpoint;

import java.util.List;

/**
 * The tensors in which hqq saves a linear layer, in place of {@code NAME.weight}: what HQQLinear.state_dict makes of the
 * packed codes and of what is known about them.
 *
 * <pre>
 *   NAME.W_q                     u8, for 3 bits i32; planes of groups as {@link dev.nibble.format.packing.HqqPacking}
 *   NAME.scale, NAME.zero        compute_dtype [groups, 1], or [1, groups] with axis 0; w = (q - zero) · scale
 *   NAME.shape                   i64 [2]: out, in
 *   NAME.nbits, group_size, axis i32, no dimension
 *   NAME.packing                 u8, the letters of "4bit_u8"
 *   NAME.unpack_view_dtype       the letters of "torch.uint8"
 *   NAME.compute_dtype           the letters of "torch.float16"
 *   NAME.view_as_float, quant_scale, quant_zero, offload_meta, encoded_state_dict, stores_quant_config, channel_wise,
 *       optimize, round_zero     u8, no dimension: 0 or 1
 * </pre>
 *
 * Source: hqq 0.2.8 (HQQLinear.state_dict, utils.encode_safetensor_type).
 */
final class HqqState {
    static final String CODES = "W_q";

    /** Everything but the bias, which is a tensor that is no part of the weight. */
    static final List<String> KEYS = List.of(
            CODES,
            "scale",
            "zero",
            "shape",
            "nbits",
            "group_size",
            "axis",
            "packing",
            "unpack_view_dtype",
            "compute_dtype",
            "view_as_float",
            "quant_scale",
            "quant_zero",
            "offload_meta",
            "encoded_state_dict",
            "stores_quant_config",
            "channel_wise",
            "optimize",
            "round_zero");

    private HqqState() {}

    /** The word for how codes are packed. */
    static String packing(int bits) {
        return switch (bits) {
            case 3 -> "3bit_32";
            case 5, 6, 8 -> "8bit_u8";
            default -> bits + "bit_u8";
        };
    }

    /** Planes that lie over each other in one number. */
    static int planes(int packedBits) {
        return packedBits == 3 ? 10 : 8 / packedBits;
    }

    /** Where the fields of a plane begin in each number: the first plane has the highest bits. */
    static int shift(int packedBits, long plane) {
        return packedBits * (planes(packedBits) - 1 - (int) plane);
    }

    /** Bytes of a number. */
    static int unit(int packedBits) {
        return packedBits == 3 ? 4 : 1;
    }
}
