package dev.nibble.checkpoint;

import dev.nibble.format.packing.GptqPacking;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How quantized weights lie in a safetensors file. */
public enum SafetensorsLayout {
    /** Our own: {@code NAME.codes}, {@code NAME.scales}, {@code NAME.zeros}, the recipe in the metadata. */
    PARTS("parts"),
    /** GPTQ checkpoints, zeros stored less one. */
    GPTQ("gptq"),
    /** GPTQ checkpoints, zeros stored as they are. */
    GPTQ_V2("gptq_v2"),
    /** AWQ checkpoints, GEMM version. */
    AWQ("awq"),
    /** compressed-tensors, pack-quantized. */
    COMPRESSED_TENSORS("compressed-tensors"),
    /** compressed-tensors, nvfp4-pack-quantized. */
    NVFP4_PACK("nvfp4-pack"),
    /** bitsandbytes, Linear4bit. */
    BNB("bnb"),
    /** hqq, HQQLinear. */
    HQQ("hqq");

    private final String word;

    SafetensorsLayout(String word) {
        this.word = word;
    }

    /** The word for it on the command line. */
    public String word() {
        return word;
    }

    TensorLayout layout() {
        return switch (this) {
            case PARTS -> new PartsLayout();
            case GPTQ -> new GptqLayout(GptqPacking.Version.V1);
            case GPTQ_V2 -> new GptqLayout(GptqPacking.Version.V2);
            case AWQ -> new AwqLayout();
            case COMPRESSED_TENSORS -> new CompressedTensorsLayout();
            case NVFP4_PACK -> new NvFp4Layout();
            case BNB -> new BitsandbytesLayout();
            case HQQ -> new HqqLayout();
        };
    }

    /**
     * The layout of that name.
     *
     * @throws IllegalArgumentException if there is none; the message names all
     */
    public static SafetensorsLayout of(String word) {
        return Arrays.stream(values())
                .filter(l -> l.word.equals(word.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no layout \"" + word + "\"; there are "
                        + Arrays.stream(values()).map(SafetensorsLayout::word).collect(Collectors.joining(", "))));
    }
}
