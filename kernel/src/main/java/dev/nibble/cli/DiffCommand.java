package dev.nibble.cli;

import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Progress;
import dev.nibble.explain.Diff;
import dev.nibble.explain.Difference;
import dev.nibble.format.Format;
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
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tech.tablesaw.api.Table;

/** Why two files, or two recipes, hold different codes. */
@Command(
        name = "diff",
        description = {
            "Compare two files, or two recipes on the weights of a model, code by code, and trace every code that differs"
                    + " to its cause: tie rule, multiplying by 1/s or dividing by s, a rounded scale, the range, a zero point"
                    + " off by one, a search. Shows what each cause adds to the error, and examples.",
            "",
            "  nibble diff ours.gguf theirs.gguf --original model.safetensors",
            "  nibble diff q4_k theirs.gguf --original model.safetensors",
            "  nibble diff \"w=q4_k;*.ffn_down.weight=q6_k\" theirs.gguf --original model.gguf",
            "  nibble diff int4:ct:g32 int4:torchao:g32 --on smollm2-135m -t blk.0.ffn_down.weight",
            ""
        })
final class DiffCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Parameters(index = "0", paramLabel = "A", description = "A quantized file, or a recipe, such as int4:g128.")
    private String a;

    @Parameters(
            index = "1",
            paramLabel = "B",
            description = "Another file or recipe. A recipe against a file takes --original.")
    private String b;

    @Option(names = "--on", paramLabel = "MODEL", description = "For recipes, the weights: " + ModelOption.WORDS)
    private String model;

    @Option(
            names = "--original",
            paramLabel = "FILE",
            description =
                    "The weights that files were made from. Without them codes, scales and zero points of two files are"
                            + " compared, but nothing can be said of rules and errors.")
    private String original;

    @Option(
            names = {"-t", "--tensor"},
            paramLabel = "NAME",
            description = "A tensor to compare; may be given again (default: for files every"
                    + " matrix that both have, for recipes one matrix of every kind).")
    private List<String> tensors = List.of();

    @Override
    int work() {
        boolean recipes = isRecipe(a) && isRecipe(b);
        if (model != null && !recipes) {
            String wrong = isRecipe(a) ? b : a;
            throw new ParameterException(spec().commandLine(), "--on takes recipes, and \"" + wrong + "\" is none");
        }
        boolean mixed = isRecipe(a) != isRecipe(b);
        if (mixed && original == null) {
            throw new ParameterException(
                    spec().commandLine(),
                    "a recipe and a file are compared by what the recipe makes of the weights that the file was made"
                            + " from: add --original FILE (or, if \"" + (isRecipe(a) ? b : a)
                            + "\" was meant to be a recipe: it is none)");
        }
        if (model == null && recipes) {
            throw new ParameterException(spec().commandLine(), "two recipes need weights to compare: add --on MODEL");
        }
        List<Difference> differences = recipes ? recipes() : mixed ? recipeAndFile() : files();
        if (json.asked()) {
            Json.print(differences.stream().map(DiffCommand::facts).toList());
        } else {
            List<Difference> kept = tensors.isEmpty()
                    ? differences.stream().filter(DiffCommand::isEqualPlain).toList()
                    : List.of();
            differences.stream().filter(d -> !kept.contains(d)).forEach(DiffCommand::print);
            if (!kept.isEmpty()) {
                System.out.println(kept.size() + (kept.size() == 1 ? " matrix" : " matrices")
                        + " of plain numbers, equal in both: "
                        + kept.stream().map(Difference::tensor).collect(Collectors.joining(", ")));
            }
        }
        return 0;
    }

    private static boolean isEqualPlain(Difference d) {
        return isByValue(d) && d.differing() == 0;
    }

    private static boolean isByValue(Difference d) {
        return d.note().startsWith(Diff.BY_VALUE_NOTE);
    }

    private List<Difference> recipeAndFile() {
        String recipe = isRecipe(a) ? a : b;
        try (Model file = ModelOption.open(isRecipe(a) ? b : a);
                Model source = ModelOption.open(original)) {
            List<Difference> differences = Diff.recipeAndFile(
                    recipe,
                    Weights.of(file.checkpoint()),
                    Weights.of(source.checkpoint()),
                    tensors,
                    Progress.current());
            if (differences.isEmpty()) {
                throw new WorkFailed((isRecipe(a) ? b : a) + " holds no quantized matrix"
                        + (recipe.contains("=") ? " that " + recipe + " speaks of" : ""));
            }
            return differences;
        }
    }

    private List<Difference> recipes() {
        var differences = new ArrayList<Difference>();
        try (Model opened = ModelOption.open(model)) {
            List<String> names = tensors.isEmpty()
                    ? Model.oneMatrixOfEveryKind(opened.checkpoint()).stream()
                            .map(t -> t.name())
                            .toList()
                    : tensors;
            for (String name : names) {
                Optional<Format> first = Diff.formatOf(a, name);
                Optional<Format> second = Diff.formatOf(b, name);
                if (first.isPresent() && second.isPresent()) {
                    differences.add(Diff.recipes(
                            opened.weight(name),
                            first.get().recipe().toString(),
                            second.get().recipe().toString(),
                            Progress.current()));
                }
            }
            if (differences.isEmpty()) {
                throw new WorkFailed(
                        "no matrix is quantized by both " + a + " and " + b + ": " + String.join(", ", names));
            }
        }
        return differences;
    }

    private List<Difference> files() {
        try (Model first = ModelOption.open(a);
                Model second = ModelOption.open(b);
                Model source = original == null ? null : ModelOption.open(original)) {
            List<Difference> differences = Diff.files(
                    Weights.of(first.checkpoint()),
                    Weights.of(second.checkpoint()),
                    source == null ? null : Weights.of(source.checkpoint()),
                    tensors,
                    Progress.current());
            if (differences.isEmpty()) {
                throw new WorkFailed(a + " and " + b + " have no matrix of one name and shape in common");
            }
            return differences;
        }
    }

    private static boolean isRecipe(String text) {
        try {
            Formats.model(text);
            return true;
        } catch (IllegalArgumentException notOne) {
            return false;
        }
    }

    private static void print(Difference d) {
        System.out.println(String.format(
                Locale.ROOT,
                "%s: %,d of %,d %s differ",
                d.tensor(),
                d.differing(),
                d.weights(),
                isByValue(d) ? "values" : "codes"));
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
