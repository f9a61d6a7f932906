package dev.nibble.cli;

import dev.nibble.compare.ComparisonResult;
import dev.nibble.core.Live;
import dev.nibble.core.Progress;
import dev.nibble.model.Model;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Formats side by side on a model. */
@Command(
        name = "compare",
        description = {
            "Compare number formats on a model: size, perplexity, divergence, accuracy, flips. Rows are kept, so a run that"
                    + " was stopped goes on where it was.",
            "",
            "  nibble compare smollm2-135m --recipes int8,int4:g32,nf4:b64,q4_k -o table.md",
            ""
        })
final class CompareCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private ComparisonOptions options;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Also write the table to this .csv, .json or .md; may be given again.")
    private List<String> outputs = List.of();

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    Path prepare() throws Exception {
        for (String output : outputs) {
            try {
                ComparisonResult.checkWritable(Terminal.path(output));
            } catch (IllegalArgumentException otherEnding) {
                throw new ParameterException(spec().commandLine(), otherEnding.getMessage(), otherEnding);
            }
        }
        return super.prepare();
    }

    @Override
    int work() throws Exception {
        try (Model opened = ModelOption.open(model)) {
            ComparisonResult result = options.of(opened).run(Progress.current(), Live.NONE);
            outputs.forEach(output -> result.write(Terminal.path(output)));
            if (json.asked()) {
                System.out.print(result.json());
            } else {
                print(result);
                outputs.forEach(output -> System.out.println("wrote " + output));
            }
        }
        return 0;
    }

    /** The table and what there is to say of it. */
    static void print(ComparisonResult result) {
        System.out.println(TextTable.of(Tables.comparison(result), Terminal.columns(), Integer.MAX_VALUE));
        System.out.println(result.protocol() + "; " + result.tokens() + " tokens scored"
                + (result.questions() > 0 ? ", " + result.questions() + " questions" : "")
                + ". ± is one standard error.");
        if (!result.note().isEmpty()) {
            System.out.println(result.note());
        }
        System.out.println(result.verdict());
    }
}
