package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.explain.Diff;
import dev.nibble.explain.Difference;
import dev.nibble.format.Formats;
import dev.nibble.model.Model;
import dev.nibble.plot.Numbers;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tech.tablesaw.api.Table;

/** Why two recipes give different codes. */
@Command(
        name = "diff",
        description = {
            "Compare two recipes on the weights of a model, code by code, and trace every code that differs to its"
                    + " cause: tie rule, multiplying by 1/s or dividing by s, a rounded scale, the range, a zero point"
                    + " off by one, a search. Shows what each cause adds to the error, and examples.",
            "",
            "  nibble diff int4:ct:g32 int4:torchao:g32 --on smollm2-135m -t blk.0.ffn_down.weight",
            ""
        })
final class DiffCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Parameters(index = "0", paramLabel = "A", description = "A recipe, such as int4:g128.")
    private String a;

    @Parameters(index = "1", paramLabel = "B", description = "Another recipe.")
    private String b;

    @Option(
            names = "--on",
            paramLabel = "MODEL",
            required = true,
            description = "A known model, such as smollm2-135m, or the path of a .gguf or .safetensors file.")
    private String model;

    @Option(
            names = {"-t", "--tensor"},
            paramLabel = "NAME",
            description = "A tensor to compare; may be given again (default: one matrix of every kind).")
    private List<String> tensors = List.of();

    @Override
    int work() {
        requireRecipe(a);
        requireRecipe(b);
        var differences = new ArrayList<Difference>();
        try (Model opened = ModelOption.open(model)) {
            List<String> names = tensors.isEmpty()
                    ? Model.oneMatrixOfEveryKind(opened.checkpoint()).stream()
                            .map(t -> t.name())
                            .toList()
                    : tensors;
            for (String name : names) {
                differences.add(Diff.recipes(opened.weight(name), a, b, Progress.current()));
            }
        }
        if (json.asked()) {
            Json.print(differences.stream().map(DiffCommand::facts).toList());
        } else {
            differences.forEach(DiffCommand::print);
        }
        return 0;
    }

    private void requireRecipe(String text) {
        try {
            Formats.parse(text);
        } catch (IllegalArgumentException notOne) {
            throw new ParameterException(spec().commandLine(), notOne.getMessage());
        }
    }

    private static void print(Difference d) {
        System.out.println(
                String.format(Locale.ROOT, "%s: %,d of %,d codes differ", d.tensor(), d.differing(), d.weights()));
        System.out.println("A  " + form(d.a(), d.ruleA(), d.sqnrA()));
        System.out.println("B  " + form(d.b(), d.ruleB(), d.sqnrB()));
        if (!d.note().isEmpty()) {
            System.out.println(d.note());
        }
        for (Table table : List.of(Tables.causes(d), Tables.examples(d))) {
            if (table.rowCount() > 0) {
                System.out.println();
                System.out.println(TextTable.of(table.setName(""), Terminal.columns(), Integer.MAX_VALUE));
            }
        }
        System.out.println();
    }

    private static String form(String name, String rule, double sqnr) {
        return name
                + (rule.isEmpty() ? "" : ": " + rule)
                + (Double.isNaN(sqnr) ? "" : "; SQNR " + Numbers.text(sqnr) + " dB");
    }

    private static Map<String, Object> facts(Difference d) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("tensor", d.tensor());
        facts.put("a", d.a());
        facts.put("b", d.b());
        facts.put("rule_a", d.ruleA());
        facts.put("rule_b", d.ruleB());
        facts.put("weights", d.weights());
        facts.put("differing", d.differing());
        facts.put("mse_a", finite(d.mseA()));
        facts.put("mse_b", finite(d.mseB()));
        facts.put("sqnr_a_db", finite(d.sqnrA()));
        facts.put("sqnr_b_db", finite(d.sqnrB()));
        facts.put("causes", Json.rows(Tables.causes(d)));
        facts.put("examples", Json.rows(Tables.examples(d)));
        facts.put("note", d.note());
        return facts;
    }

    private static Object finite(double value) {
        return Double.isFinite(value) ? (Object) value : null;
    }
}
