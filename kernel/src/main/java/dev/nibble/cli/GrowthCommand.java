package dev.nibble.cli;

import dev.nibble.compare.ErrorGrowth;
import dev.nibble.core.Progress;
import dev.nibble.metric.Evaluation;
import dev.nibble.model.Model;
import dev.nibble.plot.Charts;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How the error of quantization grows from layer to layer. */
@Command(
        name = "growth",
        description = {
            "Follow the error of the hidden states from layer to layer, with all linears quantized or those of one layer"
                    + " alone.",
            "",
            "  nibble growth smollm2-135m --recipe int3:g32,int4:g32",
            "  nibble growth smollm2-135m --recipe int3:g32 --alone 0,15,29 -o growth.png",
            ""
        })
final class GrowthCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private PassageOption passage;

    @Mixin
    private PictureOption picture;

    @Option(
            names = {"-r", "--recipe"},
            required = true,
            split = ",",
            paramLabel = "RECIPE",
            description = "The format of the linears, such as int3:g32; several with commas between them.")
    private List<String> recipes;

    @Option(
            names = "--alone",
            split = ",",
            paramLabel = "LAYER",
            description = "Also with the linears of this layer alone, from 0; several with commas between them.")
    private List<Integer> alone = List.of();

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() throws Exception {
        picture.check();
        try (Model opened = ModelOption.open(model)) {
            Evaluation evaluation = passage.evaluation(opened.tokenizer());
            List<ErrorGrowth> growths = new ArrayList<>();
            for (String recipe : recipes) {
                growths.add(ErrorGrowth.of(opened, recipe, evaluation, Progress.current()));
                for (int layer : alone) {
                    growths.add(ErrorGrowth.ofLayer(opened, recipe, layer, evaluation, Progress.current()));
                }
            }
            ErrorGrowth[] all = growths.toArray(ErrorGrowth[]::new);
            if (json.asked()) {
                Json.print(growths.stream().map(GrowthCommand::facts).toList());
            } else {
                System.out.println(TextTable.of(Tables.errorGrowth(all), Terminal.columns(), Integer.MAX_VALUE));
                System.out.println("Length of the error over the length of the hidden state, mean over positions and"
                        + " largest; " + evaluation.protocol().describe() + ".");
                if (!all[0].note().isEmpty()) {
                    System.out.println(all[0].note());
                }
                growths.forEach(System.out::println);
            }
            picture.write(Charts.errorGrowth(all));
        }
        return 0;
    }

    private static Map<String, Object> facts(ErrorGrowth growth) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("model", growth.model());
        facts.put("recipe", growth.recipe());
        facts.put("layer", growth.only().orElse(null));
        facts.put("positions", growth.positions());
        facts.put("note", growth.note());
        facts.put("steps", growth.steps());
        return facts;
    }
}
