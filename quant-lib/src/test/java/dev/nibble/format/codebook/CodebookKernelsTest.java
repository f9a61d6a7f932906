package dev.nibble.format.codebook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodebookKernelsTest {
    /** Books of every size, with codes that are ranks and with others. */
    private static final List<Codebook> BOOKS = List.of(
            Codebook.of(-0.5f, 0.75f),
            Codebook.of(-1, -0.25f, 0.25f, 1),
            Codebook.of(-1, -1, -0.25f, 0, 0.1f, 0.25f, 0.25f, 1),
            Books.NF4,
            Books.NF4_CUDA,
            Books.FP4,
            Books.FP4_CUDA,
            Codebook.of(rising(32)),
            Codebook.of(rising(64)),
            Codebook.of(rising(128)),
            Dynamic8.SIGNED,
            Dynamic8.SIGNED_BY_TABLE);

    private static float[] rising(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            double t = 2.0 * i / (size - 1) - 1;
            values[i] = (float) (t * Math.abs(t));
        }
        return values;
    }

    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersMakeTheSameCodesAndValues(int size) {
        for (Codebook book : BOOKS) {
            for (float[] x : Awkward.arrays(size + 3, false)) {
                float absmax = Math.max(Awkward.absmax(x), 1e-38f);
                byte[] a = new byte[size + 1];
                byte[] b = new byte[size + 1];
                new CodebookScalar().encode(x, 3, size, 1 / absmax, book, a, 1);
                new CodebookVector().encode(x, 3, size, 1 / absmax, book, b, 1);
                assertThat(b).isEqualTo(a);
                float[] u = new float[size + 2];
                float[] v = new float[size + 2];
                new CodebookScalar().decode(a, 1, size, absmax, book.values(), book.bits(), u, 2);
                new CodebookVector().decode(a, 1, size, absmax, book.values(), book.bits(), v, 2);
                assertThat(v).isEqualTo(u);
                for (int block : new int[] {1, 5, 32, 64}) {
                    int blocks = size / block;
                    float[] inverses = new float[blocks + 2];
                    for (int k = 0; k < blocks; k++) {
                        inverses[2 + k] = (k + 1) / absmax;
                    }
                    byte[] c = new byte[size + 1];
                    byte[] d = new byte[size + 1];
                    new CodebookScalar().encode(x, 3, blocks, block, inverses, 2, book, c, 1);
                    new CodebookVector().encode(x, 3, blocks, block, inverses, 2, book, d, 1);
                    assertThat(d).isEqualTo(c);
                }
                if (book.codes() != null) {
                    new CodebookScalar().translate(a, 1, size, book.codes());
                    new CodebookVector().translate(b, 1, size, book.codes());
                    assertThat(b).isEqualTo(a);
                }
            }
        }
    }

    @Test
    void boundariesGoToTheLowerRankAndTheirNeighboursToTheNearer() {
        for (Codebook book : BOOKS) {
            int between = book.size() - 1;
            float[] x = new float[3 * between];
            byte[] expected = new byte[3 * between];
            for (int k = 0; k < between; k++) {
                float boundary = book.boundaries()[k + 1];
                x[3 * k] = Math.nextDown(boundary);
                x[3 * k + 1] = boundary;
                x[3 * k + 2] = Math.nextUp(boundary);
                for (int i = 0; i < 3; i++) {
                    int rank = 0;
                    for (int j = 1; j <= between; j++) {
                        rank += x[3 * k + i] > book.boundaries()[j] ? 1 : 0;
                    }
                    expected[3 * k + i] = (byte) rank;
                }
            }
            for (CodebookKernels kernels : new CodebookKernels[] {new CodebookScalar(), new CodebookVector()}) {
                byte[] codes = new byte[x.length];
                kernels.encode(x, 0, x.length, 1, book, codes, 0);
                assertThat(codes).isEqualTo(expected);
            }
        }
    }

    @Test
    void theScalarKernelFindsTheNearestValue() {
        SplittableRandom random = new SplittableRandom(5);
        for (Codebook book : List.of(Books.NF4, Books.FP4, Dynamic8.SIGNED, Codebook.of(rising(32)))) {
            for (int i = 0; i < 10_000; i++) {
                float[] x = {(float) random.nextDouble(-1, 1)};
                byte[] rank = new byte[1];
                new CodebookScalar().encode(x, 0, 1, 1, book, rank, 0);
                double nearest = Double.POSITIVE_INFINITY;
                for (float value : book.byRank()) {
                    nearest = Math.min(nearest, Math.abs((double) x[0] - value));
                }
                double found = Math.abs((double) x[0] - book.byRank()[rank[0] & 0xff]);
                assertThat(found).isLessThanOrEqualTo(nearest + 1e-7);
            }
        }
    }

    @Test
    void whatIsNotANumberGetsRankZero() {
        float[] x = new float[40]; // 0 times an infinite reciprocal, as blocks of the tiniest weights have it
        for (Codebook book : BOOKS) {
            for (CodebookKernels kernels : new CodebookKernels[] {new CodebookScalar(), new CodebookVector()}) {
                byte[] ranks = new byte[40];
                kernels.encode(x, 0, 40, Float.POSITIVE_INFINITY, book, ranks, 0);
                assertThat(ranks).containsOnly(0);
            }
        }
    }

    /** Every code decodes to a weight that gets the same code under the same scale; of equal values, the same value. */
    @Test
    void everyCodeSurvivesDecodingAndEncoding() {
        List<Codebook> books = new ArrayList<>(BOOKS);
        books.remove(Dynamic8.SIGNED_BY_TABLE); // a neighbour near 0, as in bitsandbytes' own table
        for (int bits = 2; bits <= 8; bits++) {
            books.add(Codebook.of(NormalFloat.values(bits, NormalFloat.delta(bits))));
        }
        for (Codebook book : books) {
            byte[] codes = new byte[book.size()];
            for (int code = 0; code < codes.length; code++) {
                codes[code] = (byte) code;
            }
            for (float absmax : new float[] {1, 0.3f, 1e-7f, 1e-30f, 123.4f, 3e30f}) {
                for (CodebookKernels kernels : new CodebookKernels[] {new CodebookScalar(), new CodebookVector()}) {
                    float[] x = new float[codes.length];
                    byte[] ranks = new byte[codes.length];
                    kernels.decode(codes, 0, codes.length, absmax, book.values(), book.bits(), x, 0);
                    kernels.encode(x, 0, codes.length, 1 / absmax, book, ranks, 0);
                    for (int code = 0; code < codes.length; code++) {
                        assertThat(book.byRank()[ranks[code] & 0xff])
                                .as("code %d of %d values, absmax %g", code, codes.length, absmax)
                                .isEqualTo(book.values()[code]);
                    }
                }
            }
        }
    }
}
