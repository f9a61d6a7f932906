package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "4.25, 4.25",
        "0.0123456, 0.01235",
        "1.2345e-6, 1.234e-6",
        "0.0001, 0.0001",
        "0.00009999, 9.999e-5",
        "123456, 123456",
        "123456.7, 123500",
        "1234567, 1.235e6",
        "-26.943, -26.94",
        "NaN, NaN",
        "Infinity, ∞",
        "-Infinity, -∞"
    })
    void readsWithFourSignificantDigits(double value, String text) {
        assertThat(Numbers.text(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8.0104 4.0104 4.125|8.010 4.010 4.125",
                "3.33e-6 3.8e-4 0|3.330e-6 3.800e-4 0",
                "1 2 30|1 2 30",
                "26.94 6.3|26.94 6.30",
                "12345.678 0.5|12345.68 0.50",
                "NaN 1.5|NaN 1.500",
                "1e20 1|1.000e20 1.000e0",
                "-0.00004 1|-0.000040 1.000000"
            })
    void aColumnIsWrittenOneWay(String values, String expected) {
        double[] column = Arrays.stream(values.split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
        var format = Numbers.column(column);
        assertThat(String.join(" ", Arrays.stream(column).mapToObj(format).toList()))
                .isEqualTo(expected);
    }

    @Test
    void theLocaleChangesNothing() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(Numbers.text(1.5)).isEqualTo("1.5");
            assertThat(Numbers.column(new double[] {1.5, 2}).apply(1.5)).isEqualTo("1.500");
            assertThat(Numbers.column(new double[] {1e-9}).apply(1e-9)).isEqualTo("1.000e-9");
            assertThat(Numbers.bytes(98_362_432)).isEqualTo("98.36 MB");
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1 kB",
        "999999, 1 MB",
        "98362432, 98.36 MB",
        "9223372036854775807, 9.223 EB"
    })
    void bytesReadInTheirUnit(long bytes, String text) {
        assertThat(Numbers.bytes(bytes)).isEqualTo(text);
    }
}
