package dev.nibble.model.hub;

import dev.nibble.checkpoint.Pickles;
import dev.nibble.checkpoint.ShardIndex;
import dev.nibble.core.Recipe;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which files of a repository make the model: as few as it takes. Weights are looked for in the order in which a folder
 * is opened: {@code model.safetensors}, the shards of its index, the only other safetensors file, the only GGUF model.
 *
 * @param besides what the weights are run with: config, tokenizer
 * @param weights in one file, or in shards with their index
 * @param main the file to open; empty for the folder
 */
record HubSelection(Set<String> besides, Set<String> weights, String main) {
    private static final String SINGLE = "model.safetensors";
    private static final Pattern SHARD =
            Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.(gguf|safetensors)", Pattern.CASE_INSENSITIVE);
    private static final int MOST_NAMED = 12;

    /** What says how the weights are run and how text becomes tokens. */
    private static final List<String> BESIDES = List.of(
            "config.json",
            "generation_config.json",
            "quantize_config.json",
            "quantization_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "chat_template.json",
            "vocab.json",
            "merges.txt",
            "tokenizer.model",
            "spiece.model");

    /**
     * Chooses.
     *
     * @param there the names of all files
     * @param shards asked at most once, for the shards that an index names
     * @throws HubException if there is no model that can be read, or several
     */
    static HubSelection of(HubName name, Set<String> there, Function<String, List<String>> shards) {
        if (!name.file().isEmpty()) {
            return named(name, there, shards);
        }
        Set<String> besides = besides(there, "");
        Set<String> files = new LinkedHashSet<>();
        if (there.contains(SINGLE)) {
            files.add(SINGLE);
        } else if (there.contains(ShardIndex.FILE)) {
            files.add(ShardIndex.FILE);
            addShards(name, there, shards.apply(ShardIndex.FILE), "", files);
        } else {
            List<String> safetensors = models(there, ".safetensors");
            List<String> gguf = models(there, ".gguf");
            if (safetensors.size() == 1) {
                files.addAll(parts(name, safetensors.getFirst(), there));
            } else if (safetensors.isEmpty() && gguf.size() == 1) {
                files.addAll(parts(name, gguf.getFirst(), there));
                return new HubSelection(besides, files, gguf.getFirst());
            } else {
                throw unclear(name, there, safetensors, gguf);
            }
        }
        return new HubSelection(besides, files, "");
    }

    /** All of it, the small files first. */
    Set<String> files() {
        Set<String> all = new LinkedHashSet<>(besides);
        all.addAll(weights);
        return all;
    }

    private static HubSelection named(HubName name, Set<String> there, Function<String, List<String>> shards) {
        String file = name.file();
        if (!there.contains(file)) {
            String nearest = Recipe.nearest(file, there);
            throw new HubException(name.repository() + " has no file \"" + file + "\" at " + name.revision()
                    + (nearest.isEmpty() ? "; it has " + some(there) : "; did you mean \"" + nearest + "\"?"));
        }
        String lower = file.toLowerCase(Locale.ROOT);
        String folder = file.substring(0, file.lastIndexOf('/') + 1);
        Set<String> files = new LinkedHashSet<>();
        if (lower.endsWith(".safetensors.index.json")) {
            files.add(file);
            addShards(name, there, shards.apply(file), folder, files);
        } else if (lower.endsWith(".gguf")) {
            files.addAll(parts(name, file, there));
        } else if (lower.endsWith(".safetensors")) {
            files.add(file);
        } else {
            throw new HubException(file + " of " + name.repository() + " is no model file"
                    + (Pickles.isOne(file) ? ", but " + Pickles.REFUSAL : ": name a .safetensors or .gguf file"));
        }
        return new HubSelection(besides(there, lower.endsWith(".gguf") ? "" : folder), files, file);
    }

    private static Set<String> besides(Set<String> there, String folder) {
        Set<String> files = new LinkedHashSet<>();
        BESIDES.stream().map(f -> folder + f).filter(there::contains).forEach(files::add);
        return files;
    }

    private static void addShards(
            HubName name, Set<String> there, List<String> shards, String folder, Set<String> files) {
        for (String shard : shards) {
            if (!there.contains(folder + shard)) {
                throw new HubException(name.repository() + " has an index that names " + shard
                        + ", which is not there: the model is incomplete at " + name.revision());
            }
            files.add(folder + shard);
        }
    }

    /** Files with this ending that stand for a model: of a set of parts, the first; of safetensors, at the top only. */
    private static List<String> models(Set<String> there, String suffix) {
        Set<String> seen = new TreeSet<>();
        List<String> models = new ArrayList<>();
        for (String file : new TreeSet<>(there)) {
            boolean at = suffix.equals(".gguf") || file.indexOf('/') < 0;
            if (at && file.toLowerCase(Locale.ROOT).endsWith(suffix)) {
                Matcher shard = SHARD.matcher(file);
                if (!shard.matches() || seen.add(shard.group(1) + "/" + shard.group(3))) {
                    models.add(file);
                }
            }
        }
        return models;
    }

    /** All parts of the model that a file is, or is a part of. */
    private static List<String> parts(HubName name, String file, Collection<String> there) {
        Matcher shard = SHARD.matcher(file);
        if (!shard.matches()) {
            return List.of(file);
        }
        List<String> parts = there.stream()
                .filter(other -> {
                    Matcher its = SHARD.matcher(other);
                    return its.matches()
                            && its.group(1).equals(shard.group(1))
                            && its.group(3).equals(shard.group(3))
                            && its.group(4).equals(shard.group(4));
                })
                .sorted()
                .toList();
        if (parts.size() != Integer.parseInt(shard.group(3))) {
            throw new HubException(name.repository() + " has " + parts.size() + " of the "
                    + Integer.parseInt(shard.group(3)) + " files that " + file + " is one of: the model is incomplete");
        }
        return parts;
    }

    private static HubException unclear(HubName name, Set<String> there, List<String> safetensors, List<String> gguf) {
        if (!safetensors.isEmpty() || !gguf.isEmpty()) {
            List<String> models = safetensors.isEmpty() ? gguf : safetensors;
            return new HubException(name.repository() + " has " + models.size() + " models: name one of them, as "
                    + name + "/" + models.getFirst() + "; it has " + some(models));
        }
        List<String> pickles = there.stream().filter(Pickles::isOne).sorted().toList();
        return new HubException(
                pickles.isEmpty()
                        ? name.repository() + " holds no model that can be read: no .safetensors and no .gguf file"
                        : name.repository() + " holds its weights only as " + some(pickles) + ", each "
                                + Pickles.REFUSAL);
    }

    private static String some(Collection<String> names) {
        return names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : "");
    }
}
