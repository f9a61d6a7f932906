package dev.nibble.format.codebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The normal distribution and the books made from it. */
class NormalTest {
    @ParameterizedTest
    @CsvSource({
        // p, quantile: mpmath 1.3 with 40 digits, sqrt(2) erfinv(2p - 1)
        "1e-300, -37.047096299361199237",
        "1e-20, -9.2623400897984075796",
        "1e-10, -6.3613409024040561991",
        "1e-05, -4.2648907939228246102",
        "0.001, -3.0902323061678135354",
        "0.01, -2.3263478740408410931",
        "0.0322917, -1.8481309597573738491",
        "0.074, -1.4466320671589785099",
        "0.075, -1.4395314709384559349",
        "0.076, -1.4325027208258116188",
        "0.2, -0.84162123357291416552",
        "0.4, -0.25334710313579974132",
        "0.499, -0.0025066308995717662317",
        "0.5, 0.0",
        "0.5000001, 2.5066282733116483012e-7",
        "0.6, 0.25334710313579974132",
        "0.75, 0.6744897501960817432",
        "0.9, 1.2815515655446005935",
        "0.925, 1.4395314709384562291",
        "0.926, 1.446632067158978807",
        "0.9677083, 1.8481309597573733693",
        "0.99, 2.3263478740408407676",
        "0.999, 3.0902323061678132778",
        "0.9999999, 5.1993375822906610937",
        "0.9999999999999999, 8.2095361516013868556"
    })
    void quantilesAreThoseOfMpmath(double p, double quantile) {
        assertThat(Normal.quantile(p)).isCloseTo(quantile, within(Math.abs(quantile) * 4e-16 + 1e-17));
    }

    @ParameterizedTest
    @CsvSource({
        // x, share above x: mpmath 1.3, erfc(x / sqrt(2)) / 2
        "0.0, 0.5",
        "0.1, 0.460172162722971016",
        "0.5, 0.308537538725986896",
        "1.0, 0.158655253931457051",
        "1.96, 0.0249978951482204362",
        "2.5, 0.00620966532577613517",
        "2.9, 0.00186581330038403848",
        "2.99, 0.00139488723549224949",
        "3.0, 0.00134989803163009453",
        "3.01, 0.00130623844876946867",
        "4.0, 0.0000316712418331199213",
        "6.0, 9.86587645037698141e-10",
        "8.0, 6.22096057427178412e-16",
        "20.0, 2.7536241186062337e-89"
    })
    void sharesAreThoseOfMpmath(double x, double above) {
        assertThat(Normal.above(x)).isCloseTo(above, within(above * 1e-12));
    }

    @Test
    void thereIsNoQuantileOfZeroOrOne() {
        for (double p : new double[] {0, 1, -1, Double.NaN}) {
            assertThatThrownBy(() -> Normal.quantile(p))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(p));
        }
    }

    @Test
    void nf4ByConstructionIsThePublishedTable() {
        assertThat(NormalFloat.values(4, NormalFloat.delta(4))).isEqualTo(Books.NF4.byRank());
        assertThat(NormalFloat.delta(4)).isCloseTo(1 - (1 / 32.0 + 1 / 30.0) / 2, within(5e-8));
    }

    @Test
    void normalFloatOfEveryWidthHoldsItsEndsAndZero() {
        for (int bits = 2; bits <= 8; bits++) {
            float[] values = NormalFloat.values(bits, NormalFloat.delta(bits));
            assertThat(values).hasSize(1 << bits).isSorted().doesNotHaveDuplicates();
            assertThat(values[0]).isEqualTo(-1);
            assertThat(values[(1 << (bits - 1)) - 1]).isZero();
            assertThat(values[values.length - 1]).isEqualTo(1);
            assertThat(values[Codebook.of(values).codeOf(0)]).isZero();
        }
        assertThatThrownBy(() -> NormalFloat.values(4, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NormalFloat.values(9, 0.9)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        // Max, "Quantizing for minimum distortion", 1960, table I: the positive values, and the mean squared error
        "1, 0.3634, '0.7980'",
        "2, 0.1175, '0.4528,1.510'",
        "3, 0.03454, '0.2451,0.7560,1.344,2.152'",
        "4, 0.009497, '0.1284,0.3881,0.6568,0.9424,1.256,1.618,2.069,2.733'"
    })
    void lloydMaxBooksAreThoseThatMaxPublished(int bits, double error, String positive) {
        String[] expected = positive.split(",", -1);
        float[] book = LloydMax.values(bits);
        for (int i = 0; i < expected.length; i++) {
            double digits = expected[i].startsWith("0") ? 2e-4 : 1e-3; // Max rounded: 0.7980 stands for 0.79788
            assertThat((double) book[expected.length + i]).isCloseTo(Double.parseDouble(expected[i]), within(digits));
            assertThat(book[expected.length - 1 - i]).isEqualTo(-book[expected.length + i]);
        }
        // 1 - sum of share · value², for each value is the mean of its cell
        double explained = 0;
        for (int i = expected.length; i < book.length; i++) {
            double a = i == expected.length ? 0 : ((double) book[i - 1] + book[i]) / 2;
            double b = i == book.length - 1 ? Double.POSITIVE_INFINITY : ((double) book[i] + book[i + 1]) / 2;
            explained += 2 * Normal.between(a, b) * book[i] * book[i];
        }
        assertThat(1 - explained).isCloseTo(error, within(error * 1e-3));
    }

    @Test
    void everyLevelOfALloydMaxBookIsTheMeanOfItsCell() {
        for (int bits = 1; bits <= 8; bits++) {
            float[] book = LloydMax.values(bits);
            int half = book.length / 2;
            for (int i = half; i < book.length; i++) {
                double a = i == half ? 0 : ((double) book[i - 1] + book[i]) / 2;
                double b = i == book.length - 1 ? Double.POSITIVE_INFINITY : ((double) book[i] + book[i + 1]) / 2;
                assertThat(Normal.mean(a, b)).isCloseTo(book[i], within(3e-7));
            }
        }
    }
}
