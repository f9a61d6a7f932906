package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.Table;

class ByteTablesTest {
    private static final Matrix W = Generators.gaussian(2, 512, 5, 0.02).named("w");

    /** The layout of block_q4_0 in ggml's ggml-common.h: fp16 d, then 16 bytes of nibbles j and j + 16. */
    @Test
    void aBlockOfQ4_0IsAScaleAndSixteenPairsOfCodes() {
        Table bytes = Tables.bytes(Formats.parse("q4_0").quantize(W), 1);
        assertThat(bytes.rowCount()).isEqualTo(18);
        assertThat(bytes.stringColumn("holds").asList())
                .startsWith("d", "d", "q[0] (bits 0-3), q[16] (bits 4-7)")
                .endsWith("q[15] (bits 0-3), q[31] (bits 4-7)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"q4_k", "q6_k", "tq1_0", "int4:sym:g32", "nf4:b64:dq", "mxfp6", "nvfp4"})
    void theBytesAreThoseOfTheBlock(String recipe) {
        Quantized q = Formats.parse(recipe).quantize(W);
        Table bytes = Tables.bytes(q, 0);
        String shown = String.join("", bytes.stringColumn("hex").asList());
        String first = HexFormat.of().formatHex(q.parts().getFirst().toBytes());
        int own = bytes.containsColumn("part")
                ? (int) bytes.stringColumn("part").asList().stream()
                        .filter(q.parts().getFirst().name()::equals)
                        .count()
                : bytes.rowCount();
        assertThat(own).isPositive();
        assertThat(shown.substring(0, 2 * own)).isEqualTo(first.substring(0, 2 * own));
        assertThat(bytes.stringColumn("holds").asList()).doesNotContain("");
        for (int i = 0; i < bytes.rowCount(); i++) {
            assertThat(Integer.parseInt(bytes.stringColumn("bits 7 … 0").get(i), 2))
                    .isEqualTo(Integer.parseInt(bytes.stringColumn("hex").get(i), 16));
        }
    }

    /** The tie rules of reference implementations on one row: torch rounds .25 and −.25 to even, keeping the sign. */
    @Test
    void valuesTellMinusZeroFromZero() {
        Matrix ties = Matrix.of("ties", 1, 32, Arrays.copyOf(new float[] {4, 0.25f, -0.25f, 2.5f}, 32));
        Table values = Tables.values(ties, 0, "mxfp4", "mxfp4:microxcaling");
        assertThat(values.stringColumn("mxfp4").asList()).startsWith("4", "0", "-0", "2");
        assertThat(values.stringColumn("mxfp4:microxcaling").asList()).startsWith("4", "0.5", "-0.5", "3");
    }

    @Test
    void withImportanceTheWeightedErrorFalls() {
        float[] columns = new float[512];
        Arrays.fill(columns, 1);
        columns[7] = 1000;
        Table table = Tables.importance(W, new Importance("one column", columns), "q4_k", "iq4_nl");
        for (int r = 0; r < table.rowCount(); r++) {
            assertThat(table.doubleColumn(4).get(r))
                    .isGreaterThan(table.doubleColumn(3).get(r));
            assertThat(table.doubleColumn(1).get(r))
                    .isCloseTo(
                            Formats.parse(table.stringColumn(0).get(r))
                                    .quantize(W)
                                    .error(W)
                                    .sqnrDb(),
                            org.assertj.core.api.Assertions.within(1e-9));
        }
        assertThatThrownBy(() -> Tables.importance(W, new Importance("short", new float[3]), "q4_k"))
                .hasMessageContaining("has 3");
    }
}
