package dev.nibble.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void splitMixIsTheReferenceSequence() {
        // Vigna's splitmix64.c with state 0: its first three outputs
        assertThat(Generators.bits(0, 0)).isEqualTo(0xE220A8397B1DCDAFL);
        assertThat(Generators.bits(0, 1)).isEqualTo(0x6E789E6AA1B965F4L);
        assertThat(Generators.bits(0, 2)).isEqualTo(0x06C45D188009454FL);
    }

    @Test
    void whatCanNotBeMadeSaysWhy() {
        assertThatThrownBy(() -> Generators.gaussian(100_000, 30_000, 7))
                .hasMessageContaining(
                        "[100000, 30000] can not be made: it has 3,000,000,000 values, and one array holds");
        assertThatThrownBy(() -> Generators.gaussian(-1, 3, 7)).hasMessageContaining("neither may be below 0");
    }

    @Test
    void normalWeightsAreNormalAndDependOnTheSeedAlone() {
        Matrix a = Generators.gaussian(500, 401, 7);
        assertThat(a.values()).isEqualTo(Generators.gaussian(500, 401, 7).values());
        assertThat(a.values()).isNotEqualTo(Generators.gaussian(500, 401, 8).values());
        // The same numbers whatever the shape, up to the last of an odd count.
        assertThat(Generators.gaussian(1, 1000, 7).row(0)).isEqualTo(java.util.Arrays.copyOf(a.values(), 1000));
        TensorStatistics s = TensorStatistics.of(a);
        assertThat(s.mean()).isCloseTo(0, within(0.01)); // 4.5 standard errors
        assertThat(s.std()).isCloseTo(1, within(0.008));
        assertThat(s.kurtosis()).isCloseTo(0, within(0.05));
        assertThat(TensorStatistics.of(Generators.gaussian(100, 100, 1, 0.02)).std())
                .isCloseTo(0.02, within(0.001));
    }

    @Test
    void outlierColumnsAreLoudAndTheOthersAreNot() {
        Matrix w = Generators.withOutlierColumns(400, 256, 3, 0.02, 5, 20);
        int loud = 0;
        for (int c = 0; c < 256; c++) {
            double square = 0;
            for (int r = 0; r < 400; r++) {
                square += (double) w.get(r, c) * w.get(r, c);
            }
            double std = Math.sqrt(square / 400);
            loud += std > 0.2 ? 1 : 0;
            assertThat(std > 0.2 || std < 0.03).isTrue();
        }
        assertThat(loud).isEqualTo(5);
        assertThat(Generators.withOutlierColumns(4, 5, 1).cols()).isEqualTo(5);
        assertThatThrownBy(() -> Generators.withOutlierColumns(4, 5, 1, 1, 6, 2))
                .hasMessageContaining("6");
    }

    @Test
    void errorsAreTheDefinitions() {
        Matrix x = Matrix.of(new float[] {1, 2}, new float[] {-3, 4});
        Matrix y = Matrix.of(new float[] {1, 2.5f}, new float[] {-3, 3});
        ErrorStatistics e = ErrorStatistics.of(x, y);
        assertThat(e.count()).isEqualTo(4);
        assertThat(e.mse()).isEqualTo((0.25 + 1) / 4);
        assertThat(e.rmse()).isEqualTo(Math.sqrt(1.25 / 4));
        assertThat(e.sqnrDb()).isCloseTo(10 * Math.log10(30 / 1.25), within(1e-12));
        assertThat(e.maxError()).isEqualTo(1);
        assertThat(e.meanError()).isEqualTo(-0.5 / 4);
        assertThat(e.cosine()).isCloseTo((1 + 5 + 9 + 12) / Math.sqrt(30 * (1 + 6.25 + 9 + 9)), within(1e-15));
        assertThat(e).hasToString("mse 0.3125, SQNR 13.80 dB, max 1.000, cosine 0.981008");
    }

    @Test
    void errorsOfExactAndEmptyAndSpoiledMatrices() {
        Matrix x = Generators.gaussian(3, 100, 1);
        ErrorStatistics exact = ErrorStatistics.of(x, x);
        assertThat(exact.mse()).isZero();
        assertThat(exact.sqnrDb()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(exact.cosine()).isEqualTo(1);
        Matrix zero = Matrix.of(3, 100, new float[300]);
        assertThat(ErrorStatistics.of(zero, zero).cosine()).isEqualTo(1);
        assertThat(ErrorStatistics.of(x, zero).cosine()).isZero();
        assertThat(ErrorStatistics.of(x, zero).sqnrDb()).isCloseTo(0, within(1e-12));
        float[] spoiled = x.values().clone();
        spoiled[7] = Float.NaN;
        ErrorStatistics nan = ErrorStatistics.of(x, Matrix.of(3, 100, spoiled));
        assertThat(nan.mse()).isNaN();
        assertThat(nan.maxError()).isNaN();
        assertThat(nan.cosine()).isNaN();
        assertThatThrownBy(() -> ErrorStatistics.of(x, Matrix.of(100, 3, new float[300])))
                .hasMessageContaining("[3, 100]")
                .hasMessageContaining("[100, 3]");
        assertThatThrownBy(() -> ErrorStatistics.of(Matrix.of(0, 3, new float[0]), Matrix.of(0, 3, new float[0])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void statisticsAreTheDefinitions() {
        TensorStatistics s = TensorStatistics.of(Matrix.of(new float[] {2, 4, 4, 4, 5, 5, 7, 9}));
        assertThat(s.mean()).isEqualTo(5);
        assertThat(s.std()).isEqualTo(2); // the classic example
        assertThat(s.min()).isEqualTo(2);
        assertThat(s.absmax()).isEqualTo(9);
        // m4 = (81 + 3·1 + 0 + 0 + 16 + 256) / 8 = 44.5, m2 = 4
        assertThat(s.kurtosis()).isEqualTo(44.5 / 16 - 3);
        assertThat(TensorStatistics.of(Matrix.of(new float[] {3, 3})).kurtosis())
                .isNaN();
        assertThat(TensorStatistics.of(Matrix.of(new float[] {-9, 3})).absmax()).isEqualTo(9);
    }

    @Test
    void sumsOfManyNumbersAreThoseOfExactArithmetic() {
        Matrix x = Generators.gaussian(1, 100_003, 5);
        java.math.BigDecimal sum = java.math.BigDecimal.ZERO;
        for (float v : x.values()) {
            sum = sum.add(new java.math.BigDecimal(v));
        }
        assertThat(TensorStatistics.of(x).mean()).isCloseTo(sum.doubleValue() / 100_003, within(1e-15));
    }

    @Test
    void histogramsCountEveryValueOnce() {
        Histogram h = Histogram.of(Matrix.of(new float[] {-1, 0, 0.5f, 1, 2, 3, Float.NaN}), 0, 2, 4);
        assertThat(h.counts()).containsExactly(1, 1, 1, 1); // 2 is the upper edge of the last bin
        assertThat(h.below()).isEqualTo(1);
        assertThat(h.above()).isEqualTo(1);
        assertThat(h.total()).isEqualTo(6);
        assertThat(h.center(0)).isEqualTo(0.25);
        assertThat(h).hasToString("6 values, 4 bins from 0.000 to 2.000");
        Matrix w = Generators.gaussian(1100, 1000, 1); // more than one range
        assertThat(Histogram.of(w, 64).total()).isEqualTo(1_100_000);
        assertThat(Histogram.of(w, 64).low()).isEqualTo(TensorStatistics.of(w).min());
        assertThat(Histogram.of(w, 64).high()).isEqualTo(TensorStatistics.of(w).max());
        Matrix louder = Matrix.of(1100, 1000, w.values().clone());
        louder.values()[1_099_999] += 1; // to the last bin; the zeros are in the first
        assertThat(Histogram.ofErrors(w, louder, -1, 1.5, 2).counts()).containsExactly(1_099_999, 1);
        assertThat(ErrorStatistics.of(w, louder).maxError())
                .isEqualTo((double) louder.get(1099, 999) - w.get(1099, 999));
        assertThat(Histogram.of(w, 64).below() + Histogram.of(w, 64).above()).isZero();
        assertThat(Histogram.of(Matrix.of(new float[] {5, 5}), 3).counts()).containsExactly(0, 2, 0);
        assertThatThrownBy(() -> new Histogram(1, 1, new long[1], 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMatrixChecksItsShapeAndNamesItself() {
        assertThatThrownBy(() -> Matrix.of("w", 2, 3, new float[5]))
                .hasMessage("w: a matrix of shape [2, 3] needs 6 values, but 5 were given");
        assertThatThrownBy(() -> Matrix.of("w", 1 << 20, 1 << 20, new float[0])).hasMessageContaining("1099511627776");
        assertThat(Matrix.of("w", 2, 3, new float[6])).hasToString("w [2, 3]");
        assertThatThrownBy(() -> Matrix.of(2, 3, new float[6]).get(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
