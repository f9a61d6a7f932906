package dev.nibble.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What planning needs to know of a model: its weights by shape, what a token adds to the cache, and how wide its
 * activations are. No weights are read.
 *
 * @param name what tables call it
 * @param family {@code model_type}, or GGUF's architecture; empty if only a number of parameters is known
 * @param weights all of them
 * @param cache what a token adds, by kind of layer; empty if that is not known
 * @param hidden numbers of a position between layers; 0 if not known
 * @param widest most numbers of a position that live at one time inside a layer, those between layers included; 0 if not
 *     known
 * @param vocabulary number of logits; 0 if not known
 * @param contextLength most positions that the model was made for; 0 if not known
 * @param notes what was assumed
 */
public record ModelShape(
        String name,
        String family,
        List<WeightShape> weights,
        List<Cache> cache,
        int hidden,
        long widest,
        int vocabulary,
        int contextLength,
        List<String> notes) {

    private static final long LARGEST_CONFIG = 1 << 24;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Layers whose cache grows alike.
     *
     * @param layers number of them
     * @param numbers that a token adds in each
     * @param window positions that are kept; 0 for all
     */
    public record Cache(int layers, int numbers, int window) {}

    public ModelShape {
        Objects.requireNonNull(name, "name");
        weights = List.copyOf(weights);
        cache = List.copyOf(cache);
        notes = List.copyOf(notes);
        if (weights.isEmpty()) {
            throw new IllegalArgumentException(name + " has no weights");
        }
    }

    /**
     * The shape that a config.json describes, in its old or its nested form.
     *
     * @param name what tables call it
     * @param config what the file says
     * @throws IllegalArgumentException if something is missing or impossible; the message names the key
     */
    public static ModelShape of(String name, Map<String, ?> config) {
        return new ConfigShapes(name, config).shape();
    }

    /**
     * The shape that a config.json file describes.
     *
     * @throws CheckpointException if it can not be read, or is no JSON object
     * @throws IllegalArgumentException as {@link #of(String, Map)}
     */
    public static ModelShape read(Path config) {
        Path folder = config.toAbsolutePath().normalize().getParent();
        Path called = folder == null || folder.getFileName() == null ? config : folder;
        return read(String.valueOf(called.getFileName()), config);
    }

    /** The same under a name of its own. */
    public static ModelShape read(String name, Path config) {
        try {
            if (Files.size(config) > LARGEST_CONFIG) {
                throw new CheckpointException(config + " is larger than any config.json of a model");
            }
            Map<String, Object> values = JSON.readValue(Files.readAllBytes(config), new TypeReference<>() {});
            if (values == null) {
                throw new CheckpointException(config + " is no JSON object, as a model's config.json is");
            }
            return of(name, values);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(config + " is no JSON object: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(
                    config + " can not be read: " + (Files.exists(config) ? e.getMessage() : "there is no such file"),
                    e);
        }
    }

    /**
     * The shape of a model that is open: its weights as its file has them, the rest by its metadata, or by the
     * config.json beside it.
     *
     * @throws CheckpointException if there is neither
     */
    public static ModelShape of(Model model) {
        Map<String, ?> metadata = model.checkpoint().metadata();
        boolean gguf = metadata.get("general.architecture") instanceof String;
        ModelShape said = gguf ? GgufShapes.of(model.name(), metadata) : read(config(model));
        List<WeightShape> weights = new ArrayList<>();
        List<Weight> all = Weights.of(model.checkpoint()).all();
        boolean head = all.stream().anyMatch(w -> isHead(w.name()));
        for (Weight weight : all) {
            if (weight.count() > 0) {
                weights.add(stored(weight, said, head));
            }
        }
        return new ModelShape(
                model.name(),
                said.family,
                weights,
                said.cache,
                said.hidden,
                said.widest,
                said.vocabulary,
                said.contextLength,
                said.notes);
    }

    private static Path config(Model model) {
        Path path = model.checkpoint().path().toAbsolutePath();
        return Files.isDirectory(path) ? path.resolve("config.json") : path.resolveSibling("config.json");
    }

    private static boolean isHead(String name) {
        return name.equals("output.weight") || name.endsWith("lm_head.weight");
    }

    /** Experts lie in one tensor of three dimensions in GGUF files, and in tensors of their own elsewhere. */
    private static WeightShape stored(Weight weight, ModelShape said, boolean head) {
        long[] shape = weight.shape();
        int copies = shape.length == 3 && weight.name().contains("exps") ? Math.toIntExact(shape[0]) : 1;
        int cols = Math.toIntExact(shape[shape.length - 1]);
        long rows = weight.count() / cols / copies;
        boolean lookup = weight.name().contains("embed") && !weight.name().contains("norm");
        lookup |= weight.name().startsWith("token_embd.") || weight.name().matches("(.*\\.)?wte\\.weight");
        return new WeightShape(
                weight.name(),
                shape.length,
                rows,
                cols,
                copies,
                copies == 1 ? 1 : said.expertsPerToken(copies),
                lookup && head,
                8.0 * weight.bytes() / weight.count());
    }

    private int expertsPerToken(int experts) {
        return weights.stream()
                .filter(w -> w.copies() == experts)
                .mapToInt(WeightShape::active)
                .findFirst()
                .orElse(experts);
    }

    /**
     * A model of which nothing is known but its size: weights can be planned, a cache can not.
     *
     * @param parameters number of values, 1 to 10^15
     */
    public static ModelShape ofParameters(String name, double parameters) {
        if (!(parameters >= 1 && parameters <= 1e15)) {
            throw new IllegalArgumentException(parameters + " parameters: expected 1 to 10^15");
        }
        int cols = parameters < 4096 ? 1 : 4096;
        long rows = Math.max(1, Math.round(parameters / cols));
        return new ModelShape(
                name,
                "",
                List.of(new WeightShape("weights.weight", 2, rows, cols, 1, 1, false, 16)),
                List.of(),
                0,
                0,
                0,
                0,
                List.of("only a number of parameters is known: no cache, no activations; all weights are taken to be"
                        + " linears in rows of " + cols));
    }

    /** Number of values in all weights. */
    public long parameters() {
        return weights.stream().mapToLong(WeightShape::count).sum();
    }

    /** Number of values that a token is computed with: of experts, those that it uses; of an embedding, none. */
    public long activeParameters() {
        return weights.stream()
                .mapToLong(w -> w.lookup() ? 0 : w.count() / w.copies() * w.active())
                .sum();
    }

    /** Numbers that a context of so many tokens keeps in the cache. */
    public long cacheNumbers(long context) {
        return cache.stream()
                .mapToLong(c ->
                        c.layers() * (long) c.numbers() * (c.window() == 0 ? context : Math.min(context, c.window())))
                .sum();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %,d parameters in %,d weights", name, parameters(), weights.size());
    }
}
