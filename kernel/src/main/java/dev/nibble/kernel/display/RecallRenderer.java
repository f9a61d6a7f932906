package dev.nibble.kernel.display;

import dev.nibble.compare.Recall;
import dev.nibble.plot.TableView;
import dev.nibble.plot.Tables;
import java.util.Locale;

/** What models find again of what they read before: a row for each distance, and in words. */
public final class RecallRenderer implements Renderer<Recall> {
    @Override
    public Class<Recall> type() {
        return Recall.class;
    }

    @Override
    public MimeBundle render(Recall recall, RenderOptions options) {
        TableView table = TableView.of(Tables.recall(recall), Integer.MAX_VALUE, Integer.MAX_VALUE);
        String how = String.format(
                Locale.ROOT,
                "p is the mean probability of the last %d tokens of a phrase of %d random tokens that begins a second time so"
                        + " many tokens behind the first; %,d samples at each distance, ± is one standard error."
                        + " Charts.recall draws it.",
                Recall.SCORED,
                Recall.PHRASE,
                recall.samples());
        return Cards.explained(table, options, "", how, recall.verdict());
    }
}
