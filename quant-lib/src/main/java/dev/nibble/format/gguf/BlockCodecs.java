package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All block types of GGUF. A new one is one class and one line here: its recipe and its reader come with it. */
public final class BlockCodecs {
    private static final Map<DType, BlockCodec> ALL = new EnumMap<>(DType.class);

    static {
        add(new Q4_0());
        add(new Q4_1());
        add(new Q5_0());
        add(new Q5_1());
        add(new Q8_0());
        add(new Q8_1());
        add(new Q2_K(Searches.BEST));
        add(new Q3_K(Searches.BEST));
        add(new Q4_K(Searches.BEST));
        add(new Q5_K(Searches.BEST));
        add(new Q6_K(Searches.BEST));
        add(new Q8_K());
    }

    private BlockCodecs() {}

    /** Every type that can be read, in the order of the files' ids. */
    public static List<BlockCodec> all() {
        return List.copyOf(ALL.values());
    }

    private static void add(BlockCodec codec) {
        ALL.put(codec.type(), codec);
    }
}
