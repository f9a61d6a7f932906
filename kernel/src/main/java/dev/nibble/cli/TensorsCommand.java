package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.model.Model;
import dev.nibble.plot.Numbers;
import dev.nibble.plot.TableView;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import dev.nibble.tensor.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tech.tablesaw.api.Table;

/** The tensors of a model file. */
@Command(
        name = "tensors",
        description = "List the tensors of a model: name, shape, type, bytes. Reads no weights unless asked to.")
final class TensorsCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Option(
            names = "--statistics",
            description = "Also std, absmax and excess kurtosis of every tensor, which reads all weights.")
    private boolean statistics;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    boolean computes() {
        return statistics;
    }

    @Override
    int work() {
        try (Model opened = ModelOption.open(model)) {
            if (statistics) {
                Table table = Tables.tensors(opened.checkpoint(), Progress.current());
                if (json.asked()) {
                    Json.print(Json.rows(table));
                } else {
                    System.out.println(TextTable.of(table, Terminal.columns(), Integer.MAX_VALUE));
                }
            } else if (json.asked()) {
                Json.print(opened.tensors().stream().map(TensorsCommand::facts).toList());
            } else {
                System.out.println(TextTable.of(listing(opened.tensors()), Terminal.columns()));
                System.out.println(opened);
            }
        }
        return 0;
    }

    private static Map<String, Object> facts(TensorInfo tensor) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("name", tensor.name());
        facts.put("shape", tensor.shape());
        facts.put("type", tensor.type().name());
        facts.put("bytes", tensor.bytes());
        return facts;
    }

    private static TableView listing(List<TensorInfo> tensors) {
        List<List<String>> rows = tensors.stream()
                .map(tensor ->
                        List.of(tensor.name(), tensor.shapeText(), tensor.type().name(), Numbers.bytes(tensor.bytes())))
                .toList();
        return new TableView(
                "",
                List.of("tensor", "shape", "type", "size"),
                List.of(false, false, false, true),
                rows,
                rows.size(),
                rows.size(),
                4);
    }
}
