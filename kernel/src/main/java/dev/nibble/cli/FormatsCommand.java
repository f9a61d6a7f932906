package dev.nibble.cli;

import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The number formats. */
@Command(name = "formats", description = "List the number formats with their recipes, or say what one recipe means.")
final class FormatsCommand implements Callable<Integer> {
    @Mixin
    private JsonOption json;

    @Parameters(arity = "0..1", paramLabel = "RECIPE", description = "For example int4:g128.")
    private String recipe;

    @Override
    public Integer call() {
        if (recipe != null) {
            describe(Formats.parse(recipe));
            return 0;
        }
        var rows = new ArrayList<Map<String, Object>>();
        for (Registry.Entry<Format> entry : Formats.all()) {
            var row = new LinkedHashMap<String, Object>();
            row.put("name", entry.name());
            row.put("summary", entry.summary());
            row.put("options", entry.options());
            row.put("examples", entry.examples());
            rows.add(row);
            if (!json.asked()) {
                System.out.println(entry.name() + "  " + entry.summary());
                if (!entry.options().isEmpty()) {
                    System.out.println("    options:  " + String.join(", ", entry.options()));
                }
                System.out.println("    examples: " + String.join("  ", entry.examples()));
            }
        }
        if (json.asked()) {
            Json.print(rows);
        }
        return 0;
    }

    private void describe(Format format) {
        if (json.asked()) {
            var facts = new LinkedHashMap<String, Object>();
            facts.put("recipe", format.recipe().toString());
            facts.put("canonical", format.canonical().toString());
            facts.put("description", format.description());
            Json.print(facts);
        } else {
            System.out.println(format.recipe() + " = " + format.canonical());
            System.out.println(format.description());
        }
    }
}
