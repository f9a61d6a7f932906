package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.explain.Identify;
import dev.nibble.explain.Identity;
import dev.nibble.model.Model;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tech.tablesaw.api.Table;

/** What the numbers in a model file really are. */
@Command(
        name = "identify",
        description = {
            "Find out how the weights of a file were quantized, even where they are stored as floats: on which grid or"
                    + " code book the numbers of each block lie, how many blocks share a scale, and whose convention that"
                    + " is. Tests every block exactly.",
            "",
            "  nibble identify smollm2-135m -t blk.0.ffn_down.weight",
            ""
        })
final class IdentifyCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Option(
            names = {"-t", "--tensor"},
            paramLabel = "NAME",
            description = "A tensor to look at; may be given again (default: every matrix).")
    private List<String> tensors = List.of();

    @Parameters(paramLabel = "FILE", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() {
        try (Model opened = ModelOption.open(model)) {
            List<Identity> found = Identify.file(opened.checkpoint(), tensors, Progress.current());
            Table table = Tables.identities(found);
            if (json.asked()) {
                Json.print(Json.rows(table));
            } else {
                System.out.println(TextTable.of(table, Terminal.columns(), Integer.MAX_VALUE));
            }
        }
        return 0;
    }
}
