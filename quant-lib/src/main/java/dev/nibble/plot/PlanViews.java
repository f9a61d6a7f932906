package dev.nibble.plot;

import dev.nibble.compare.Plan;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Plans of hardware as tables. */
final class PlanViews {
    private PlanViews() {}

    static Table cards(Plan plan) {
        StringColumn card = StringColumn.create("card");
        DoubleColumn memory = DoubleColumn.create("GiB each");
        IntColumn needed = IntColumn.create("cards needed");
        IntColumn taken = IntColumn.create("cards taken");
        DoubleColumn rate = DoubleColumn.create("tokens/s at most");
        DoubleColumn energy = DoubleColumn.create("J/token (estimate)");
        DoubleColumn cost = DoubleColumn.create("cost of 10^6 tokens");
        StringColumn isNative = StringColumn.create("native");
        StringColumn engines = StringColumn.create("engines");
        boolean priced = false;
        for (Plan.Fit fit : plan.fits()) {
            card.append(fit.accelerator().name());
            memory.append(fit.accelerator().memoryGiB());
            isNative.append(fit.isNative() ? "yes" : "no");
            engines.append(String.join(", ", fit.engines()));
            boolean fits = fit.cards() > 0;
            if (fits) {
                needed.append(fit.needed());
                taken.append(fit.cards());
            } else {
                needed.appendMissing();
                taken.appendMissing();
            }
            rate.append(fits ? fit.tokensPerSecond() : Double.NaN);
            energy.append(fits ? fit.joulesPerToken() : Double.NaN);
            cost.append(fit.costPerMillion().orElse(Double.NaN));
            priced |= fit.costPerMillion().isPresent();
        }
        Table table = Table.create(plan.toString(), card, memory, needed, taken, rate, energy);
        if (priced) {
            table.addColumns(cost);
        }
        return table.addColumns(isNative, engines);
    }
}
