package dev.nibble.kernel.display;

import dev.nibble.plot.Numbers;
import dev.nibble.plot.TableView;
import dev.nibble.plot.TextTable;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleFunction;

/** Collections: as text, and those of records as a table too. */
@SuppressWarnings("rawtypes") // a class literal has no type argument
public final class CollectionRenderer implements Renderer<Collection> {
    private static final int MAX_CELL = 200;

    @Override
    public Class<Collection> type() {
        return Collection.class;
    }

    @Override
    public MimeBundle render(Collection collection, RenderOptions options) {
        String text = ValueText.of(collection);
        List<Record> records = records(collection, options.maxRows());
        if (records.isEmpty()) {
            return MimeBundle.text(text);
        }
        TableView view = view(records, Math.max(records.size(), collection.size()), options);
        return Cards.bundle(Html.table(view), options.drawnText() ? TextTable.of(view, options.width()) : text);
    }

    /** The first elements if all of them are records of one class, else none. */
    private static List<Record> records(Collection<?> collection, int limit) {
        List<Record> records = new ArrayList<>();
        for (Iterator<?> it = collection.iterator(); it.hasNext() && records.size() < limit; ) {
            if (!(it.next() instanceof Record record)
                    || (!records.isEmpty() && records.getFirst().getClass() != record.getClass())) {
                return List.of();
            }
            records.add(record);
        }
        return records;
    }

    private static TableView view(List<Record> records, int total, RenderOptions options) {
        List<RecordComponent> components = Arrays.stream(
                        records.getFirst().getClass().getRecordComponents())
                .filter(c -> !c.getType().isAnnotationPresent(FunctionalInterface.class))
                .toList();
        List<String> headers = new ArrayList<>();
        List<Boolean> numeric = new ArrayList<>();
        List<List<String>> columns = new ArrayList<>();
        for (RecordComponent component : components.subList(0, Math.min(components.size(), options.maxColumns()))) {
            List<Object> values = records.stream()
                    .map(r -> ValueText.component(r, component))
                    .map(v -> v == null ? "" : v)
                    .toList();
            boolean numbers = values.stream().allMatch(Number.class::isInstance);
            headers.add(component.getName());
            numeric.add(numbers);
            columns.add(texts(values, numbers));
        }
        List<List<String>> rows = new ArrayList<>();
        for (int r = 0; r < records.size(); r++) {
            int row = r;
            rows.add(columns.stream().map(c -> c.get(row)).toList());
        }
        return new TableView("", headers, numeric, rows, rows.size(), total, components.size());
    }

    private static List<String> texts(List<Object> values, boolean numbers) {
        boolean real = numbers && values.stream().anyMatch(v -> v instanceof Double || v instanceof Float);
        if (real) {
            double[] doubles = values.stream()
                    .mapToDouble(v -> ((Number) Objects.requireNonNull(v)).doubleValue())
                    .toArray();
            DoubleFunction<String> format = Numbers.column(doubles);
            return Arrays.stream(doubles).mapToObj(format).toList();
        }
        return values.stream()
                .map(v -> ValueText.clip(ValueText.of(v), MAX_CELL))
                .toList();
    }
}
