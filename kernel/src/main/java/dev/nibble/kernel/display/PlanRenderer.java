package dev.nibble.kernel.display;

import dev.nibble.compare.Plan;
import dev.nibble.plot.TableView;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan of hardware: what the model needs, every card, what to do and what was assumed. */
public final class PlanRenderer implements Renderer<Plan> {
    @Override
    public Class<Plan> type() {
        return Plan.class;
    }

    @Override
    public MimeBundle render(Plan plan, RenderOptions options) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%.2f GB in all; an engine uses %.0f %% of a card's memory.",
                plan.bytes() / 1e9,
                100 * plan.share()));
        plan.recommendation().forEach(advice -> lines.add("Advice: " + advice + "."));
        plan.notes().forEach(note -> lines.add("Note: " + note + "."));
        StringBuilder html = new StringBuilder("<div>");
        String text;
        if (plan.fits().isEmpty()) {
            html.append("<p>").append(Html.escape(plan.toString())).append("</p>");
            text = plan.toString();
        } else {
            TableView table = TableView.of(Tables.plan(plan), Integer.MAX_VALUE, Integer.MAX_VALUE);
            html.append(Html.table(table));
            text = TextTable.of(table, options.width());
        }
        lines.forEach(line -> html.append("<p>").append(Html.escape(line)).append("</p>"));
        return Cards.bundle(html.append("</div>").toString(), text + "\n" + String.join("\n", lines));
    }
}
