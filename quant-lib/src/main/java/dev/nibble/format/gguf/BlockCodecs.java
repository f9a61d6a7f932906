package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All block types of GGUF. A new one is one class and one line here: its recipe and its reader come with it. */
public final class BlockCodecs {
    private static final Map<DType, BlockCodec> ALL = new EnumMap<>(DType.class);

    static {
        add(new Q4_0(LegacyKernels.BEST, Searches.BEST));
        add(new Q4_1(LegacyKernels.BEST, Searches.BEST));
        add(new Q5_0(LegacyKernels.BEST, Searches.BEST));
        add(new Q5_1(LegacyKernels.BEST, Searches.BEST));
        add(new Q8_0(LegacyKernels.BEST));
        add(new Q8_1(LegacyKernels.BEST));
        add(new Q2_K(Searches.BEST));
        add(new Q3_K(Searches.BEST));
        add(new Q4_K(Searches.BEST));
        add(new Q5_K(Searches.BEST));
        add(new Q6_K(Searches.BEST));
        add(new Q8_K());
        add(new IQ2_XXS());
        add(new IQ2_XS());
        add(new IQ3_XXS());
        add(new IQ1_S());
        add(new IQ4_NL());
        add(new IQ3_S());
        add(new IQ2_S());
        add(new IQ4_XS());
        add(new IQ1_M());
        add(new TQ1_0());
        add(new TQ2_0());
        add(new MXFP4());
        add(new NVFP4());
        add(new Q1_0());
        add(new Q2_0());
    }

    private BlockCodecs() {}

    /** Every type that can be read, in the order of the files' ids. */
    public static List<BlockCodec> all() {
        return List.copyOf(ALL.values());
    }

    /** Those whose recipe is their name; the others are presets ({@link GgufFormat#presets}). */
    public static List<BlockCodec> recipes() {
        return ALL.values().stream()
                .filter(codec -> codec.type() != DType.MXFP4 && codec.type() != DType.NVFP4)
                .toList();
    }

    private static void add(BlockCodec codec) {
        ALL.put(codec.type(), codec);
    }
}
