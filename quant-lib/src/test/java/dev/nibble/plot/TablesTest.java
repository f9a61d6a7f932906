package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorStatistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class TablesTest {
    private static final String[] RECIPES = {"int8", "int4", "int4:g128", "int4:sym:g32", "int4:asym:g32", "nf4:b64"};

    /** A safetensors file with two blocks of two matrices and a vector, all 1, 2, 3, …, of 8 values. */
    private static Path model(Path folder) throws IOException {
        StringBuilder header = new StringBuilder("{");
        String[] names = {"blk.0.up.weight", "blk.0.norm.weight", "blk.1.up.weight", "head.weight"};
        for (int i = 0; i < names.length; i++) {
            String shape = names[i].contains("norm") ? "[8]" : "[2,4]";
            header.append(i == 0 ? "" : ",")
                    .append(String.format(
                            Locale.ROOT,
                            "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
                            names[i],
                            shape,
                            i * 32,
                            i * 32 + 32));
        }
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + 128).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        for (int i = 0; i < 32; i++) {
            file.putFloat(i % 8 + 1);
        }
        return Files.write(folder.resolve("tiny.safetensors"), file.array());
    }

    @Test
    void tensorsAreListedWithTheStatisticsOfTheirValues(@TempDir Path folder) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(model(folder))) {
            Table table = Tables.tensors(checkpoint);
            assertThat(table.columnNames())
                    .containsExactly("tensor", "shape", "type", "bytes", "std", "absmax", "excess kurtosis");
            assertThat(table.rowCount()).isEqualTo(4);
            assertThat(table.stringColumn("shape").get(0)).isEqualTo("[2, 4]");
            assertThat(table.longColumn("bytes").getLong(1)).isEqualTo(32);
            // of 1 … 8: variance 5.25, m4 = 48.5625 over m2² = 27.5625, less 3
            assertThat(table.doubleColumn("std").get(2)).isEqualTo(Math.sqrt(5.25));
            assertThat(table.doubleColumn("absmax").get(2)).isEqualTo(8.0);
            assertThat(table.doubleColumn("excess kurtosis").get(2))
                    .isCloseTo(48.5625 / 27.5625 - 3, org.assertj.core.data.Offset.offset(1e-12));
        }
    }

    @Test
    void oneMatrixOfEveryKindIsCompared(@TempDir Path folder) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(model(folder))) {
            Table kinds = Tables.kinds(checkpoint, "int8", "int4");
            assertThat(kinds.stringColumn("tensor").asList())
                    .containsExactly("blk.0.up.weight", "blk.0.up.weight", "head.weight", "head.weight");
            Chart chart = Charts.kinds(kinds);
            assertThat(chart.x().categories()).containsExactly("0.up", "head");
            assertThat(chart.series()).extracting(Series::name).containsExactly("int8", "int4");
        }
    }

    @Test
    void errorsAreThoseOfWhatTheStoredBytesDecodeTo() {
        Matrix w = Generators.withOutlierColumns(48, 192, 7).named("w");
        Table table = Tables.errors(w, RECIPES);
        assertThat(table.stringColumn("recipe").asList()).containsExactly(RECIPES);
        for (int i = 0; i < RECIPES.length; i++) {
            var quantized = Formats.parse(RECIPES[i]).quantize(w);
            assertThat(table.doubleColumn("bits/weight").getDouble(i)).isEqualTo(quantized.bitsPerWeight());
            assertThat(table.doubleColumn("MSE").getDouble(i))
                    .isEqualTo(quantized.error(w).mse());
            assertThat(table.stringColumn("note").get(i)).isEqualTo(quantized.note());
        }
        assertThat(table.stringColumn("note").get(2))
                .as("128 does not divide 192")
                .contains("64");
    }

    @Test
    void misspelledRecipesAreReportedBeforeAnyWork() {
        Matrix w = Generators.gaussian(4, 32, 1);
        assertThatThrownBy(() -> Tables.errors(w, "int8", "itn4")).hasMessageContaining("int4");
        assertThatThrownBy(() -> Tables.errors(w)).hasMessageContaining("no recipe given");
        assertThatThrownBy(() -> Charts.errors(w, "int8", "nf9")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void listingStopsWhenAsked(@TempDir Path folder) throws IOException {
        CancelToken token = new CancelToken();
        Progress cancelled = new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                assertThat(title).isEqualTo("read tiny.safetensors");
                assertThat(total).isEqualTo(128);
                return new Task() {
                    @Override
                    public void step(long amount) {
                        token.cancel();
                        token.check(title);
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
        try (Checkpoint checkpoint = Checkpoint.open(model(folder))) {
            assertThatThrownBy(() -> Tables.tensors(checkpoint, cancelled)).isInstanceOf(Cancelled.class);
        }
    }

    @Test
    void errorHistogramsCountEveryWeightOnce() {
        Matrix w = Generators.gaussian(64, 64, 3).named("w");
        Chart chart = Charts.errors(w, "int8", "int4:g32");
        for (Series s : chart.series()) {
            double[] y = s.y();
            double total = java.util.Arrays.stream(y).sum() - y[y.length - 1];
            assertThat(total).isCloseTo(100, org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    @Test
    void scattersSampleLargeMatricesAndShowTheBulkOfThoseWithOutliers() {
        Matrix w = Generators.withOutlierColumns(256, 512, 3).named("w");
        Chart chart = Charts.originalAgainstQuantized(w, "int4:g32");
        double[] x = chart.series().get(1).x();
        assertThat(x.length).isBetween(3_000, 4_000);
        assertThat(java.util.Arrays.stream(x).map(Math::abs).max().getAsDouble())
                .isLessThan(TensorStatistics.of(w).absmax() / 3);
        assertThat(chart.x().label()).contains("of 131,072 drawn").contains("middle 99");
        Matrix small = Generators.gaussian(10, 10, 3);
        assertThat(Charts.originalAgainstQuantized(small, "int4")
                        .series()
                        .get(1)
                        .x())
                .hasSize(100);
    }

    @Test
    void aMatrixWithoutErrorsAndOneOfZerosAreDrawnToo() {
        Matrix exact = Matrix.of("exact", 1, 4, new float[] {-7, 0, 3, 7});
        assertThat(Charts.errors(exact, "int4").png()).isNotEmpty();
        assertThat(Charts.errorAgainstBits(exact, "int4").png()).isNotEmpty();
        Matrix zeros = Matrix.of("zeros", 2, 2, new float[4]);
        assertThat(Charts.errors(zeros, "int8").png()).isNotEmpty();
        assertThat(Charts.originalAgainstQuantized(zeros, "int8").png()).isNotEmpty();
        assertThat(Charts.distribution(zeros, "int8").png()).isNotEmpty();
    }

    @Test
    void sideBySideComparesMatricesOfDifferentShape() {
        Table table = Tables.sideBySide(
                Generators.gaussian(8, 64, 1).named("a"),
                Generators.gaussian(4, 32, 2).named("b"),
                "int8",
                "nf4:b64");
        assertThat(table.columnNames()).contains("SQNR (dB), a", "SQNR (dB), b");
        assertThat(table.rowCount()).isEqualTo(2);
    }

    @Test
    void textFitsTheWidthAndKeepsNumbersWhole() {
        Table table = Table.create(
                "errors",
                StringColumn.create("recipe", "int4", "int4:sym:g32"),
                DoubleColumn.create("MSE", 1.5e-7, 2e-3),
                IntColumn.create("n", 1, 1000),
                StringColumn.create("note", "", "the last group of each row has 64 weights and not 128"));
        assertThat(TextTable.of(table, 60, 10)).isEqualTo("""
                        errors
                        recipe             MSE     n  note
                        ────────────  ────────  ────  ──────────────────────────────
                        int4          1.500e-7     1
                        int4:sym:g32  2.000e-3  1000  the last group of each row ha…""");
        assertThat(TextTable.of(table, 24, 10).lines()).allMatch(line -> line.length() <= 26);
        assertThat(TextTable.of(table, 24, 10)).contains("1.500e-7").contains("1000");
    }

    @Test
    void textIsNotCutSoFarThatTwoRowsLookTheSame() {
        Table table = Table.create(
                "errors",
                StringColumn.create("tensor", "blk.0.attn_output.weight", "blk.0.attn_output.bias", "blk.1.x"),
                StringColumn.create("recipe", "int4:asym:g128", "int4:asym:g32", "int8"),
                StringColumn.create("note", "a long text that says the same", "a long text that says the same", ""));
        assertThat(TextTable.of(table, 50, 10)).isEqualTo("""
                        errors
                        tensor                recipe          note
                        ────────────────────  ──────────────  ────────────
                        blk.0.attn_output.w…  int4:asym:g128  a long text…
                        blk.0.attn_output.b…  int4:asym:g32   a long text…
                        blk.1.x               int8""");
    }

    @Test
    void longTablesShowTheirHeadAndTailAndSayHowMuch() {
        Table table = Table.create("long", IntColumn.indexColumn("i", 1_000_000, 0));
        TableView view = TableView.of(table, 20, 10);
        assertThat(view.rows()).hasSize(20);
        assertThat(view.rows().getLast()).containsExactly("999999");
        assertThat(view.note()).isEqualTo("shown: 20 of 1,000,000 rows");
    }

    @Test
    void aColumnsOwnFormatIsKept() {
        DoubleColumn share = DoubleColumn.create("share", 0.12345);
        share.setPrintFormatter(tech.tablesaw.columns.numbers.NumberColumnFormatter.percent(1));
        assertThat(TableView.of(Table.create("t", share), 5, 5)
                        .rows()
                        .getFirst()
                        .getFirst())
                .startsWith("12");
    }
}
