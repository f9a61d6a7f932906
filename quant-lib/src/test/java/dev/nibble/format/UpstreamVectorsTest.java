package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.format.packing.HqqPacking;
import dev.nibble.tensor.Matrix;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our codes, scales and bytes against those of the software whose conventions they claim. */
class UpstreamVectorsTest {
    private static final JsonNode VECTORS = Vectors.read("quantization-vectors.json");
    private static final Matrix INPUT = Vectors.ih4(1, 4096, 1);

    @Test
    void theInputIsTheOneTheVectorsWereMadeFrom() {
        assertThat(Vectors.sha16(INPUT.values()))
                .isEqualTo(VECTORS.at("/input/sha256_16_f32le").asText());
    }

    @Test
    void nf4HasTheBytesOfBitsandbytes() {
        JsonNode expected = VECTORS.at("/bnb/nf4_bs64");
        Quantized q = Formats.parse("nf4:b64").quantize(INPUT);
        byte[] packed = q.parts().get(0).toBytes();
        assertThat(HexFormat.of().formatHex(packed, 0, 16))
                .isEqualTo(expected.get("packed_first_hex").asText());
        assertThat(Vectors.sha16(packed)).isEqualTo(expected.get("packed_sha16").asText());
        var absmax = q.parts().get(1).data();
        for (JsonNode value : expected.get("absmax_first")) {
            assertThat(absmax.getFloat()).isEqualTo((float) value.asDouble());
        }
        assertThat(q.error(INPUT).rmse()).isCloseTo(expected.get("rmse").asDouble(), within(5e-6));
        assertThat(q.bitsPerWeight()).isEqualTo(4.5);
    }

    @Test
    void int4UnderTorchaosConventionHasItsCodes() {
        JsonNode expected = VECTORS.at("/int4_group32/sym");
        Quantized q = Formats.parse("int4:sym:g32:torchao").quantize(INPUT);
        byte[] codes = codes(q);
        for (int i = 0; i < 8; i++) {
            assertThat(codes[i])
                    .isEqualTo((byte) expected.at("/torchao_codes_first/" + i).asInt());
        }
        assertThat(Vectors.sha16(codes))
                .isEqualTo(expected.get("torchao_codes_int8_sha16").asText());
        assertScales(q, expected);
    }

    @Test
    void int4UnderTheConventionOfCompressedTensorsHasItsCodes() {
        JsonNode expected = VECTORS.at("/int4_group32/sym");
        Quantized q = Formats.parse("int4:sym:g32:ct").quantize(INPUT);
        byte[] codes = codes(q);
        assertThat(Vectors.sha16(codes))
                .isEqualTo(expected.get("compressed_tensors_codes_int8_sha16").asText());
        assertScales(q, expected);
        byte[] other = codes(Formats.parse("int4:sym:g32:torchao").quantize(INPUT));
        int different = 0;
        for (int i = 0; i < codes.length; i++) {
            different += codes[i] == other[i] ? 0 : 1;
        }
        assertThat(different).isEqualTo(expected.get("differing_codes").asInt());
    }

    @Test
    void asymmetricInt4UnderTheConventionOfCompressedTensorsHasItsCodesAndZeros() {
        JsonNode expected = VECTORS.at("/int4_group32/asym");
        Quantized q = Formats.parse("int4:asym:g32:ct").quantize(INPUT);
        assertScales(q, expected);
        byte[] zeros = q.parts().get(2).toBytes();
        for (int i = 0; i < 4; i++) {
            int nibble = zeros[i / 2] >>> (i % 2 * 4) & 15;
            assertThat(nibble - 8).isEqualTo(expected.at("/zero_first/" + i).asInt());
        }
        assertThat(Vectors.sha16(codes(q)))
                .isEqualTo(expected.get("codes_int8_sha16").asText());
    }

    @Test
    void int8PerRowHasTheCodesOfBitsandbytes() {
        // Its input: ih4(4096,1) as 4 x 1024 in fp16, with three loud values; without an outlier threshold.
        float[] x = Vectors.ih4(4, 1024, 1).values();
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.float16ToFloat(Float.floatToFloat16(x[i]));
        }
        x[1024 + 5] = 7;
        x[3 * 1024 + 5] = -6.5f;
        x[2 * 1024 + 700] = 6;
        JsonNode expected = VECTORS.at("/bnb/int8_vectorwise/thr0");
        Quantized q = Formats.parse("int8:bnb").quantize(Matrix.of("A", 4, 1024, x));
        var scales = q.parts().get(1).data();
        for (JsonNode stat : expected.get("row_stats")) {
            assertThat(scales.getFloat()).isEqualTo((float) stat.asDouble());
        }
        for (int i = 0; i < 8; i++) {
            assertThat(q.code(1, i)).isEqualTo(expected.at("/row1_first/" + i).asInt());
        }
    }

    @Test
    void packedInt4IsWhatCompressedTensorsWrites() {
        // pack-quantized, reference vector: these eight codes make the 32-bit word fea98710.
        Matrix w = Matrix.of(new float[] {-8, -7, -1, 0, 1, 2, 6, 7});
        Quantized q = Formats.parse("int4:asym:ct").quantize(w.named("codes")); // (7 + 8) / 15 = 1, zero 0
        byte[] codes = codes(q);
        byte[] packed = q.parts().getFirst().toBytes();
        for (int i = 0; i < 8; i++) {
            assertThat(packed[i / 2] >>> (i % 2 * 4) & 15).isEqualTo(codes[i] + 8);
        }
        assertThat(HexFormat.of().formatHex(new byte[] {packed[3], packed[2], packed[1], packed[0]}))
                .isEqualTo("fea98710");
    }

    @Test
    void aRowWithoutNegativeWeightsIsClippedAsGptqClipsIt() {
        JsonNode expected = VECTORS.at("/gptq_sym_nonnegative_row");
        float[] in = new float[4];
        for (int i = 0; i < 4; i++) {
            in[i] = (float) expected.at("/in/" + i).asDouble();
        }
        Quantized q = Formats.parse("int4:gptq:f32").quantize(Matrix.of(in));
        assertThat(q.parts().get(1).data().getFloat())
                .isEqualTo((float) expected.get("scale").asDouble());
        float[] out = q.dequantize().row(0);
        for (int i = 0; i < 4; i++) {
            assertThat(out[i]).isEqualTo((float) expected.at("/out/" + i).asDouble());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8})
    void hqqHasTheErrorsZerosAndPackedCodesOfHqq(int bits) {
        Matrix w = Vectors.ih4(64, 64, 1);
        JsonNode expected = VECTORS.at("/hqq/" + bits);
        Quantized before = Formats.parse("int" + bits + ":hqq:g64:it0:f32").quantize(w);
        Quantized after = Formats.parse("int" + bits + ":hqq:g64:f32").quantize(w);
        JsonNode l1 = expected.get("L1");
        assertThat(l1(before, w))
                .isCloseTo(
                        l1 == null
                                ? expected.get("L1_rtn").asDouble()
                                : l1.get(0).asDouble(),
                        within(2e-6));
        assertThat(l1(after, w))
                .isCloseTo(
                        l1 == null
                                ? expected.get("L1_hqq").asDouble()
                                : l1.get(1).asDouble(),
                        within(2e-6));
        if (bits == 4) {
            assertThat(after.parts().get(1).data().getFloat())
                    .isEqualTo((float) expected.get("scale0").asDouble());
            for (int i = 0; i < 2; i++) {
                assertThat((i == 0 ? before : after).parts().get(2).data().getFloat())
                        .isEqualTo((float) expected.at("/zero0/" + i).asDouble());
            }
        }
        if (bits < 8) {
            for (int i = 0; i < 2; i++) {
                byte[] packed = HqqPacking.pack(codes(i == 0 ? before : after), 64, 64, bits);
                assertThat(Vectors.sha(packed).substring(0, 12))
                        .isEqualTo(expected.at("/packed_sha12/" + i).asText());
            }
        }
    }

    @Test
    void hqqHasTheErrorsOfHqqWithARoundedZeroAndOnHeavyTails() {
        Matrix w = Vectors.ih4(64, 64, 1);
        JsonNode rounded = VECTORS.at("/hqq/4_round_zero/L1");
        assertThat(l1(Formats.parse("int4:hqq:g64:it0:round-zero:f32").quantize(w), w))
                .isCloseTo(rounded.get(0).asDouble(), within(2e-6));
        assertThat(l1(Formats.parse("int4:hqq:g64:round-zero:f32").quantize(w), w))
                .isCloseTo(rounded.get(1).asDouble(), within(2e-6));
        Matrix heavy = Vectors.ih4(64, 64, 3);
        for (int i = 0; i < heavy.size(); i++) {
            float v = heavy.values()[i];
            heavy.values()[i] = v * v * v;
        }
        for (int bits : new int[] {2, 4}) {
            JsonNode expected = VECTORS.at("/hqq/heavy_tail_ih4_4096_3_cubed/" + bits);
            assertThat(l1(Formats.parse("int" + bits + ":hqq:g64:it0:f32").quantize(heavy), heavy))
                    .isCloseTo(expected.get(0).asDouble(), within(2e-6));
            assertThat(l1(Formats.parse("int" + bits + ":hqq:g64:f32").quantize(heavy), heavy))
                    .isCloseTo(expected.get(1).asDouble(), within(2e-6));
        }
    }

    private static double l1(Quantized q, Matrix w) {
        float[] back = q.dequantize().values();
        double sum = 0;
        for (int i = 0; i < back.length; i++) {
            sum += Math.abs((double) back[i] - w.values()[i]);
        }
        return sum / back.length;
    }

    private static void assertScales(Quantized q, JsonNode expected) {
        var scales = q.parts().get(1).data();
        for (JsonNode value : expected.get("scale_first")) {
            assertThat(scales.getFloat()).isEqualTo((float) value.asDouble());
        }
    }

    private static byte[] codes(Quantized q) {
        byte[] codes = new byte[q.rows() * q.cols()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) q.code(i / q.cols(), i % q.cols());
        }
        return codes;
    }
}
