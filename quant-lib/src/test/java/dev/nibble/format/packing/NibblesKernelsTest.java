package dev.nibble.format.packing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tensor.Generators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NibblesKernelsTest {
    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersWriteTheSameBytesAndReadThemBack(int size) {
        byte[] codes = random(size + 1, 4);
        for (boolean highFirst : new boolean[] {false, true}) {
            byte[] a = new byte[size / 2 + 3];
            byte[] b = new byte[size / 2 + 3];
            new NibblesScalar().pack(codes, 1, size, highFirst, a, 1);
            new NibblesVector().pack(codes, 1, size, highFirst, b, 1);
            assertThat(b).isEqualTo(a);
            byte[] back = new byte[size + 1];
            byte[] backVector = new byte[size + 1];
            back[0] = codes[0];
            backVector[0] = codes[0];
            new NibblesScalar().unpack(a, 1, size, highFirst, back, 1);
            new NibblesVector().unpack(a, 1, size, highFirst, backVector, 1);
            assertThat(back).isEqualTo(codes);
            assertThat(backVector).isEqualTo(codes);
        }
    }

    @Test
    void lowFirstAndHighFirstAreWhatTheyAreCalled() {
        byte[] packed = new byte[2];
        new NibblesScalar().pack(new byte[] {1, 2, 3}, 0, 3, false, packed, 0);
        assertThat(packed).containsExactly(0x21, 0x03);
        new NibblesScalar().pack(new byte[] {1, 2, 3}, 0, 3, true, packed, 0);
        assertThat(packed).containsExactly(0x12, 0x30);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void bitFieldsComeBackAndLieWhereTheyShould(int bits) {
        for (int size = 1; size < 50; size++) {
            byte[] fields = random(size, bits);
            byte[] packed = new byte[BitFields.bytes(size, bits) + 1];
            BitFields.pack(fields, 0, size, bits, packed, 1);
            byte[] back = new byte[size];
            BitFields.unpack(packed, 1, size, bits, back, 0);
            assertThat(back).isEqualTo(fields);
            for (int i = 0; i < size; i++) {
                assertThat(BitFields.get(packed, 1, i, bits)).isEqualTo(fields[i] & 0xff);
                long bit = (long) i * bits; // the definition: bit k of field i is bit i·bits + k of the stream
                for (int k = 0; k < bits; k++, bit++) {
                    assertThat(packed[1 + (int) (bit / 8)] >>> bit % 8 & 1).isEqualTo(fields[i] >>> k & 1);
                }
            }
        }
    }

    @Test
    void threeBitFieldsAreTheWordsOfGptq() {
        // 32 fields i % 8 make the words 0x88fac688 0xc688fac6 0xfac688fa (AutoGPTQ, compressed-tensors)
        byte[] fields = new byte[32];
        for (int i = 0; i < 32; i++) {
            fields[i] = (byte) (i % 8);
        }
        byte[] packed = new byte[12];
        BitFields.pack(fields, 0, 32, 3, packed, 0);
        var words = java.nio.ByteBuffer.wrap(packed).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        assertThat(words.getInt()).isEqualTo(0x88fac688);
        assertThat(words.getInt()).isEqualTo(0xc688fac6);
        assertThat(words.getInt()).isEqualTo(0xfac688fa);
    }

    private static byte[] random(int size, int bits) {
        byte[] codes = new byte[size];
        for (int i = 0; i < size; i++) {
            codes[i] = (byte) (Generators.bits(size, i) >>> (64 - bits));
        }
        return codes;
    }
}
