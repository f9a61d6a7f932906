package dev.nibble.cli;

import dev.nibble.core.Recipe;
import dev.nibble.format.Formats;
import dev.nibble.model.Model;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tech.tablesaw.api.Table;

/** The comparison of number formats on the weights of a model. */
@Command(
        name = "errors",
        description = {
            "Quantize weights of a model in several formats, and compare the errors.",
            "",
            "  nibble errors smollm2-135m -t blk.0.ffn_down.weight -r int4:g32 -r nf4:b64",
            ""
        })
final class ErrorsCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Option(
            names = {"-t", "--tensor"},
            paramLabel = "NAME",
            description = "A tensor to quantize; may be given again (default: one matrix of every kind).")
    private List<String> tensors = List.of();

    @Option(
            names = {"-r", "--recipe"},
            paramLabel = "RECIPE",
            converter = RecipeConverter.class,
            description = "A number format, such as int8, int4:g128 or nf4:b64; may be given again"
                    + " (default: the formats of the first notebook). nibble formats lists them.")
    private List<Recipe> recipes = List.of();

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() {
        List<String> asked = recipes.isEmpty()
                ? List.of("int8", "int4", "int4:sym:g128", "int4:asym:g128", "int4:sym:g32", "int4:asym:g32", "nf4:b64")
                : recipes.stream().map(Recipe::toString).toList();
        String[] names = asked.toArray(String[]::new);
        var results = new ArrayList<Map<String, Object>>();
        try (Model opened = ModelOption.open(model)) {
            if (tensors.isEmpty()) {
                Table kinds = Tables.kinds(opened.checkpoint(), names);
                results.addAll(Json.rows(kinds));
                print(kinds);
            }
            for (String tensor : tensors) {
                Table errors = Tables.errors(opened.weight(tensor), names);
                for (Map<String, Object> row : Json.rows(errors)) {
                    var whole = new LinkedHashMap<String, Object>();
                    whole.put("tensor", tensor);
                    whole.putAll(row);
                    results.add(whole);
                }
                print(errors);
            }
        }
        if (json.asked()) {
            Json.print(results);
        }
        return 0;
    }

    private void print(Table table) {
        if (!json.asked()) {
            System.out.println(TextTable.of(table, Terminal.columns(), Integer.MAX_VALUE) + "\n");
        }
    }

    /** A recipe that some format understands. */
    static final class RecipeConverter implements ITypeConverter<Recipe> {
        @Override
        public Recipe convert(String text) {
            try {
                return Formats.parse(text).recipe();
            } catch (IllegalArgumentException notOne) {
                throw new TypeConversionException(notOne.getMessage());
            }
        }
    }
}
