package dev.nibble.format.minifloat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our minifloats against ml_dtypes 0.6.0, code for code. */
class MinifloatTest {
    private static final JsonNode VECTORS = Vectors.read("quantization-vectors.json");
    private static final JsonNode RANDOM = Vectors.read("minifloat-vectors.json");

    static Stream<Minifloat> types() {
        return Minifloat.all().stream();
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyCodeDecodesAsInMlDtypes(Minifloat type) {
        String expected = VECTORS.at("/fp_decode_sha32/" + type.name()).asText();
        if (List.of("fp32", "fp16").contains(type.name())) {
            for (int code = 0; code < 1 << 16; code++) {
                float value = type.decode(type.bits() == 16 ? code : code << 16 | code);
                float same = type.bits() == 16
                        ? Float.float16ToFloat((short) code)
                        : Float.intBitsToFloat(code << 16 | code);
                assertThat(Float.compare(value, same)).isZero(); // all NaN alike
            }
            return;
        }
        float[] values = type.values();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            bytes.putInt(Float.floatToIntBits(v)); // NaN as 7fc00000
        }
        assertThat(Vectors.sha(bytes.array())).startsWith(expected);
        assertThat(expected).hasSize(32);
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyHalfPatternEncodesAsInMlDtypes(Minifloat type) {
        JsonNode expected = VECTORS.at("/fp_encode_all_f16_sha32/" + type.name());
        if (expected.isMissingNode()) {
            assertThat(type.name()).isIn("fp32", "fp16");
            return;
        }
        int[] codes = new int[1 << 16];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = type.encode(Float.float16ToFloat((short) i));
        }
        assertThat(sha(type, codes)).startsWith(expected.asText());
    }

    @ParameterizedTest
    @MethodSource("types")
    void randomFloatsEncodeAsInMlDtypes(Minifloat type) {
        if (type.bits() == 32) {
            return;
        }
        for (String kind : List.of("patterns", "moderate")) {
            JsonNode node = RANDOM.get(kind);
            int[] bits = patterns(65536, node.get("seed").asInt());
            if (kind.equals("moderate")) {
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = (bits[i] & 0x807fffff) | (96 + ((bits[i] >>> 23) & 63)) << 23;
                    bits[i] &= i % 4 == 0 ? ~0x3ffff : -1;
                }
            }
            ByteBuffer input = ByteBuffer.allocate(bits.length * 4).order(ByteOrder.LITTLE_ENDIAN);
            input.asIntBuffer().put(bits);
            assertThat(Vectors.sha(input.array()))
                    .startsWith(node.get("input_sha32").asText());
            int[] codes = new int[bits.length];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = type.encode(Float.intBitsToFloat(bits[i]));
            }
            assertThat(sha(type, codes))
                    .as(type.name() + " " + kind)
                    .startsWith(node.get(type.name()).asText());
        }
    }

    static int[] patterns(int count, int seed) {
        long s = seed;
        int[] bits = new int[count];
        for (int k = 0; k < count; k++) {
            s = (s * 1103515245 + 12345) & 0x7fffffff;
            int high = (int) (s >> 8) & 0xffff;
            s = (s * 1103515245 + 12345) & 0x7fffffff;
            bits[k] = high << 16 | ((int) (s >> 8) & 0xffff);
        }
        return bits;
    }

    private static String sha(Minifloat type, int[] codes) {
        int size = type.bits() > 8 ? 2 : 1;
        ByteBuffer bytes = ByteBuffer.allocate(codes.length * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int code : codes) {
            if (size == 2) {
                bytes.putShort((short) code);
            } else {
                bytes.put((byte) code);
            }
        }
        return Vectors.sha(bytes.array());
    }

    @ParameterizedTest
    @CsvSource({
        "e4m3fn, 7, 448, 0x1p-6, 0x1p-9, 8",
        "e4m3fnuz, 8, 240, 0x1p-7, 0x1p-10, 8",
        "e4m3b11fnuz, 11, 30, 0x1p-10, 0x1p-13, 8",
        "e4m3, 7, 240, 0x1p-6, 0x1p-9, 8",
        "e3m4, 3, 15.5, 0x1p-2, 0x1p-6, 8",
        "e5m2, 15, 57344, 0x1p-14, 0x1p-16, 8",
        "e5m2fnuz, 16, 57344, 0x1p-15, 0x1p-17, 8",
        "e8m0fnu, 127, 0x1p127, 0x1p-127, 0x1p-127, 8",
        "e2m3fn, 1, 7.5, 1, .125, 6",
        "e3m2fn, 3, 28, .25, .0625, 6",
        "e2m1fn, 1, 6, 1, .5, 4",
        "bf16, 127, 3.3895314e38, 0x1p-126, 0x1p-133, 16",
        "fp16, 15, 65504, 0x1p-14, 0x1p-24, 16",
        "fp32, 127, 0x1.fffffep127, 0x1p-126, 0x1p-149, 32"
    })
    void itsRangeIsThatOfMlDtypes(String name, int bias, String max, String normal, String smallest, int bits) {
        Minifloat type = types().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
        assertThat(type.bias()).isEqualTo(bias);
        assertThat(type.max()).isEqualTo(number(max));
        assertThat(type.minNormal()).isEqualTo(number(normal));
        assertThat(type.minSubnormal()).isEqualTo(number(smallest));
        assertThat(type.bits()).isEqualTo(bits);
    }

    /** "448" or "0x1p-6". */
    private static float number(String text) {
        return text.startsWith("0x") ? Float.valueOf(text) : (float) Double.parseDouble(text);
    }

    @ParameterizedTest
    @CsvSource({ // the edge facts of ml_dtypes 0.6.0; "sat" as torch 2.13 casts
        "e4m3fn, 448, 7e",
        "e4m3fn, 464, 7e",
        "e4m3fn, 464.01, 7f",
        "e4m3fn, Infinity, 7f",
        "e4m3fn, NaN, 7f",
        "e4m3fnuz, 240, 7f",
        "e4m3fnuz, 248, 80",
        "e4m3fnuz, -0.0, 0",
        "e4m3fnuz, Infinity, 80",
        "e5m2, 57344, 7b",
        "e5m2, 61439.9, 7b",
        "e5m2, 61440, 7c",
        "e5m2, NaN, 7e",
        "e5m2, -Infinity, fc",
        "e2m1fn, .25, 0",
        "e2m1fn, .75, 2",
        "e2m1fn, 1.25, 2",
        "e2m1fn, 1.75, 4",
        "e2m1fn, 2.5, 4",
        "e2m1fn, 3.5, 6",
        "e2m1fn, 5, 6",
        "e2m1fn, Infinity, 7",
        "e2m1fn, -Infinity, f",
        "e2m1fn, NaN, 8",
        "e2m1fn, -0.0, 8",
        "e2m3fn, NaN, 20",
        "e3m2fn, NaN, 20",
        "e3m2fn, 100, 1f",
        "e8m0fnu, 5, 81",
        "e8m0fnu, 6, 82",
        "e8m0fnu, 0, ff",
        "e8m0fnu, -3, ff",
        "e8m0fnu, 1e-45, 0",
        "e8m0fnu, 2.5e38, fe",
        "e8m0fnu, 2.6e38, ff"
    })
    void theEdgesAreThoseOfMlDtypes(String name, float x, String code) {
        Minifloat type = types().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
        assertThat(Integer.toHexString(type.encode(x))).isEqualTo(code);
    }

    @Test
    void saturatingIsWhatTorchDoes() {
        assertThat(Minifloat.E4M3FN.encodeSaturating(1e9f)).isEqualTo(0x7e);
        assertThat(Minifloat.E4M3FN.encodeSaturating(Float.NEGATIVE_INFINITY)).isEqualTo(0xfe);
        assertThat(Minifloat.E5M2.encodeSaturating(60000)).isEqualTo(0x7b);
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyNumberSurvivesDecodingAndEncoding(Minifloat type) {
        for (int code = 0; code < 1 << Math.min(16, type.bits()); code++) {
            float value = type.decode(code);
            if (!Float.isNaN(value)) {
                assertThat(type.encode(value)).isEqualTo(code);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void anExplanationAddsUp(Minifloat type) {
        if (!type.signed()) {
            assertThatThrownBy(() -> type.explain(1)).hasMessageContaining("e8m0");
            return;
        }
        for (int pattern : patterns(4096, 3)) {
            float x = Float.intBitsToFloat(pattern);
            if (!Float.isFinite(x)) {
                continue;
            }
            Rounded r = type.explain(x);
            assertThat(r.code()).isEqualTo(type.encode(x));
            int shift = type.exponentBits() + type.mantissaBits();
            assertThat(r.sign() << shift | r.exponent() << type.mantissaBits() | r.mantissa())
                    .isEqualTo(r.code());
            assertThat(r.direction() == Rounded.Direction.EXACT).isEqualTo(Math.abs(r.value()) == Math.abs(x));
            if (!r.overflowed()) {
                assertThat(r.tie()).isEqualTo(r.guard() && !r.round() && !r.sticky());
                boolean anything = r.guard() || r.round() || r.sticky();
                assertThat(r.direction() == Rounded.Direction.EXACT).isEqualTo(!anything);
                if (!r.tie() && anything) {
                    assertThat(r.direction() == Rounded.Direction.UP).isEqualTo(r.guard());
                }
                double distance = Math.abs((double) r.value() - x);
                assertThat(distance).isLessThanOrEqualTo(Math.scalb(1.0, r.position()) / 2);
                assertThat(Math.scalb(1.0, r.position())).isEqualTo(type.spacing(x));
            }
        }
    }

    @Test
    void anExplanationReads() {
        assertThat(Minifloat.E4M3FN.explain(0.3f))
                .hasToString("0.3 in e4m3fn: 0 0101 010 = 0.3125, up, last place 2^-5");
        assertThat(Minifloat.E2M1.explain(2.5f))
                .hasToString("2.5 in e2m1fn: 0 10 0 = 2.0, down at a tie, last place 2^0");
        assertThat(Minifloat.E2M1.explain(2.5f, Ties.AWAY, true).value()).isEqualTo(3);
        assertThat(Minifloat.E4M3FN.explain(1e6f).overflowed()).isTrue();
        assertThat(Minifloat.E4M3FN.explain(1e6f, Ties.EVEN, true).value()).isEqualTo(448);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | 3 | 1  | NONE | 1 to 8 exponent bits
            8 | 7 | 126 | IEEE | beyond those of float32
            4 | 0 | 7 | IEEE | mantissa bit
            1 | 0 | 0 | FN | would be NaN
            4 | 3 | 128 | FN | beyond those of float32
            """)
    void whatIsNoTypeIsRefused(int exponent, int mantissa, int bias, Specials specials, String message) {
        assertThatThrownBy(() -> new Minifloat("x", exponent, mantissa, bias, specials))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aCodeThatIsTooWideIsRefused() {
        assertThatThrownBy(() -> Minifloat.E2M1.decode(16)).hasMessageContaining("4 bits");
        assertThatThrownBy(() -> Minifloat.E2M1.decode(-1)).hasMessageContaining("4 bits");
    }
}
