package dev.nibble.kernel.display;

import dev.nibble.plot.Numbers;
import dev.nibble.plot.TableView;
import dev.nibble.plot.TextTable;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/** A matrix: name, shape, statistics, and the values in its corners. */
public final class MatrixRenderer implements Renderer<Matrix> {
    private static final int EDGE = 6;
    private static final int LAST = 1;

    @Override
    public Class<Matrix> type() {
        return Matrix.class;
    }

    @Override
    public MimeBundle render(Matrix matrix, RenderOptions options) {
        if (matrix.size() == 0) {
            return MimeBundle.text(matrix + ", empty");
        }
        String heading = matrix + ", float32, " + Numbers.bytes(4L * matrix.size());
        String statistics = statistics(matrix);
        TableView corner = corner(matrix);
        String html = "<div><b>" + Html.escape(heading) + "</b><br>" + Html.escape(statistics) + Html.table(corner)
                + "</div>";
        return Cards.bundle(html, heading + "\n" + statistics + "\n" + TextTable.of(corner, options.width()));
    }

    private static String statistics(Matrix matrix) {
        TensorStatistics s = TensorStatistics.of(matrix);
        return "mean " + Numbers.text(s.mean()) + ", std " + Numbers.text(s.std()) + ", min " + Numbers.text(s.min())
                + ", max " + Numbers.text(s.max()) + ", excess kurtosis " + Numbers.text(s.kurtosis());
    }

    private static TableView corner(Matrix matrix) {
        int[] rows = indices(matrix.rows());
        int[] cols = indices(matrix.cols());
        boolean rowGap = rows.length < matrix.rows();
        boolean colGap = cols.length < matrix.cols();
        List<String> headers = new ArrayList<>(List.of(""));
        List<Boolean> numeric = new ArrayList<>(List.of(true));
        double[] values = IntStream.of(rows)
                .boxed()
                .flatMapToDouble(r -> IntStream.of(cols).mapToDouble(c -> matrix.get(r, c)))
                .toArray();
        DoubleFunction<String> format = Numbers.column(values);
        for (int i = 0; i < cols.length; i++) {
            if (colGap && i == EDGE) {
                headers.add("…");
                numeric.add(true);
            }
            headers.add(Integer.toString(cols[i]));
            numeric.add(true);
        }
        List<List<String>> cells = new ArrayList<>();
        for (int r : rows) {
            List<String> row = new ArrayList<>(List.of(Integer.toString(r)));
            for (int i = 0; i < cols.length; i++) {
                if (colGap && i == EDGE) {
                    row.add("…");
                }
                row.add(format.apply(matrix.get(r, cols[i])));
            }
            cells.add(row);
        }
        int head = rowGap ? EDGE : rows.length;
        return new TableView("", headers, numeric, cells, head, cells.size(), headers.size());
    }

    private static int[] indices(int count) {
        return count <= EDGE + LAST + 1
                ? IntStream.range(0, count).toArray()
                : IntStream.concat(IntStream.range(0, EDGE), IntStream.range(count - LAST, count))
                        .toArray();
    }
}
