package dev.nibble.checkpoint;

import dev.nibble.format.gguf.BlockCodecs;
import dev.nibble.format.gguf.BlockDecoder;
import dev.nibble.format.minifloat.FloatElement;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.format.minifloat.Ties;
import dev.nibble.format.minifloat.ZeroSign;
import dev.nibble.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;

/** Which stored types can be read as float32, and by whom: the blocks of GGUF, and plain numbers. */
final class Decoders {
    private static final Map<DType, BlockDecoder> ALL = new EnumMap<>(DType.class);

    static {
        BlockCodecs.all().forEach(Decoders::add);
        plain(DType.F32, (in, i) -> in.getFloat(i * 4));
        minifloat(DType.F16, Minifloat.FP16);
        minifloat(DType.BF16, Minifloat.BF16);
        minifloat(DType.F8_E4M3, Minifloat.E4M3FN);
        minifloat(DType.F8_E5M2, Minifloat.E5M2);
        minifloat(DType.F8_E4M3FNUZ, Minifloat.E4M3FNUZ);
        minifloat(DType.F8_E5M2FNUZ, Minifloat.E5M2FNUZ);
        minifloat(DType.F8_E8M0, Minifloat.E8M0);
        minifloat(DType.F6_E2M3, Minifloat.E2M3);
        minifloat(DType.F6_E3M2, Minifloat.E3M2);
        minifloat(DType.F4, Minifloat.E2M1);
        plain(DType.F64, (in, i) -> (float) in.getDouble(i * 8)); // to the nearest float32
        plain(DType.I8, (in, i) -> in.get(i));
        plain(DType.U8, (in, i) -> in.get(i) & 0xff);
        plain(DType.I16, (in, i) -> in.getShort(i * 2));
        plain(DType.U16, (in, i) -> in.getShort(i * 2) & 0xffff);
    }

    private Decoders() {}

    /** The reader of a type, or null if its numbers can not be read yet. */
    static BlockDecoder of(DType type) {
        return ALL.get(type);
    }

    /** Whether the type holds real numbers, as weights are, rather than counts, indices or packed bits. */
    static boolean isReal(DType type) {
        return switch (type) {
            case I8, I16, I32, I64, U8, U16, U32, U64, BOOL, C64 -> false;
            default -> ALL.containsKey(type);
        };
    }

    /** The types that can be read, for messages. */
    static String known() {
        return String.join(", ", ALL.keySet().stream().map(DType::name).toList());
    }

    @FunctionalInterface
    private interface Reading {
        float get(ByteBuffer in, int index);
    }

    private static void add(BlockDecoder decoder) {
        ALL.put(decoder.type(), decoder);
    }

    /** Codes of a float type without gaps; of 4 and 6 bits the first in the lowest bits, as torch packs them. */
    private static void minifloat(DType type, Minifloat values) {
        FloatElement element = FloatElement.of(values, Ties.EVEN, ZeroSign.KEPT);
        add(new BlockDecoder() {
            @Override
            public DType type() {
                return type;
            }

            @Override
            public void decode(byte[] in, int at, int blocks, float[] out, int to) {
                element.decode(in, at, blocks * type.blockSize(), out, to);
            }
        });
    }

    private static void plain(DType type, Reading number) {
        add(new BlockDecoder() {
            @Override
            public DType type() {
                return type;
            }

            @Override
            public void decode(byte[] in, int at, int blocks, float[] out, int to) {
                ByteBuffer numbers = ByteBuffer.wrap(in, at, blocks * type.blockBytes())
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < blocks; i++) {
                    out[to + i] = number.get(numbers, i);
                }
            }
        });
    }
}
