package dev.nibble.format.integer;

import dev.nibble.format.ScaleType;
import dev.nibble.format.integer.AffineRule.Floor;
import dev.nibble.format.integer.AffineRule.Range;
import dev.nibble.format.integer.AffineRule.Zero;

/**
 * Whose rule for scale, zero, range and rounding a format follows; "symmetric INT4" alone says none of it. b is the
 * number of bits; what each letter means is drawn at {@link AffineRule}.
 *
 * <pre>
 *                   symmetric                                  asymmetric
 *   (none)          s = absmax / (2^(b-1) - 1), codes to ±     s = (hi - lo) / (2^b - 1) with 0 in range
 *   gptq            s = 2 absmax / (2^b - 1), z = 2^(b-1);     s the same rule with 0 in range, z = round(-lo / s)
 *                   s = max / (2^b - 1) if nothing is negative
 *   awq             s = absmax / (2^(b-1) - 1)                 s = (max - min) / (2^b - 1), 0 not forced in
 *   ct              s = absmax / ((2^b - 1) / 2)               z = round(qmin - lo / s), added before rounding
 *   torchao, torch  s = absmax / ((2^b - 1) / 2), times 1/s    z = qmin - round(lo / s), times 1/s
 *   torchao-fp8act  s = absmax / 2^(b-1) of rows through FP8
 *   tinygemm                                                   z = min + s · 2^(b-1), a weight
 *   hqq                                                        z real, in codes, searched
 *   autoround       s = signed extreme / -2^(b-1)              s stored as float16 before z is computed
 *   quanto          s = absmax / (2^(b-1) - 1)                 code 0 is the minimum
 *   kivi                                                       code 0 is the minimum
 *   bnb             absmax stored, codes round(127 / absmax · w)
 * </pre>
 */
public enum Preset {
    /** The largest magnitude is a code of its own, as in SmoothQuant and Q8_0; scales stored as float16. */
    PLAIN("", "") {
        @Override
        AffineRule symmetric(int bits) {
            return AffineRule.symmetric(bits, 1 - half(bits), Range.ABSMAX, half(bits) - 1);
        }

        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, -half(bits), Range.WITH_ZERO, Zero.INTEGER);
        }
    },
    /**
     * GPTQ, AutoGPTQ and GPTQModel (Quantizer.find_params): codes from the float32 scale, which is then stored as
     * float16. Symmetric mirrors the range only if it has negative weights, and its top code stands for 7 s of 7.5 s.
     */
    GPTQ("gptq", "") {
        @Override
        AffineRule symmetric(int bits) {
            int levels = 2 * half(bits) - 1;
            return new AffineRule(
                    bits,
                    0,
                    0,
                    levels,
                    Range.MIRRORED,
                    levels,
                    Floor.UNIT_RANGE,
                    0,
                    Zero.NONE,
                    half(bits),
                    1,
                    1,
                    false,
                    false,
                    false);
        }

        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, 0, Range.WITH_ZERO, Zero.INTEGER)
                    .withFloor(Floor.UNIT_RANGE, 0)
                    .fromUnrounded();
        }
    },
    /**
     * AutoAWQ and llm-awq (pseudo_quantize_tensor): 0 is not forced into the range, so a group of one sign is clipped
     * hard. Codes from the float32 scale, which is then stored as float16.
     */
    AWQ("awq", "AutoAWQ") {
        @Override
        AffineRule symmetric(int bits) {
            return AffineRule.symmetric(bits, -half(bits), Range.ABSMAX, half(bits) - 1)
                    .withFloor(Floor.RANGE, 1e-5f)
                    .fromUnrounded();
        }

        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, 0, Range.AS_IS, Zero.INTEGER)
                    .withFloor(Floor.RANGE, 1e-5f)
                    .fromUnrounded();
        }
    },
    /** compressed-tensors 0.20 (calculate_qparams, quantize), as vLLM and llm-compressor use it. */
    CT("ct", "compressed-tensors") {
        @Override
        AffineRule symmetric(int bits) {
            return AffineRule.symmetric(bits, -half(bits), Range.ABSMAX, (2 * half(bits) - 1) / 2f)
                    .withFloor(Floor.ZERO_SCALE, EPSILON);
        }

        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, -half(bits), Range.WITH_ZERO, Zero.INTEGER)
                    .withFloor(Floor.ZERO_SCALE, EPSILON)
                    .zeroInsideRounding();
        }
    },
    /** torchao 0.18 (choose_qparams_affine, quantize_affine), with float32's epsilon as its integer configurations pass. */
    TORCHAO("torchao", "torchao") {
        @Override
        AffineRule symmetric(int bits) {
            return torch(bits);
        }

        @Override
        AffineRule asymmetric(int bits) {
            return torchAsymmetric(bits);
        }
    },
    /** torchao 0.18's integers for FP8 activations (Int4WeightFakeQuantizer, after MSLK): rows go through FP8 first. */
    TORCHAO_FP8ACT("torchao-fp8act", "torchao") {
        @Override
        AffineRule symmetric(int bits) {
            return AffineRule.symmetric(bits, -half(bits), Range.ABSMAX, half(bits))
                    .withFloor(Floor.SCALE, 1e-6f)
                    .multiplying();
        }
    },
    /** torchao's tinygemm kernels (choose_qparams_affine_tinygemm): the zero is a weight, in the middle of the grid. */
    TINYGEMM("tinygemm", "torchao") {
        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, 0, Range.AS_IS, Zero.IN_WEIGHTS).withFloor(Floor.SCALE, 1e-6f);
        }
    },
    /** HQQ 0.2.8 (Quantizer.quantize, axis 1): groups run across rows; codes from the float32 numbers. */
    HQQ("hqq", "HQQ") {
        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, 0, Range.AS_IS, Zero.IN_CODES)
                    .withFloor(Floor.INVERSE, 2e4f)
                    .multiplying()
                    .fromUnrounded();
        }
    },
    /**
     * auto-round's integers before any learning (quant_tensor_sym, quant_tensor_asym): the scale is stored as float16,
     * at least 1e-5, and symmetric gives it the sign that maps the extreme to the code -2^(b-1).
     */
    AUTOROUND("autoround", "") {
        @Override
        AffineRule symmetric(int bits) {
            return AffineRule.symmetric(bits, -half(bits), Range.EXTREME, half(bits))
                    .withFloor(Floor.STORED, 1e-5f);
        }

        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, 0, Range.WITH_ZERO, Zero.INTEGER).withFloor(Floor.STORED, 1e-5f);
        }
    },
    /** optimum-quanto (AbsmaxOptimizer for its qint8, MaxOptimizer for qint4 and qint2). */
    QUANTO("quanto", "quanto") {
        @Override
        AffineRule symmetric(int bits) {
            return AffineRule.symmetric(bits, -half(bits), Range.ABSMAX, half(bits) - 1);
        }

        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, 0, Range.AS_IS, Zero.MINIMUM);
        }
    },
    /** KIVI's caches (quant_and_pack_vcache): scale and minimum stored as float16, like the cache. */
    KIVI("kivi", "KIVI") {
        @Override
        AffineRule asymmetric(int bits) {
            return AffineRule.asymmetric(bits, 0, Range.AS_IS, Zero.MINIMUM);
        }
    },
    /** bitsandbytes' int8_vectorwise_quant without outliers: 8 bits per row, the row's absmax stored. */
    BNB("bnb", "bitsandbytes") {
        @Override
        AffineRule symmetric(int bits) {
            return new AffineRule(
                    bits,
                    -128,
                    -127,
                    127,
                    Range.ABSMAX,
                    1,
                    Floor.NONE,
                    0,
                    Zero.NONE,
                    0,
                    127,
                    0.007874016f,
                    true,
                    false,
                    true);
        }
    },
    /** torch's fake_quantize with the scale of its MinMaxObserver: per row or per tensor. */
    TORCH("torch", "torch") {
        @Override
        AffineRule symmetric(int bits) {
            return torch(bits);
        }

        @Override
        AffineRule asymmetric(int bits) {
            return torchAsymmetric(bits);
        }
    };

    /** float32 machine epsilon: torchao's smallest scale, and what compressed-tensors puts for a scale of zero. */
    private static final float EPSILON = 0x1p-23f;

    private final String word;
    private final String wholeGroups;

    Preset(String word, String wholeGroups) {
        this.word = word;
        this.wholeGroups = wholeGroups;
    }

    /** The option that asks for it; empty for the one that needs none. */
    public String word() {
        return word;
    }

    /** Who takes only rows that groups divide, or the empty string. */
    String wholeGroups() {
        return wholeGroups;
    }

    /** The symmetric rule, or null if there is none. */
    AffineRule symmetric(int bits) {
        return null;
    }

    /** The asymmetric rule, or null if there is none. */
    AffineRule asymmetric(int bits) {
        return null;
    }

    /** Whether it is symmetric unless asked. */
    boolean isSymmetricAtFirst(int bits) {
        return switch (this) {
            case AWQ -> false;
            case PLAIN -> bits > 1;
            case QUANTO -> bits == 8;
            default -> symmetric(bits) != null;
        };
    }

    /** Whether scales may belong to groups of a row. */
    boolean takesGroups() {
        return this != BNB && this != TORCH;
    }

    /** What the origin stores scales as, where weights are float32. */
    ScaleType scaleType() {
        return switch (this) {
            case PLAIN, GPTQ, AWQ, HQQ, AUTOROUND, KIVI -> ScaleType.F16;
            case TINYGEMM -> ScaleType.BF16;
            case CT, TORCHAO, TORCHAO_FP8ACT, QUANTO, BNB, TORCH -> ScaleType.F32;
        };
    }

    private static int half(int bits) {
        return 1 << (bits - 1);
    }

    private static AffineRule torch(int bits) {
        return AffineRule.symmetric(bits, -half(bits), Range.ABSMAX, (2 * half(bits) - 1) / 2f)
                .withFloor(Floor.SCALE, EPSILON)
                .multiplying();
    }

    private static AffineRule torchAsymmetric(int bits) {
        return AffineRule.asymmetric(bits, -half(bits), Range.WITH_ZERO, Zero.INTEGER)
                .withFloor(Floor.SCALE, EPSILON)
                .multiplying();
    }
}
