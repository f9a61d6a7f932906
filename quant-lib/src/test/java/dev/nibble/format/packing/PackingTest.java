package dev.nibble.format.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.format.packing.GptqPacking.Version;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackingTest {
    private static final JsonNode KNOWN =
            Vectors.read("quantization-vectors.json").get("packing");
    private static final JsonNode ORIGINS = Vectors.read("packing-origins.json");

    @Test
    void compressedTensorsAndHqqWriteTheseWords() {
        for (JsonNode c : ORIGINS.get("cases")) {
            int bits = c.get("bits").asInt();
            int rows = c.get("rows").asInt();
            int cols = c.get("cols").asInt();
            byte[] codes = codes(rows * cols, c.get("seed").asInt(), bits);
            if (c.get("layout").asText().equals("hqq")) {
                byte[] packed = HqqPacking.pack(codes, rows, cols, bits);
                assertThat(Vectors.sha16(packed))
                        .as("%s", c)
                        .isEqualTo(c.get("weights").asText());
                assertThat(HqqPacking.unpack(packed, rows, cols, bits)).isEqualTo(codes);
                continue;
            }
            byte[] signed = codes.clone();
            for (int i = 0; i < signed.length; i++) {
                signed[i] -= (byte) (1 << (bits - 1));
            }
            int[] words = CompressedTensorsPacking.packWeights(signed, rows, cols, bits);
            assertThat(Vectors.sha16(bytes(words)))
                    .as("%s", c)
                    .isEqualTo(c.get("weights").asText());
            assertThat(CompressedTensorsPacking.unpackWeights(words, rows, cols, bits))
                    .isEqualTo(signed);
            int[] zeros = CompressedTensorsPacking.packZeros(signed, rows, cols, bits);
            assertThat(Vectors.sha16(bytes(zeros)))
                    .as("%s", c)
                    .isEqualTo(c.get("zeros").asText());
            assertThat(CompressedTensorsPacking.unpackZeros(zeros, rows, cols, bits))
                    .isEqualTo(signed);
        }
    }

    @Test
    void theWordsOfTheReferenceComeOut() {
        byte[] first = {0, 1, 2, 3, 4, 5, 6, 7};
        assertThat(hex(GptqPacking.packWeights(first, 1, 8, 4)))
                .isEqualTo(KNOWN.get("gptq4_rows_0_7").asText());
        assertThat(hex(AwqPacking.packWeights(first, 8, 1)))
                .isEqualTo(KNOWN.get("awq4_cols_0_7").asText());
        byte[] three = new byte[32];
        for (int i = 0; i < 32; i++) {
            three[i] = (byte) (i % 8);
        }
        int[] words = GptqPacking.packWeights(three, 1, 32, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(hex(words[i]))
                    .isEqualTo(KNOWN.at("/gptq3_i_mod_8_32values/" + i).asText());
        }
        byte[] signed = {-8, -7, -1, 0, 1, 2, 6, 7};
        assertThat(hex(CompressedTensorsPacking.packWeights(signed, 1, 8, 4)))
                .isEqualTo(KNOWN.get("compressed_tensors_-8,-7,-1,0,1,2,6,7").asText());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void gptqKeepsWeightsAndZerosOfBothVersionsAndPieces(int bits) {
        int out = 64;
        int in = 96;
        int groups = 3;
        byte[] codes = codes(out * in, 7, bits);
        int[] words = GptqPacking.packWeights(codes, out, in, bits);
        assertThat(words).hasSize(in * bits / 32 * out);
        assertThat(GptqPacking.unpackWeights(words, out, in, bits)).isEqualTo(codes);
        int[] pieces = new int[words.length];
        GptqPacking.packWeights(Arrays.copyOfRange(codes, 0, 24 * in), 0, 24, in, bits, pieces, out);
        GptqPacking.packWeights(Arrays.copyOfRange(codes, 24 * in, out * in), 24, 40, in, bits, pieces, out);
        assertThat(pieces).isEqualTo(words);
        assertThat(GptqPacking.unpackWeights(words, out, in, bits, 30, 4))
                .isEqualTo(Arrays.copyOfRange(codes, 30 * in, 34 * in));
        // bit k of code i of output o is bit (i · bits + k) of the stream that runs down column o
        for (int o = 0; o < out; o += 7) {
            for (int i = 0; i < in; i++) {
                for (int k = 0; k < bits; k++) {
                    int bit = i * bits + k;
                    assertThat(words[bit / 32 * out + o] >>> bit % 32 & 1).isEqualTo(codes[o * in + i] >>> k & 1);
                }
            }
        }
        byte[] zeros = codes(out * groups, 8, bits);
        for (Version version : Version.values()) {
            int[] packed = GptqPacking.packZeros(zeros, out, groups, bits, version);
            assertThat(packed).hasSize(groups * out * bits / 32);
            assertThat(GptqPacking.unpackZeros(packed, out, groups, bits, version))
                    .isEqualTo(zeros);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 55555555", "4, 11111111", "8, 01010101"})
    void version2AddsOneToEveryField(int bits, String word) {
        assertThat(hex(GptqPacking.version2(new int[1], bits))).isEqualTo(word);
        assertThat(KNOWN.at("/v1_to_v2_zero_add/" + bits).asText()).isEqualTo(word);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void theTwoVersionsOfSymmetricZerosAreToldApart(int bits) {
        byte[] zeros = new byte[64];
        Arrays.fill(zeros, (byte) (1 << (bits - 1)));
        int[] v1 = GptqPacking.packZeros(zeros, 64, 1, bits, Version.V1);
        int[] v2 = GptqPacking.packZeros(zeros, 64, 1, bits, Version.V2);
        assertThat(GptqPacking.version2(v1, bits)).isEqualTo(v2);
        assertThat(GptqPacking.versionOfSymmetric(v1, 64, 1, bits)).isEqualTo(Version.V1);
        assertThat(GptqPacking.versionOfSymmetric(v2, 64, 1, bits)).isEqualTo(Version.V2);
        v2[0] ^= 1;
        assertThat(GptqPacking.versionOfSymmetric(v2, 64, 1, bits)).isNull();
        if (bits == 4) {
            assertThat(hex(v1[1])).isEqualTo("77777777");
            assertThat(hex(v2[1])).isEqualTo("88888888");
        }
    }

    @Test
    void threeBitZerosOfVersion1BecomeVersion2ByTheReferencesWords() {
        int[] sums = GptqPacking.version2(new int[3], 3);
        for (int i = 0; i < 3; i++) {
            assertThat(hex(sums[i]))
                    .isEqualTo(KNOWN.at("/v1_to_v2_zero_add/3/" + i).asText());
        }
    }

    @Test
    void awqKeepsWeightsAndZerosAndPieces() {
        int out = 40;
        int in = 19;
        byte[] codes = codes(out * in, 5, 4);
        int[] words = AwqPacking.packWeights(codes, out, in);
        assertThat(AwqPacking.unpackWeights(words, out, in)).isEqualTo(codes);
        int[] pieces = new int[words.length];
        AwqPacking.packWeights(Arrays.copyOfRange(codes, 0, 16 * in), 0, 16, in, pieces, out);
        AwqPacking.packWeights(Arrays.copyOfRange(codes, 16 * in, out * in), 16, 24, in, pieces, out);
        assertThat(pieces).isEqualTo(words);
        assertThat(AwqPacking.unpackZeros(AwqPacking.packZeros(codes, out, in), out, in))
                .isEqualTo(codes);
    }

    @Test
    void fp4HasTheEvenIndexInTheLowNibble() {
        assertThat(NvFp4Packing.pack(new byte[] {1, 2, 3, 4}, 2, 2)).containsExactly(0x21, 0x43);
        byte[] codes = codes(6 * 32, 9, 4);
        assertThat(NvFp4Packing.unpack(NvFp4Packing.pack(codes, 6, 32), 6, 32)).isEqualTo(codes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 6, 9, 10, 127})
    void tritsComeBackFiveToAByte(int count) {
        byte[] fields = new byte[count];
        byte[] random = codes(count, 3, 8);
        for (int i = 0; i < count; i++) {
            fields[i] = (byte) ((random[i] & 0xff) % 3);
        }
        byte[] packed = new byte[Trits.bytes(count) + 1];
        Trits.pack(fields, 0, count, packed, 1);
        byte[] back = new byte[count];
        Trits.unpack(packed, 1, count, back, 0);
        assertThat(back).isEqualTo(fields);
        for (int i = 0; i < count; i++) {
            assertThat(Trits.get(packed, 1, i)).isEqualTo(fields[i]);
        }
        assertThat(Trits.firstInvalid(packed, 0, packed.length)).isEqualTo(-1);
        packed[1] = (byte) 243;
        assertThat(Trits.firstInvalid(packed, 0, packed.length)).isEqualTo(1);
    }

    @Test
    void refusesWhatDoesNotFitAndSaysWhy() {
        assertThatThrownBy(() -> GptqPacking.packWeights(new byte[30], 1, 30, 4))
                .hasMessageContaining("30 is not a multiple of 8");
        assertThatThrownBy(() -> GptqPacking.packWeights(new byte[32], 1, 32, 5))
                .hasMessageContaining("no layout for 5 bits; it has [2, 3, 4, 8]");
        assertThatThrownBy(() -> GptqPacking.packWeights(new byte[31], 1, 32, 4))
                .hasMessageContaining("[1, 32] needs 32 numbers, but there are 31");
        assertThatThrownBy(() -> AwqPacking.packWeights(new byte[12], 12, 1)).hasMessageContaining("multiple of 8");
        assertThatThrownBy(() -> HqqPacking.pack(new byte[3], 3, 1, 4)).hasMessageContaining("3 rows");
        assertThatThrownBy(() -> NvFp4Packing.pack(new byte[3], 1, 3)).hasMessageContaining("multiple of 2");
        assertThatThrownBy(() -> CompressedTensorsPacking.unpackWeights(new int[1], 1, 9, 4))
                .hasMessageContaining("weight_packed");
    }

    private static byte[] codes(int count, int seed, int bits) {
        long s = seed;
        byte[] codes = new byte[count];
        for (int i = 0; i < count; i++) {
            s = (s * 1103515245 + 12345) & 0x7fffffff;
            codes[i] = (byte) (s >> 16 & ((1 << bits) - 1));
        }
        return codes;
    }

    private static byte[] bytes(int[] words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    private static String hex(int... words) {
        assertThat(words).hasSize(1);
        return String.format("%08x", words[0]);
    }
}
