package dev.nibble.compare;

import dev.nibble.compare.Plan.Download;
import dev.nibble.compare.Plan.Fit;
import dev.nibble.compare.Plan.Part;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Recipe;
import dev.nibble.core.Vocabulary;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.PartLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Plans memory, speed and cost of a model from its shape. Nothing is measured and nothing is tuned: weights are the bytes
 * that formats store, the cache is what attention keeps, activations are what lives inside the widest layer, and the
 * speed is the memory's.
 *
 * <pre>
 *   Planner.of(KnownShapes.named("llama-3.1-70b")).in("w=int4:g128;kv=fp8:e4m3").context(32768).plan()
 * </pre>
 *
 * @param shape of the model
 * @param recipe what its parts are stored in; null to keep them
 * @param context positions of each sequence
 * @param batch sequences at a time
 * @param chunk tokens of prompts that are read at a time
 * @param share of a card's memory that the engine uses
 * @param pricePerHour of one card, in any currency; empty if it is not known
 */
public record Planner(
        ModelShape shape,
        ModelRecipe recipe,
        int context,
        int batch,
        int chunk,
        double share,
        OptionalDouble pricePerHour) {
    /** More cards than this are not planned. */
    public static final int MOST_CARDS = 4096;

    /** vLLM's default of {@code gpu_memory_utilization}. */
    public static final double VLLM_SHARE = 0.9;

    /** vLLM's default of {@code max_num_batched_tokens} where it reads prompts in chunks. */
    public static final int VLLM_CHUNK = 2048;

    /** Bytes of an activation: engines compute in fp16 or bf16. */
    private static final int ACTIVATION = 2;

    /** Bytes of a logit: engines sample in float32. */
    private static final int LOGIT = 4;

    private static final int MOST = 1 << 28;
    private static final List<Double> LINES = List.of(50.0, 100.0, 1000.0);

    public Planner {
        if (context < 0 || context > MOST || batch < 1 || batch > MOST || chunk < 1 || chunk > MOST) {
            throw new IllegalArgumentException("a context of " + context + " positions, " + batch
                    + " sequences and chunks of " + chunk + " tokens: expected positive numbers up to " + MOST);
        }
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("a share of " + share + " of the memory: expected up to 1");
        }
        if (pricePerHour.isPresent() && !(pricePerHour.getAsDouble() >= 0)) {
            throw new IllegalArgumentException("a price of " + pricePerHour.getAsDouble() + " an hour");
        }
    }

    /** One sequence of 8192 positions, or as many as the model was made for, with weights as they come. */
    public static Planner of(ModelShape shape) {
        int context = shape.contextLength() == 0 ? 0 : Math.min(8192, shape.contextLength());
        return new Planner(shape, null, context, 1, VLLM_CHUNK, VLLM_SHARE, OptionalDouble.empty());
    }

    /** With parts in a recipe, short or long; an empty one keeps all. */
    public Planner in(@Vocabulary.Of("model-recipe") String text) {
        ModelRecipe parsed = text.isBlank() ? null : Formats.model(text);
        return new Planner(shape, parsed, context, batch, chunk, share, pricePerHour);
    }

    /** With so many positions in each sequence. */
    public Planner context(int positions) {
        return new Planner(shape, recipe, positions, batch, chunk, share, pricePerHour);
    }

    /** With so many sequences at a time. */
    public Planner batch(int sequences) {
        return new Planner(shape, recipe, context, sequences, chunk, share, pricePerHour);
    }

    /** With an engine that uses this share of a card's memory. */
    public Planner share(double used) {
        return new Planner(shape, recipe, context, batch, chunk, used, pricePerHour);
    }

    /** With a price of one card for an hour. */
    public Planner price(double perHour) {
        return new Planner(shape, recipe, context, batch, chunk, share, OptionalDouble.of(perHour));
    }

    /** The plan for every card of the table. */
    public Plan plan() {
        return plan(Accelerator.all());
    }

    /**
     * The plan for some cards.
     *
     * @throws IllegalArgumentException if a format of the recipe does not exist
     */
    public Plan plan(List<Accelerator> cards) {
        List<String> notes = new ArrayList<>(shape.notes());
        Weights weights = weights(notes);
        long cache = cacheBytes(context, notes) * batch;
        if (shape.contextLength() > 0 && context > shape.contextLength()) {
            notes.add(String.format(
                    Locale.ROOT, "the model was made for %,d positions, not %,d", shape.contextLength(), context));
        }
        long activations = activationBytes();
        long bytes = weights.bytes + cache + activations;
        List<Fit> fits = cards.stream()
                .map(card -> fit(card, bytes, weights.read(batch) + cache))
                .toList();
        List<Download> downloads = LINES.stream()
                .map(line -> new Download(line, weights.bytes * 8.0 / (line * 1e6)))
                .toList();
        return new Plan(
                shape.name(),
                recipe == null ? "" : recipe.toString(),
                context,
                batch,
                weights.parts(),
                weights.bytes,
                weights.quantized,
                8.0 * weights.bytes / shape.parameters(),
                cache,
                context == 0 ? 0 : cacheBytes(1, new ArrayList<>()),
                activations,
                share,
                fits,
                downloads,
                notes,
                Advice.of(this, bytes, fits));
    }

    /** Bytes of weights, by part, and how many of them a step reads. */
    private static final class Weights {
        private final Map<String, long[]> byPart = new LinkedHashMap<>();
        private final List<Map.Entry<WeightShape, Long>> all = new ArrayList<>();
        private long bytes;
        private long quantized;

        void add(WeightShape weight, long its, boolean isQuantized) {
            long[] part = byPart.computeIfAbsent(
                    ModelRecipe.Part.ofTensor(weight.name(), weight.dimensions())
                            .word(),
                    p -> new long[2]);
            part[0] += weight.count();
            part[1] += its;
            all.add(Map.entry(weight, its));
            bytes += its;
            quantized += isQuantized ? its : 0;
        }

        List<Part> parts() {
            return byPart.entrySet().stream()
                    .map(e -> new Part(e.getKey(), e.getValue()[0], e.getValue()[1]))
                    .toList();
        }

        double read(int batch) {
            double read = 0;
            for (Map.Entry<WeightShape, Long> e : all) {
                read += e.getKey().read(batch) * e.getValue();
            }
            return read;
        }
    }

    private Weights weights(List<String> notes) {
        var weights = new Weights();
        Map<List<Object>, Optional<Long>> known = new HashMap<>(); // layers are alike
        for (WeightShape weight : shape.weights()) {
            Optional<Recipe> its =
                    recipe == null ? Optional.empty() : recipe.ofTensor(weight.name(), weight.dimensions());
            Optional<Long> stored = its.flatMap(r ->
                    known.computeIfAbsent(List.of(r, weight.rows(), weight.cols()), k -> stored(r, weight, notes)));
            long bytes = stored.map(b -> b * weight.copies())
                    .orElseGet(() -> (long) Math.ceil(weight.count() * weight.bits() / 8));
            weights.add(weight, bytes, stored.isPresent());
        }
        return weights;
    }

    /** Bytes of one copy; empty, with a note, where the format does not take such rows. */
    private static Optional<Long> stored(Recipe recipe, WeightShape weight, List<String> notes) {
        Format format = Formats.of(recipe);
        try {
            return Optional.of(bytes(format, weight.rows(), weight.cols()));
        } catch (IllegalArgumentException e) {
            notes.add("kept, as " + recipe + " does not take rows of " + weight.cols() + ": " + weight.name()
                    + " and those like it");
            return Optional.empty();
        }
    }

    private static long bytes(Format format, long rows, int cols) {
        return format.layout(rows, cols).stream().mapToLong(PartLayout::bytes).sum();
    }

    /** Of one sequence; 2 bytes a number unless the recipe says what the cache is in. */
    private long cacheBytes(int positions, List<String> notes) {
        Optional<Recipe> its = recipe == null ? Optional.empty() : recipe.of(ModelRecipe.Part.CACHE);
        long bytes = 0;
        for (ModelShape.Cache kind : shape.cache()) {
            long kept = kind.window() == 0 ? positions : Math.min(positions, kind.window());
            long one = 2L * kept * kind.numbers();
            if (its.isPresent() && kept > 0) {
                try {
                    one = bytes(Formats.of(its.get()), kept, kind.numbers());
                } catch (IllegalArgumentException e) {
                    notes.add("the cache is kept, as " + its.get() + " does not take rows of " + kind.numbers());
                }
            }
            bytes = Math.addExact(bytes, Math.multiplyExact(one, kind.layers()));
        }
        return bytes;
    }

    private long activationBytes() {
        long tokens = Math.min(chunk, Math.max(batch, (long) batch * context));
        return tokens * shape.widest() * ACTIVATION + (long) batch * shape.vocabulary() * LOGIT;
    }

    private Fit fit(Accelerator card, long bytes, double read) {
        double room = card.memoryBytes() * share;
        int needed = bytes / room > MOST_CARDS ? 0 : (int) Math.max(1, Math.ceil(bytes / room));
        int cards = together(needed);
        double rate = cards == 0 ? 0 : batch * cards * card.bandwidth() * 1e9 / read;
        Recipe linears = linears();
        return new Fit(
                card,
                needed,
                cards,
                rate,
                cards == 0 ? Double.NaN : card.watts() * cards / rate,
                pricePerHour.isPresent() && cards > 0
                        ? OptionalDouble.of(pricePerHour.getAsDouble() * cards / 3600 / rate * 1e6)
                        : OptionalDouble.empty(),
                isNative(linears, card),
                Engine.reading(layouts(linears), card).stream()
                        .map(Engine::name)
                        .toList());
    }

    /** Cards that work on one model: 1, 2, 4, 8, then nodes of 8. */
    static int together(int needed) {
        int cards = needed <= 0 ? 0 : 1;
        while (cards > 0 && cards < needed && cards < 8) {
            cards *= 2;
        }
        return needed > 8 ? (needed + 7) / 8 * 8 : cards;
    }

    /** The same with the linears in another recipe, or kept if it is empty. */
    Planner linears(String text) {
        List<ModelRecipe.Entry> entries = new ArrayList<>();
        if (!text.isEmpty()) {
            entries.addAll(ModelRecipe.parse(text).entries());
        }
        if (recipe != null) {
            recipe.entries().stream()
                    .filter(e -> !e.part().equals(ModelRecipe.Part.WEIGHTS.word()))
                    .forEach(entries::add);
        }
        ModelRecipe other = entries.isEmpty() ? null : new ModelRecipe(entries);
        return new Planner(shape, other, context, batch, chunk, share, pricePerHour);
    }

    /** What the linears are in; null if they are kept. */
    Recipe linears() {
        return recipe == null ? null : recipe.of(ModelRecipe.Part.WEIGHTS).orElse(null);
    }

    private List<String> layouts(Recipe linears) {
        boolean gguf = shape.weights().stream().anyMatch(w -> w.name().startsWith("blk."));
        return linears == null && gguf ? List.of("gguf") : Engine.layouts(linears);
    }

    /** Whether activations are quantized as well, so that products are of narrow numbers. */
    boolean quantizesActivations() {
        return recipe != null && recipe.of(ModelRecipe.Part.ACTIVATIONS).isPresent();
    }

    static boolean isNative(Recipe recipe, Accelerator card) {
        return recipe == null || card.formats().contains(recipe.name());
    }
}
