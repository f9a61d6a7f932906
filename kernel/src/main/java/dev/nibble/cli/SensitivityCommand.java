package dev.nibble.cli;

import dev.nibble.compare.Sensitivity;
import dev.nibble.compare.SensitivityResult;
import dev.nibble.core.Live;
import dev.nibble.core.Progress;
import dev.nibble.model.Model;
import dev.nibble.plot.Charts;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which weights of a model can not bear a format. */
@Command(
        name = "sensitivity",
        description = {
            "Quantize one linear of a model at a time, and all together: where does it hurt, and do the effects add up?"
                    + " Rows are kept, so a run that was stopped goes on where it was.",
            "",
            "  nibble sensitivity smollm2-135m --recipe int3:g32 -o where.png",
            ""
        })
final class SensitivityCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private PassageOption passage;

    @Mixin
    private PictureOption picture;

    @Option(
            names = {"-r", "--recipe"},
            required = true,
            paramLabel = "RECIPE",
            description = "The format of the linear that is quantized, such as int3:g32.")
    private String recipe;

    @Option(names = "--fresh", description = "Compute every row anew.")
    private boolean fresh;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() throws Exception {
        picture.check();
        try (Model opened = ModelOption.open(model)) {
            Sensitivity sensitivity = Sensitivity.of(opened)
                    .on(passage.data())
                    .by(passage.protocol(), passage.windows())
                    .in(recipe);
            if (fresh) {
                sensitivity.fresh();
            }
            SensitivityResult result = sensitivity.run(Progress.current(), Live.NONE);
            if (json.asked()) {
                Json.print(facts(result));
            } else {
                System.out.println(TextTable.of(Tables.sensitivityMap(result), Terminal.columns(), Integer.MAX_VALUE));
                System.out.printf(
                        Locale.ROOT,
                        "%s; %,d tokens scored. ± is one standard error.%n",
                        result.protocol(),
                        result.tokens());
                if (!result.note().isEmpty()) {
                    System.out.println(result.note());
                }
                System.out.println(result.verdict());
            }
            picture.write(Charts.sensitivity(result));
        }
        return 0;
    }

    private static Map<String, Object> facts(SensitivityResult result) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("model", result.model());
        facts.put("modelHash", result.modelHash());
        facts.put("recipe", result.recipe());
        facts.put("data", result.data());
        facts.put("dataHash", result.dataHash());
        facts.put("protocol", result.protocol());
        facts.put("tokens", result.tokens());
        facts.put("note", result.note());
        facts.put("linears", result.linears());
        facts.put("sumOfKl", result.sumOfKl());
        facts.put("sumOfLogRatios", result.sumOfLogRatios());
        facts.put("all", result.all().orElse(null));
        facts.put("rows", result.rows());
        facts.put("verdict", result.verdict());
        return facts;
    }
}
