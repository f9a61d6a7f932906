package dev.nibble.cli;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.PartLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The number formats. */
@Command(
        name = "formats",
        description = {
            "List the number formats with their recipes and bits per weight, or say all about one recipe.",
            "",
            "  nibble formats int4:g128",
            ""
        })
final class FormatsCommand implements Callable<Integer> {
    /** Rows and columns of the matrix whose bits are counted. */
    private static final int SIDE = 4096;

    @Mixin
    private JsonOption json;

    @Parameters(
            arity = "0..1",
            paramLabel = "RECIPE",
            description = "For example int4:g128, or the long form w=int4:g128;head=q6_k.")
    private String recipe;

    @Override
    public Integer call() {
        if (recipe != null) {
            if (recipe.indexOf('=') >= 0 || recipe.indexOf(';') >= 0) {
                describe(Formats.model(recipe));
            } else {
                describe(Formats.parse(recipe));
            }
            return 0;
        }
        var rows = new ArrayList<Map<String, Object>>();
        for (Registry.Entry<Format> entry : Formats.all()) {
            var row = new LinkedHashMap<String, Object>();
            row.put("name", entry.name());
            row.put("summary", entry.summary());
            row.put("options", entry.options());
            row.put("examples", entry.examples());
            // formats that only read, or that want an importance matrix, have no example, but bits
            List<String> shown = entry.examples().isEmpty() ? List.of(entry.name()) : entry.examples();
            row.put("bits_per_weight", bits(shown));
            rows.add(row);
            if (!json.asked()) {
                System.out.println(entry.name() + "  " + entry.summary());
                String bits = bits(shown).entrySet().stream()
                        .map(e -> e.getKey() + " " + number(e.getValue()))
                        .collect(Collectors.joining(", "));
                System.out.println("    bits:     " + bits);
                if (!entry.options().isEmpty()) {
                    System.out.println("    options:  " + String.join(", ", entry.options()));
                }
            }
        }
        if (json.asked()) {
            Json.print(rows);
        }
        return 0;
    }

    /** Bits per weight of each recipe in a matrix of {@value #SIDE} by {@value #SIDE}, scales and padding included. */
    private static Map<String, Double> bits(List<String> recipes) {
        var bits = new LinkedHashMap<String, Double>();
        recipes.forEach(recipe -> bits.put(recipe, bits(Formats.parse(recipe))));
        return bits;
    }

    private static double bits(Format format) {
        long bytes =
                format.layout(SIDE, SIDE).stream().mapToLong(PartLayout::bytes).sum();
        return 8.0 * bytes / ((double) SIDE * SIDE);
    }

    private static String number(double bits) {
        return String.format(Locale.ROOT, "%.4f", bits).replaceAll("\\.?0+$", "");
    }

    /** The long form: what each part of a model gets. */
    private void describe(ModelRecipe model) {
        var rows = new ArrayList<Map<String, Object>>();
        for (ModelRecipe.Entry entry : model.entries()) {
            var row = new LinkedHashMap<String, Object>();
            row.put("part", entry.part());
            row.put("recipe", entry.recipe().toString());
            Format format = entry.keeps() ? null : Formats.of(entry.recipe());
            row.put("bits_per_weight", format == null ? null : bits(format));
            row.put("description", format == null ? "kept as it is" : format.description());
            rows.add(row);
            if (!json.asked()) {
                System.out.println(entry + (format == null ? "" : "  " + number(bits(format)) + " bits per weight"));
                System.out.println("    " + row.get("description"));
            }
        }
        if (json.asked()) {
            Json.print(rows);
        } else {
            System.out.println("Whatever no entry speaks of is kept as it is.");
        }
    }

    private void describe(Format format) {
        List<PartLayout> parts = format.layout(SIDE, SIDE);
        if (json.asked()) {
            var facts = new LinkedHashMap<String, Object>();
            facts.put("recipe", format.recipe().toString());
            facts.put("canonical", format.canonical().toString());
            facts.put("description", format.description());
            facts.put("specials", format.specials());
            facts.put("bits_per_weight", bits(format));
            facts.put("importance", format.takesImportance());
            facts.put("parts", parts.stream().map(FormatsCommand::facts).toList());
            Json.print(facts);
            return;
        }
        System.out.println(format.recipe() + " = " + format.canonical());
        System.out.println(format.description());
        System.out.println(format.specials());
        System.out.printf(
                Locale.ROOT, "%s bits per weight in a matrix of %,d by %,d:%n", number(bits(format)), SIDE, SIDE);
        for (PartLayout part : parts) {
            System.out.printf(
                    Locale.ROOT,
                    "  %s: %s (%s)%n",
                    part.name(),
                    part.encoding(),
                    part.whole() ? part.bytes() + " bytes in all" : number(8.0 * part.bytes() / SIDE / SIDE) + " bits");
        }
        if (format.takesImportance()) {
            System.out.println("takes an importance matrix");
        }
    }

    private static Map<String, Object> facts(PartLayout part) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("name", part.name());
        facts.put("encoding", part.encoding());
        facts.put("whole", part.whole());
        facts.put("bits_per_weight", 8.0 * part.bytes() / SIDE / SIDE);
        return facts;
    }
}
