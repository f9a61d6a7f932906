package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Vectors;
import dev.nibble.tensor.Generators;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** 64 random blocks of each type against the float32 values that gguf-py 0.19.0 (equal to ggml's C) reads from them. */
class BlockDecoderTest {
    private static final int BLOCKS = 64;

    static Stream<Arguments> types() {
        return Stream
                .of( // decoder, id in GGUF, offsets of fp16 fields, digest of the bytes, digest of gguf-py's values
                        Arguments.of(
                                new Q4_0(LegacyKernels.BEST, Searches.BEST),
                                2,
                                new int[] {0},
                                "5d0190e4637496de",
                                "5d7a14833f1df7e7"),
                        Arguments.of(
                                new Q4_1(LegacyKernels.BEST, Searches.BEST),
                                3,
                                new int[] {0, 2},
                                "55ac54f28d6f7798",
                                "9e94df0549bcdc01"),
                        Arguments.of(
                                new Q8_0(LegacyKernels.BEST), 8, new int[] {0}, "cf98c2ef21dff7a5", "6365ca5efa4b1660"),
                        Arguments.of(
                                new Q5_0(LegacyKernels.BEST, Searches.BEST),
                                6,
                                new int[] {0},
                                "f36e56a671e1c0bc",
                                "dfe29ff8790345b2"),
                        Arguments.of(
                                new Q5_1(LegacyKernels.BEST, Searches.BEST),
                                7,
                                new int[] {0, 2},
                                "06d155e1c26f5b3b",
                                "10137fb9a8a8919c"),
                        Arguments.of(new Q2_K(null), 10, new int[] {80, 82}, "37070f840452f994", "079e38fec4e68a14"),
                        Arguments.of(new Q3_K(null), 11, new int[] {108}, "62408a93c2fb73b9", "df3e040d295cec45"),
                        Arguments.of(new Q4_K(null), 12, new int[] {0, 2}, "3ca6ad9b5afea790", "eec198279ce4371b"),
                        Arguments.of(new Q5_K(null), 13, new int[] {0, 2}, "59224b0ec527f29c", "8d0650ce118284f5"),
                        Arguments.of(new Q6_K(null), 14, new int[] {208}, "510fbe1adf833af6", "5d6fc36e17150a40"),
                        // Q8_K is not in gguf-py: this one is from ggml's dequantize_row_q8_K.
                        Arguments.of(new Q8_K(), 15, new int[] {2}, "e70a0dbc81894309", "1fde6f030d0555ab"));
    }

    @ParameterizedTest
    @MethodSource("types")
    void decodesToTheBitsOfGguf(BlockDecoder decoder, int id, int[] halves, String bytesDigest, String valuesDigest) {
        int size = decoder.type().blockBytes();
        byte[] bytes = new byte[BLOCKS * size];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Generators.bits(id, i);
        }
        for (int block = 0; block < BLOCKS; block++) {
            for (int half : halves) { // fp16 fields of either sign and moderate size, never NaN
                int i = block * size + half + 1;
                bytes[i] = (byte) ((bytes[i] & 0x83) | 0x20);
            }
        }
        assertThat(Vectors.sha16(bytes)).isEqualTo(bytesDigest);
        float[] values = new float[BLOCKS * decoder.type().blockSize()];
        decoder.decode(bytes, 0, BLOCKS, values, 0);
        assertThat(Vectors.sha16(values)).isEqualTo(valuesDigest);
        // The same from the middle, block by block.
        float[] one = new float[decoder.type().blockSize() + 5];
        decoder.decode(bytes, 7 * size, 1, one, 5);
        for (int i = 0; i < decoder.type().blockSize(); i++) {
            assertThat(one[5 + i]).isEqualTo(values[7 * decoder.type().blockSize() + i]);
        }
    }
}
