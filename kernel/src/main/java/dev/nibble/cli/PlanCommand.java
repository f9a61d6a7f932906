package dev.nibble.cli;

import dev.nibble.compare.Accelerator;
import dev.nibble.compare.KnownShapes;
import dev.nibble.compare.ModelShape;
import dev.nibble.compare.Plan;
import dev.nibble.compare.Planner;
import dev.nibble.compare.PlanningFigures;
import dev.nibble.core.Progress;
import dev.nibble.model.KnownModel;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which hardware a model needs. */
@Command(
        name = "plan",
        description = {
            "Say what a model needs to run: memory for weights, cache and activations, which cards hold it, how fast their"
                    + " memory lets it be, how long a download takes. Computed from its shape: no weights are read.",
            "",
            "  nibble plan llama-3.1-70b --recipe int4:g128 --context 32768",
            "  nibble plan smollm2-135m",
            "  nibble plan folder/config.json --recipe \"w=nvfp4;kv=fp8:e4m3\" --batch 16 --card b200",
            "  nibble plan 70B --recipe q4_k",
            "  nibble plan --figures",
            ""
        })
final class PlanCommand implements Callable<Integer> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?)([bBmM])");
    private static final int MINUTE = 60;
    private static final int HOUR = 3600;

    @Mixin
    private JsonOption json;

    @Option(
            names = {"-r", "--recipe"},
            paramLabel = "RECIPE",
            description = "What weights and cache are stored in, as int4:g128 or w=int4:g128;kv=fp8:e4m3. Without it"
                    + " they are kept as they come.")
    private String recipe = "";

    @Option(
            names = {"-c", "--context"},
            paramLabel = "TOKENS",
            description = "Positions of each sequence (default: 8192, or as many as the model was made for).")
    private Integer context;

    @Option(
            names = {"-b", "--batch"},
            paramLabel = "SEQUENCES",
            defaultValue = "1",
            description = "Sequences at a time (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--card",
            paramLabel = "NAME",
            description =
                    "Only this card, by words of its name, as \"h100 sxm\"; then the widest format that it holds is"
                            + " said too. May be given more than once.")
    private List<String> cards = List.of();

    @Option(
            names = "--share",
            paramLabel = "PART",
            description = "Part of a card's memory that the engine uses (default: 0.9, as vLLM's).")
    private double share = Planner.VLLM_SHARE;

    @Option(
            names = "--price",
            paramLabel = "AMOUNT",
            description =
                    "Price of one card for an hour; then the price of a million tokens is said, in the same money.")
    private Double price;

    @Option(
            names = "--figures",
            description =
                    "Instead: figures that articles give for planning, computed, and what explains the difference.")
    private boolean figures;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL-OR-CONFIG",
            description =
                    "A config.json or its folder; a model file; a known model; org/name of the Hugging Face hub, of which"
                            + " config.json is fetched; the shape of one that is known without its weights, as"
                            + " llama-3.1-70b; or only a size, as 70B.")
    private String model;

    @Override
    public Integer call() {
        if (figures) {
            if (json.asked()) {
                Json.print(
                        PlanningFigures.all().stream().map(PlanCommand::facts).toList());
            } else {
                PlanningFigures.all().forEach(System.out::println);
            }
            return 0;
        }
        if (model == null) {
            throw new IllegalArgumentException("which model? A config.json, a model file, a size as 70B, or one of "
                    + String.join(", ", KnownShapes.names()));
        }
        Planner planner = Planner.of(shape()).in(recipe).batch(batch).share(share);
        if (context != null) {
            planner = planner.context(context);
        }
        if (price != null) {
            planner = planner.price(price);
        }
        List<Accelerator> wanted = cards.isEmpty()
                ? Accelerator.all()
                : cards.stream().map(Accelerator::named).toList();
        Plan plan = planner.plan(wanted);
        if (json.asked()) {
            Json.print(facts(plan));
        } else {
            print(plan);
        }
        return 0;
    }

    private ModelShape shape() {
        Path path = Terminal.path(model);
        Matcher size = SIZE.matcher(model);
        if (Files.exists(path)) {
            return ofPath(path);
        }
        boolean fetched = KnownModel.named(model).isPresent() && Models.available(model);
        if (!fetched && KnownShapes.has(model)) {
            return KnownShapes.named(model);
        }
        if (size.matches()) {
            double unit = size.group(2).equalsIgnoreCase("b") ? 1e9 : 1e6;
            return ModelShape.ofParameters(model, Double.parseDouble(size.group(1)) * unit);
        }
        boolean isHub = ModelOption.hub(model).isPresent();
        if (isHub && !Models.available(model)) {
            return ModelShape.read(model, Models.config(model, Progress.current()));
        }
        if (!isHub && KnownModel.named(model).isEmpty()) {
            return KnownShapes.named(model); // says what there is
        }
        try (Model opened = ModelOption.open(model)) {
            return ModelShape.of(opened);
        }
    }

    private static ModelShape ofPath(Path path) {
        boolean hasWeights = !Files.isDirectory(path) || hasWeights(path);
        if (path.toString().endsWith(".json") && !path.toString().endsWith(".index.json")) {
            return ModelShape.read(path);
        }
        if (!hasWeights) {
            return ModelShape.read(path.resolve("config.json"));
        }
        try (Model opened = Models.open(path.toString())) {
            return ModelShape.of(opened);
        }
    }

    private static boolean hasWeights(Path folder) {
        String[] names = folder.toFile().list((in, name) -> name.endsWith(".safetensors") || name.endsWith(".gguf"));
        return names != null && names.length > 0;
    }

    private static void print(Plan plan) {
        System.out.printf(
                Locale.ROOT,
                "%s%s, %,d positions x %d%n",
                plan.model(),
                plan.recipe().isEmpty() ? ", weights as they come" : " in " + plan.recipe(),
                plan.context(),
                plan.batch());
        System.out.printf(
                Locale.ROOT,
                "  weights      %10s  %.3f bits each%s%n",
                gigabytes(plan.weightBytes()),
                plan.bitsPerWeight(),
                plan.quantizedBytes() == 0 ? "" : ", " + gigabytes(plan.quantizedBytes()) + " of them quantized");
        for (Plan.Part part : plan.parts()) {
            System.out.printf(
                    Locale.ROOT, "    %-10s %10s  %,d numbers%n", part.name(), gigabytes(part.bytes()), part.numbers());
        }
        System.out.printf(
                Locale.ROOT,
                "  cache        %10s  %,d bytes a token%n",
                gigabytes(plan.cacheBytes()),
                plan.cacheBytesPerToken());
        System.out.printf(Locale.ROOT, "  activations  %10s  an estimate%n", gigabytes(plan.activationBytes()));
        System.out.printf(
                Locale.ROOT,
                "  together     %10s  in %.0f %% of a card's memory; the rest is for the engine%n",
                gigabytes(plan.bytes()),
                100 * plan.share());
        for (Plan.Download download : plan.downloads()) {
            System.out.printf(
                    Locale.ROOT,
                    "  download     %10s  at %,.0f megabits a second%n",
                    duration(download.seconds()),
                    download.megabits());
        }
        boolean priced = plan.fits().stream().anyMatch(f -> f.costPerMillion().isPresent());
        List<List<String>> rows = new ArrayList<>();
        for (Plan.Fit fit : plan.fits()) {
            List<String> row = new ArrayList<>(List.of(
                    fit.accelerator().name(),
                    String.format(Locale.ROOT, "%.0f", fit.accelerator().memoryGiB()),
                    fit.needed() == 0 ? "too many" : String.valueOf(fit.needed()),
                    fit.cards() == 0 ? "" : String.valueOf(fit.cards()),
                    fit.cards() == 0 ? "" : number(fit.tokensPerSecond()),
                    fit.cards() == 0 ? "" : String.format(Locale.ROOT, "%.3g", fit.joulesPerToken()),
                    fit.isNative() ? "yes" : "no",
                    String.join(", ", fit.engines())));
            if (priced) {
                row.add(
                        6,
                        fit.cards() == 0
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        "%.3g",
                                        fit.costPerMillion().orElse(0)));
            }
            rows.add(row);
        }
        List<String> headers = new ArrayList<>(
                List.of("card", ">GiB", ">needed", ">take", ">tokens/s <", ">J/token ~", "native", "engines"));
        if (priced) {
            headers.add(6, ">price of 10^6");
        }
        System.out.println(Listing.of(headers, rows));
        System.out.println(
                "tokens/s: a bound by the memory's peak, for all sequences together; J/token: an estimate from"
                        + " board power at that rate; native: its matrix units multiply such numbers, if activations are in them"
                        + " too");
        plan.notes().forEach(note -> System.out.println("note: " + note));
        plan.recommendation().forEach(System.out::println);
    }

    private static String gigabytes(long bytes) {
        return bytes < 1e9
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%,.2f GB", bytes / 1e9);
    }

    private static String number(double value) {
        return value < 100 ? String.format(Locale.ROOT, "%.1f", value) : String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String duration(double seconds) {
        return seconds < 2 * MINUTE
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : seconds < 2 * HOUR
                        ? String.format(Locale.ROOT, "%.0f min", seconds / MINUTE)
                        : String.format(Locale.ROOT, "%.1f h", seconds / HOUR);
    }

    private static Map<String, Object> facts(PlanningFigures.Figure figure) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("claim", figure.claim());
        facts.put("low", figure.low());
        facts.put("high", figure.high());
        facts.put("unit", figure.unit());
        facts.put("nominal", figure.nominal());
        facts.put("exact", Double.isFinite(figure.exact()) ? figure.exact() : null);
        facts.put("holds", figure.holds());
        facts.put("explanation", figure.explanation());
        return facts;
    }

    private static Map<String, Object> facts(Plan plan) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("model", plan.model());
        facts.put("recipe", plan.recipe());
        facts.put("context", plan.context());
        facts.put("batch", plan.batch());
        facts.put("weight_bytes", plan.weightBytes());
        facts.put("quantized_bytes", plan.quantizedBytes());
        facts.put("bits_per_weight", plan.bitsPerWeight());
        facts.put("parts", plan.parts());
        facts.put("cache_bytes", plan.cacheBytes());
        facts.put("cache_bytes_per_token", plan.cacheBytesPerToken());
        facts.put("activation_bytes_estimate", plan.activationBytes());
        facts.put("bytes", plan.bytes());
        facts.put("share_of_memory", plan.share());
        facts.put("downloads", plan.downloads());
        facts.put("cards", plan.fits().stream().map(PlanCommand::facts).toList());
        facts.put("notes", plan.notes());
        facts.put("recommendation", plan.recommendation());
        return facts;
    }

    private static Map<String, Object> facts(Plan.Fit fit) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("card", fit.accelerator().name());
        facts.put("memory_gib", fit.accelerator().memoryGiB());
        facts.put("bandwidth_gb_per_s", fit.accelerator().bandwidth());
        facts.put("source", fit.accelerator().source());
        facts.put("needed", fit.needed() == 0 ? null : fit.needed());
        facts.put("take", fit.cards() == 0 ? null : fit.cards());
        facts.put("tokens_per_second_bound", fit.cards() == 0 ? null : fit.tokensPerSecond());
        facts.put("joules_per_token_estimate", fit.cards() == 0 ? null : fit.joulesPerToken());
        facts.put(
                "price_per_million_tokens",
                fit.costPerMillion().isPresent() ? fit.costPerMillion().getAsDouble() : null);
        facts.put("native", fit.isNative());
        facts.put("engines", fit.engines());
        return facts;
    }
}
