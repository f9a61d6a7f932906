package dev.nibble.kernel.display;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.plot.Numbers;
import dev.nibble.plot.TableView;
import dev.nibble.tensor.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A model file, from what it says about itself; no weights are read. */
public final class CheckpointRenderer implements Renderer<Checkpoint> {
    @Override
    public Class<Checkpoint> type() {
        return Checkpoint.class;
    }

    @Override
    public MimeBundle render(Checkpoint checkpoint, RenderOptions options) {
        return Cards.table(view(checkpoint, options.maxRows()), options);
    }

    /** Kind, size and types, then metadata that fit a cell, up to a number of them. */
    static TableView view(Checkpoint checkpoint, int maxMetadata) {
        Map<String, String> facts = new LinkedHashMap<>();
        long bytes = checkpoint.tensors().stream().mapToLong(TensorInfo::bytes).sum();
        facts.put("kind", checkpoint.kind());
        facts.put("tensors", Html.count(checkpoint.tensors().size()) + ", " + Numbers.bytes(bytes));
        facts.put(
                "types",
                checkpoint.tensors().stream()
                        .collect(Collectors.groupingBy(
                                t -> t.type().toString(), java.util.TreeMap::new, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(e -> e.getKey() + " × " + e.getValue())
                        .collect(Collectors.joining(", ")));
        checkpoint.metadata().entrySet().stream()
                .filter(e -> !(e.getValue() instanceof List))
                .limit(maxMetadata)
                .forEach(e ->
                        facts.put(ValueText.clip(e.getKey(), 100), ValueText.clip(ValueText.of(e.getValue()), 200)));
        String name = String.valueOf(checkpoint.path().getFileName());
        return Cards.factsView(name, facts);
    }
}
