package dev.nibble.format.minifloat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.format.minifloat.MinifloatKernels.Groups;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector codecs against the scalar ones, bit for bit. */
class MinifloatKernelsTest {
    static Stream<FloatElement> elements() {
        List<FloatElement> all = new ArrayList<>();
        List<Minifloat> types = new ArrayList<>(Minifloat.all());
        types.add(new Minifloat("e4m0", 4, 0, 7, Specials.NONE));
        types.add(new Minifloat("e3m0", 3, 0, 3, Specials.FNUZ));
        types.add(new Minifloat("e1m2", 1, 2, 0, Specials.NONE));
        types.add(new Minifloat("e7m0", 7, 0, 63, Specials.FN));
        types.add(new Minifloat("e6m1", 6, 1, 127, Specials.IEEE));
        types.add(new Minifloat("e1m1", 1, 1, 1, Specials.NONE));
        for (Minifloat type : types) {
            if (type.bits() <= 8) {
                for (ZeroSign sign : ZeroSign.values()) {
                    for (Ties ties : Ties.values()) {
                        all.add(FloatElement.of(type, ties, sign));
                    }
                }
            }
        }
        for (Ties ties : Ties.values()) {
            all.add(FloatElement.int8(ties));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("elements")
    void encodesAlike(FloatElement e) {
        for (int size : new int[] {1, 7, 16, 33, 70, 257}) {
            for (float[] x : Awkward.arrays(size + 3, false)) {
                float absmax = Math.max(Awkward.absmax(x), Float.MIN_VALUE);
                float down = Math.max(absmax / e.max(), Float.MIN_VALUE);
                same(e, x, size, one(down), true);
                same(e, x, size, one(down / 2), true); // saturates
                same(e, x, size, many(size, 5, 32, down), true);
                float power = Math.scalb(1f, Math.clamp(e.maxExponent() - Math.getExponent(absmax), -127, 127));
                same(e, x, size, many(size, 16, 16, power), !e.rule().plain());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("elements")
    void encodesTiesAndNeighboursOfTiesAlike(FloatElement e) {
        float[] sorted = new float[e.bits() > 8 ? 0 : 1 << e.bits()];
        for (int code = 0; code < sorted.length; code++) {
            sorted[code] = e.value(code);
        }
        java.util.Arrays.sort(sorted);
        List<Float> list = new ArrayList<>();
        for (int i = 1; i < sorted.length; i++) {
            float middle = (float) (((double) sorted[i - 1] + sorted[i]) / 2);
            if (Float.isFinite(middle)) {
                list.addAll(List.of(sorted[i], middle, Math.nextUp(middle), Math.nextDown(middle)));
            }
        }
        list.addAll(List.of(0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE));
        while (list.size() < 64) {
            list.addAll(List.copyOf(list));
        }
        float[] x = new float[list.size() + 3];
        for (int i = 0; i < list.size(); i++) {
            x[i + 3] = list.get(i);
        }
        same(e, x, list.size(), one(1), true);
        same(e, x, list.size(), one(2), true);
        same(e, x, list.size(), one(1), !e.rule().plain());
    }

    @ParameterizedTest
    @MethodSource("elements")
    void decodesEveryCodeAlike(FloatElement e) {
        byte[] codes = new byte[259];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (i & ((1 << e.bits()) - 1));
        }
        for (float factor : new float[] {1, 0.3f, 0x1p-130f, 1e36f, 0, Float.NaN}) {
            float[] a = new float[codes.length];
            float[] b = new float[codes.length];
            Groups groups = many(258, 17, 64, factor);
            new MinifloatScalar().decode(codes, 1, 258, groups, e, a, 1);
            new MinifloatVector().decode(codes, 1, 258, groups, e, b, 1);
            for (int i = 0; i < a.length; i++) {
                assertThat(Float.floatToIntBits(b[i])).isEqualTo(Float.floatToIntBits(a[i]));
            }
        }
    }

    private static Groups one(float factor) {
        return new Groups(1 << 20, 1 << 20, new float[] {factor}, 0);
    }

    private static Groups many(int count, int first, int size, float factor) {
        int groups = 2 + Math.max(0, count - first + size - 1) / size;
        float[] factors = new float[groups];
        for (int g = 0; g < groups; g++) {
            factors[g] = factor * (g % 3 * 0.5f);
        }
        return new Groups(first, size, factors, 1);
    }

    private static void same(FloatElement e, float[] x, int size, Groups groups, boolean divide) {
        byte[] a = new byte[size + 1];
        byte[] b = new byte[size + 1];
        new MinifloatScalar().encode(x, 3, size, groups, divide, e, a, 1);
        new MinifloatVector().encode(x, 3, size, groups, divide, e, b, 1);
        assertThat(b).as("%s, %s", e.name(), e.ties()).isEqualTo(a);
    }

    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void halvesAreAlike(int size) {
        for (float[] x : Awkward.arrays(size + 3, false)) {
            byte[] a = new byte[2 * size + 1];
            byte[] b = new byte[2 * size + 1];
            new MinifloatScalar().encodeFp16(x, 3, size, a, 1);
            new MinifloatVector().encodeFp16(x, 3, size, b, 1);
            assertThat(b).isEqualTo(a);
            float[] u = new float[size + 1];
            float[] v = new float[size + 1];
            new MinifloatScalar().decodeFp16(a, 1, size, u, 1);
            new MinifloatVector().decodeFp16(a, 1, size, v, 1);
            assertThat(v).isEqualTo(u);
            new MinifloatScalar().encodeBf16(x, 3, size, a, 1);
            new MinifloatVector().encodeBf16(x, 3, size, b, 1);
            assertThat(b).isEqualTo(a);
            new MinifloatScalar().decodeBf16(a, 1, size, u, 1);
            new MinifloatVector().decodeBf16(a, 1, size, v, 1);
            assertThat(v).isEqualTo(u);
        }
    }

    @Test
    void halvesAreThoseOfTheDefinition() {
        float[] x = new float[4096];
        int[] patterns = MinifloatTest.patterns(x.length, 9);
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(patterns[i] & 0xfeffffff); // finite
        }
        byte[] half = new byte[2 * x.length];
        byte[] brain = new byte[2 * x.length];
        new MinifloatScalar().encodeFp16(x, 0, x.length, half, 0);
        new MinifloatScalar().encodeBf16(x, 0, x.length, brain, 0);
        for (int i = 0; i < x.length; i++) {
            assertThat(ElementCodes.get(half, 0, i, 16)).isEqualTo(Minifloat.FP16.encode(x[i]));
            assertThat(ElementCodes.get(brain, 0, i, 16)).isEqualTo(Minifloat.BF16.encode(x[i]));
        }
    }
}
