package dev.nibble.kernel.display;

import dev.nibble.plot.TableView;
import dev.nibble.plot.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Maps: as text, and as a table of keys and values. */
@SuppressWarnings("rawtypes") // a class literal has no type argument
public final class MapRenderer implements Renderer<Map> {
    private static final int MAX_CELL = 200;

    @Override
    public Class<Map> type() {
        return Map.class;
    }

    @Override
    public MimeBundle render(Map map, RenderOptions options) {
        String text = ValueText.of(map);
        List<List<String>> rows = new ArrayList<>();
        boolean numbers = true;
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
            if (rows.size() == options.maxRows()) {
                break;
            }
            numbers &= entry.getValue() instanceof Number;
            rows.add(List.of(cell(entry.getKey()), cell(entry.getValue())));
        }
        if (rows.isEmpty()) {
            return MimeBundle.text(text);
        }
        int total = Math.max(rows.size(), map.size());
        TableView view =
                new TableView("", List.of("key", "value"), List.of(false, numbers), rows, rows.size(), total, 2);
        return Cards.bundle(Html.table(view), options.drawnText() ? TextTable.of(view, options.width()) : text);
    }

    private static String cell(Object value) {
        return ValueText.clip(ValueText.of(value), MAX_CELL);
    }
}
