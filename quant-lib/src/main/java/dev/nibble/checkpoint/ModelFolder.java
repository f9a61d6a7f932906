package dev.nibble.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the model in a folder and opens it. In this order, as transformers looks for it: {@code model.safetensors}, the
 * shards that {@code model.safetensors.index.json} names, the only safetensors file or the only whole set of shards, the
 * only GGUF model.
 */
final class ModelFolder {
    private static final String SINGLE = "model.safetensors";
    /** {@code model-00001-of-00003.safetensors}. */
    private static final Pattern SHARD = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.safetensors");

    private static final int MOST_FILES = 1 << 16;
    private static final int MOST_NOTES = 20;
    private static final int MOST_NAMED = 8;

    private final Path folder;
    private final List<String> names;
    private final List<String> notes = new ArrayList<>();

    private ModelFolder(Path folder, List<String> names) {
        this.folder = folder;
        this.names = names;
    }

    /**
     * Opens the model of a folder.
     *
     * @throws CheckpointException if there is none, or more than one, or it is damaged
     */
    static Checkpoint open(Path folder) {
        List<String> names;
        String last = String.valueOf(folder.getFileName());
        if (last.isEmpty() || last.equals(".") || last.equals("..")) { // messages want its name
            return open(folder.toAbsolutePath().normalize());
        }
        try (var files = Files.list(folder)) {
            names = files.limit(MOST_FILES)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (AccessDeniedException e) {
            throw new CheckpointException(folder + " can not be read: permission denied", e);
        } catch (IOException | UncheckedIOException e) {
            throw new CheckpointException(folder + " can not be read: " + e.getMessage(), e);
        }
        return new ModelFolder(folder, names).open();
    }

    /**
     * Opens the shards that an index names.
     *
     * @throws CheckpointException if a shard is missing or does not hold what the index says
     */
    static Checkpoint openIndex(Path index) {
        Path folder = index.toAbsolutePath().getParent();
        return new ModelFolder(folder, List.of()).indexed(index, index);
    }

    private Checkpoint open() {
        List<String> safetensors = ending(".safetensors");
        List<String> indices = ending(ShardIndex.SUFFIX);
        List<String> gguf = ending(".gguf");
        if (!gguf.isEmpty() && !(safetensors.isEmpty() && indices.isEmpty())) {
            notes.add("the folder also has GGUF files, which are opened by their own names: " + some(gguf));
        }
        if (names.contains(SINGLE)) {
            if (names.contains(ShardIndex.FILE)) {
                notes.add(SINGLE + " is there, and " + ShardIndex.FILE + " too: the first was opened");
            }
            return safetensors(List.of(SINGLE));
        }
        if (names.contains(ShardIndex.FILE) || (indices.size() == 1 && safetensors.size() != 1)) {
            String index = names.contains(ShardIndex.FILE) ? ShardIndex.FILE : indices.getFirst();
            return indexed(folder.resolve(index), folder);
        }
        if (!safetensors.isEmpty()) {
            return safetensors(onlyModel(safetensors));
        }
        if (!gguf.isEmpty()) {
            return gguf(gguf);
        }
        List<String> pickles = names.stream().filter(Pickles::isOne).toList();
        throw new CheckpointException(
                pickles.isEmpty()
                        ? folder + " is a folder without a model: expected " + SINGLE + ", " + ShardIndex.FILE
                                + " with its shards, or a .gguf file"
                        : folder + " holds its weights only as " + some(pickles) + ", each " + Pickles.REFUSAL);
    }

    private List<String> ending(String suffix) {
        return names.stream().filter(n -> lower(n).endsWith(suffix)).toList();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String some(List<String> names) {
        return names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : "");
    }

    /** The one file, or the one whole set of shards, among files without an index. */
    private List<String> onlyModel(List<String> files) {
        Map<String, List<String>> models = new TreeMap<>();
        for (String file : files) {
            Matcher shard = SHARD.matcher(lower(file));
            models.computeIfAbsent(
                            shard.matches() ? shard.group(1) + " of " + shard.group(3) : file, k -> new ArrayList<>())
                    .add(file);
        }
        if (models.size() > 1) {
            throw new CheckpointException(folder + " holds several safetensors files and no " + ShardIndex.FILE
                    + " that says how they belong together: open one of them by its name: " + some(files));
        }
        Matcher shard = SHARD.matcher(lower(files.getFirst()));
        if (shard.matches()) {
            int count = Integer.parseInt(shard.group(3));
            if (files.size() != count) {
                throw new CheckpointException(folder + " holds " + files.size() + " of " + count + " shards, and no "
                        + ShardIndex.FILE + ": fetch it again");
            }
            notes.add("there is no " + ShardIndex.FILE + ": the " + count + " shards were told by their names");
        }
        return files;
    }

    private Checkpoint safetensors(List<String> files) {
        return assembled(folder, files.stream().map(folder::resolve).toList(), null);
    }

    /** @param called what messages call the model */
    private Checkpoint indexed(Path file, Path called) {
        ShardIndex index = ShardIndex.read(file);
        List<Path> shards = index.shards().stream().map(folder::resolve).toList();
        List<String> missing = shards.stream()
                .filter(shard -> !Files.isRegularFile(shard))
                .map(shard -> shard.getFileName().toString())
                .toList();
        if (!missing.isEmpty()) {
            throw new CheckpointException(file + " names " + shards.size() + " shards, of which " + missing.size()
                    + " can not be found beside it: " + some(missing) + ": fetch them again");
        }
        return assembled(called, shards, index);
    }

    /** @param index null if there is none */
    private Checkpoint assembled(Path called, List<Path> files, ShardIndex index) {
        List<MappedCheckpoint> parts = new ArrayList<>();
        try {
            for (Path file : files) {
                MappedCheckpoint part = Checkpoints.openFile(file);
                parts.add(part);
                if (!part.kind().equals(Safetensors.KIND)) {
                    throw new CheckpointException(file + " is " + part.kind() + " under a name of safetensors");
                }
            }
            if (index != null) {
                compare(index, parts);
            }
            return new FolderCheckpoint(called, folder, parts, merged(parts), notes);
        } catch (RuntimeException e) {
            parts.forEach(MappedCheckpoint::close);
            throw e;
        }
    }

    /** Every tensor must lie where the index says. */
    private void compare(ShardIndex index, List<MappedCheckpoint> parts) {
        Map<String, String> where = new LinkedHashMap<>();
        List<String> unnamed = new ArrayList<>();
        for (MappedCheckpoint part : parts) {
            String file = part.path().getFileName().toString();
            part.tensors().forEach(tensor -> {
                where.putIfAbsent(tensor.name(), file);
                if (!index.files().containsKey(tensor.name())) {
                    unnamed.add(tensor.name());
                }
            });
        }
        index.files().forEach((tensor, file) -> {
            String found = where.get(tensor);
            if (!file.equals(found)) {
                throw new CheckpointException(index.path() + " says that tensor \"" + tensor + "\" is in " + file
                        + ", but " + (found == null ? "it is in none of the shards" : "it is in " + found)
                        + ": index and shards are not of one model; fetch them again");
            }
        });
        unnamed.stream()
                .limit(MOST_NOTES)
                .forEach(tensor -> notes.add("tensor \"" + tensor + "\" is in a shard, but not in the index"));
    }

    /** What the shards say about themselves; of what they disagree on, the first. */
    private Map<String, Object> merged(List<MappedCheckpoint> parts) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (MappedCheckpoint part : parts) {
            part.metadata().forEach((key, value) -> {
                Object other = all.putIfAbsent(key, value);
                if (other != null && !other.equals(value)) {
                    if (key.equals(PartsManifest.KEY)) {
                        throw new CheckpointException(folder + ": the shards have different \"" + key
                                + "\", which says how weights are stored: open them one by one");
                    }
                    if (notes.size() < MOST_NOTES) {
                        notes.add("the shards disagree on \"" + key + "\" of their metadata: the first counts");
                    }
                }
            });
        }
        return all;
    }

    private Checkpoint gguf(List<String> files) {
        List<String> firsts =
                files.stream().filter(f -> SplitGguf.isFirstOrAlone(f, files)).toList();
        if (firsts.size() > 1) {
            throw new CheckpointException(
                    folder + " holds " + firsts.size() + " GGUF models: open one of them by its name: " + some(firsts));
        }
        return Checkpoints.open(folder.resolve(
                Optional.of(firsts).filter(f -> !f.isEmpty()).orElse(files).getFirst()));
    }
}
