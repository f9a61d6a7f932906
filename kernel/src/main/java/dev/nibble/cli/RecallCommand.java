package dev.nibble.cli;

import dev.nibble.compare.Comparison;
import dev.nibble.compare.Recall;
import dev.nibble.core.Progress;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import dev.nibble.plot.Charts;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How well a model finds again what it read long ago. */
@Command(
        name = "recall",
        description = {
            "How well does a model find a phrase again that it read long ago, before and after quantization?",
            "",
            "  nibble recall smollm2-135m --recipe int3:g32,int4:g32 --distances 16,64,256",
            ""
        })
final class RecallCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private PictureOption picture;

    @Option(
            names = {"-r", "--recipe"},
            required = true,
            split = ",",
            paramLabel = "RECIPE",
            description = "The format of the weights, such as int3:g32; several with commas between them.")
    private List<String> recipes;

    @Option(
            names = "--distances",
            split = ",",
            paramLabel = "N",
            description = "Tokens from the first reading of the phrase to the second, with commas between them"
                    + " (default: 16,32,64,128,256).")
    private List<Integer> distances = List.of(16, 32, 64, 128, 256);

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "" + Recall.SAMPLES,
            description = "Samples at each distance (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The same seed draws the same samples (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() throws Exception {
        picture.check();
        try (Model opened = ModelOption.open(model)) {
            LanguageModel base = opened.language();
            String note = Comparison.note(opened);
            List<Recall> recalls = new ArrayList<>();
            for (String recipe : recipes) {
                recalls.add(Recall.of(base, base.in(recipe), distances, samples, seed, Progress.current()));
            }
            Recall[] all = recalls.toArray(Recall[]::new);
            if (json.asked()) {
                Json.print(recalls.stream().map(recall -> facts(recall, note)).toList());
            } else {
                System.out.println(TextTable.of(Tables.recall(all), Terminal.columns(), Integer.MAX_VALUE));
                System.out.printf(
                        Locale.ROOT,
                        "Mean probability of the last %d of a phrase's %d random tokens; %,d samples at each distance,"
                                + " seed %d. ± is one standard error.%n",
                        Recall.SCORED,
                        Recall.PHRASE,
                        samples,
                        seed);
                if (!note.isEmpty()) {
                    System.out.println(note);
                }
                recalls.forEach(recall -> System.out.println(recall.other() + ": " + recall.verdict()));
            }
            picture.write(Charts.recall(all));
        }
        return 0;
    }

    private Map<String, Object> facts(Recall recall, String note) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("base", recall.base());
        facts.put("other", recall.other());
        facts.put("samples", recall.samples());
        facts.put("seed", seed);
        facts.put("phrase", Recall.PHRASE);
        facts.put("scored", Recall.SCORED);
        facts.put("note", note);
        facts.put("points", recall.points());
        return facts;
    }
}
