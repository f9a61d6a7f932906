package dev.nibble.checkpoint;

import dev.nibble.checkpoint.QuantizePlanner.Plan;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.Importance;
import dev.nibble.tensor.ErrorStatistics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Writes a model file again with its weights in other formats: GGUF if the new file's name says so, safetensors
 * otherwise. Every matrix that the recipe speaks of is encoded; what it does not speak of, and what the format does not
 * take, is copied, and the report says why. All is streamed, and the new file is there when it is complete or not at
 * all.
 */
public final class FileQuantizer {
    /** Bits per weight below which a tensor is not worth a word. */
    private static final double LEAST_BITS = 0.001;

    private final Weights weights;
    private final Path out;
    private final Options options;
    private final boolean gguf;
    private final List<Plan> plans;
    private final List<String> warnings = new ArrayList<>();
    private Optional<LoaderConfig> loaderConfig = Optional.empty();
    private Optional<String> noLoaderConfig = Optional.empty();

    /**
     * What to do.
     *
     * @param recipe which weights get which format
     * @param layout how quantized weights lie in a safetensors file
     * @param importance weights the error of formats that take it; null for none
     * @param scope which weights may be touched at all, by their name
     * @param replace whether a file that is there already may be replaced
     */
    public record Options(
            ModelRecipe recipe,
            SafetensorsLayout layout,
            ImportanceFile importance,
            Predicate<String> scope,
            boolean replace) {
        public Options {
            Objects.requireNonNull(recipe, "recipe");
            Objects.requireNonNull(layout, "layout");
            Objects.requireNonNull(scope, "scope");
        }

        /** All weights in our own layout, nothing replaced. */
        public static Options of(ModelRecipe recipe) {
            return new Options(recipe, SafetensorsLayout.PARTS, null, name -> true, false);
        }
    }

    /**
     * What became of one weight.
     *
     * @param shape outermost first
     * @param from how it was stored
     * @param to how it is stored now
     * @param bytes stored now
     * @param error of what the new bytes decode to; null if it was copied
     * @param note why it was kept, or what there is to know
     */
    public record Line(
            String name, long[] shape, String from, String to, long bytes, ErrorStatistics error, String note) {
        /** Whether it was encoded anew. */
        public boolean isEncoded() {
            return error != null;
        }
    }

    private FileQuantizer(Weights weights, Path out, Options options) {
        this.weights = weights;
        this.out = out;
        this.options = options;
        this.gguf = lowerName(out).endsWith(".gguf");
        var planner = new QuantizePlanner(options, gguf);
        this.plans = weights.all().stream().map(planner::plan).toList();
        requireWork();
        new QuantizedHead(weights.checkpoint(), options, plans).make(gguf); // what can not be written shows now
        warnAboutImportance();
        warnAboutUnusedEntries();
        if (!gguf && options.layout() != SafetensorsLayout.PARTS) {
            tellLoaders();
        }
        if (gguf && GgufEntry.of(weights.checkpoint()).isEmpty()) {
            warnings.add(fileName() + " says nothing about a model as GGUF does: the new file holds its tensors under"
                    + " their own names, and programs that want to run it will miss the rest");
        }
    }

    /**
     * Decides what becomes of every weight, and checks everything that can be known before the work.
     *
     * @param out ends in .gguf or .safetensors
     * @throws CheckpointException if the file can not be written
     * @throws IllegalArgumentException if the recipe means nothing for such a file, or for all of its weights
     */
    public static FileQuantizer plan(Checkpoint in, Path out, Options options) {
        if (!lowerName(out).endsWith(".gguf") && !lowerName(out).endsWith(".safetensors")) {
            throw new IllegalArgumentException(out + ": the name of the new file must end in .gguf or .safetensors");
        }
        CheckpointWriter.check(out, options.replace(), inputs(in, options));
        return new FileQuantizer(Weights.of(in), out, options);
    }

    private static String lowerName(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    }

    private static List<Path> inputs(Checkpoint in, Options options) {
        List<Path> inputs = new ArrayList<>(in.files());
        if (options.importance() != null) {
            inputs.add(options.importance().path());
        }
        return inputs;
    }

    private String fileName() {
        return String.valueOf(weights.checkpoint().path().getFileName());
    }

    /** A file without a single weight to encode is not what was asked for; the most common reason says why. */
    private void requireWork() {
        if (plans.stream().anyMatch(Plan::isEncoded)) {
            return;
        }
        String example = plans.stream()
                .filter(p -> p.weight().shape().length >= 2)
                .min(Comparator.comparing(p -> p.note().startsWith("kept: part"))) // what does not fit goes first
                .map(p -> "; \"" + p.weight().name() + "\" is " + p.note().replaceFirst("^kept$", "kept by the recipe"))
                .orElse("; it has no matrix");
        throw new IllegalArgumentException(
                fileName() + ": no weight would be quantized by " + options.recipe() + example);
    }

    /** The layouts of other software: what its loaders want to know besides the file, and what the bits are made of. */
    private void tellLoaders() {
        try {
            loaderConfig = LoaderConfig.of(options.layout(), plans);
        } catch (IllegalArgumentException noWords) {
            noLoaderConfig = Optional.of(noWords.getMessage());
            warnings.add(noWords.getMessage());
        }
        if (options.layout() == SafetensorsLayout.HQQ && loaderConfig.isPresent()) {
            warnings.add(
                    "weights of the layout hqq are read by hqq itself (HQQLinear.load_state_dict); transformers 5.23"
                            + " reads none, and loads such a file without an error as a model of random weights");
        }
        Map<String, Long> bytes = new LinkedHashMap<>();
        long count = 0;
        for (Plan plan : plans) {
            if (plan.isEncoded() && !(plan.layout() instanceof OneTensorLayout)) {
                count += plan.weight().count();
                String name = plan.weight().name();
                int base = name.endsWith("." + LayoutNames.WEIGHT)
                        ? LayoutNames.base(name).length()
                        : 0;
                plan.tensors().forEach(t -> bytes.merge(t.name().substring(base), t.bytes(), Long::sum));
            }
        }
        double weights = count;
        if (count > 0) {
            warnings.add("bits per weight count all tensors of the layout "
                    + options.layout().word() + ": "
                    + bytes.entrySet().stream()
                            .filter(e -> 8.0 * e.getValue() / weights >= LEAST_BITS)
                            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                            .map(e -> e.getKey() + String.format(Locale.ROOT, " %.4g", 8.0 * e.getValue() / weights))
                            .collect(Collectors.joining(", ")));
        }
    }

    /**
     * The quantization_config for loaders of the layout; empty for our own layout, for GGUF, and where such a config has
     * no words for what was asked.
     */
    public Optional<LoaderConfig> loaderConfig() {
        return loaderConfig;
    }

    /** Why such a config has no words for what was asked; empty if it has, or if no loader wants one. */
    public Optional<String> noLoaderConfig() {
        return noLoaderConfig;
    }

    /** Parts that no file has, and names that match nothing. */
    private void warnAboutUnusedEntries() {
        for (ModelRecipe.Entry entry : options.recipe().entries()) {
            Optional<ModelRecipe.Part> part = ModelRecipe.Part.of(entry.part());
            if (part.isEmpty()) {
                if (weights.all().stream().noneMatch(w -> ModelRecipe.matches(entry.part(), w.name()))) {
                    warnings.add(entry + " matches no weight of " + fileName());
                }
            } else if (QuantizePlanner.isForRunning(entry)) {
                warnings.add(entry + " is for running the model: a file holds weights, so it changes nothing in it");
            }
        }
    }

    private void warnAboutImportance() {
        if (options.importance() == null) {
            return;
        }
        String file = String.valueOf(options.importance().path().getFileName());
        Set<String> known = weights.all().stream().map(Weight::name).collect(Collectors.toSet());
        List<String> unknown = options.importance().names().stream()
                .filter(n -> !known.contains(n))
                .toList();
        if (unknown.size() == options.importance().names().size()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: none of its %,d names is a weight of %s: it knows \"%s\", the model has \"%s\"; an importance"
                            + " file goes with the GGUF file of the same model",
                    file,
                    unknown.size(),
                    fileName(),
                    unknown.getFirst(),
                    weights.all().getFirst().name()));
        }
        if (!unknown.isEmpty()) {
            warnings.add(file + ": " + unknown.size() + " of its names match no weight, such as \"" + unknown.getFirst()
                    + "\"");
        }
        if (plans.stream().noneMatch(Plan::importance)) {
            warnings.add(file + " is not used: no weight that is quantized takes importance, or has any in it");
        }
    }

    /** What a person should know before or after the work, one sentence each. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /**
     * Does the work.
     *
     * @return what became of each weight, in the order of the file that was read
     * @throws IllegalArgumentException if a weight can not be quantized: not finite, say
     * @throws CheckpointException if a file can not be read or written
     * @throws dev.nibble.core.Cancelled if a stop was asked for; then nothing is left behind
     */
    public List<Line> run(Progress progress) {
        Checkpoint in = weights.checkpoint();
        CheckpointWriter.Head head = new QuantizedHead(in, options, plans).make(gguf);
        List<Line> lines = new ArrayList<>();
        long total = plans.stream().mapToLong(p -> p.weight().count()).sum();
        try (CheckpointWriter writer = CheckpointWriter.create(out, head, options.replace(), inputs(in, options));
                Progress.Task task = progress.task("quantize " + fileName(), total, "weights")) {
            for (Plan plan : plans) {
                if (plan.isEncoded()) {
                    lines.add(tryEncode(plan, writer, progress, task));
                } else {
                    lines.add(keep(plan, writer, progress));
                    task.step(plan.weight().count());
                }
            }
            writer.finish();
        }
        return lines;
    }

    private Line tryEncode(Plan plan, CheckpointWriter writer, Progress progress, Progress.Task all) {
        try {
            return encode(plan, writer, progress, all);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    fileName() + ": " + e.getMessage() + "; to leave this weight as it is, add \";"
                            + plan.weight().name() + "=" + ModelRecipe.KEEP + "\" to the recipe",
                    e);
        }
    }

    private Line encode(Plan plan, CheckpointWriter writer, Progress progress, Progress.Task all) {
        Weight weight = plan.weight();
        List<Importance> importance = plan.importance()
                ? options.importance().of(weight.name(), (int) weight.cols(), QuantizePlanner.matrices(weight))
                : List.of();
        String[] of = {""};
        ErrorStatistics error =
                TensorEncoder.encode(weight, plan.format(), plan.layout(), importance, progress, piece -> {
                    plan.layout()
                            .write(weight.name(), piece.quantized(), piece.firstRow(), weight.rows(), writer::tensor);
                    of[0] = piece.quantized().note();
                    all.step((long) piece.quantized().rows() * piece.quantized().cols());
                });
        String note = of[0].isEmpty() || plan.note().isEmpty() ? plan.note() + of[0] : plan.note() + "; " + of[0];
        return line(plan, plan.format().recipe().toString(), error, note);
    }

    private Line keep(Plan plan, CheckpointWriter writer, Progress progress) {
        Weight weight = plan.weight();
        NewTensor first = plan.tensors().getFirst();
        if (first.type() == weight.tensors().getFirst().type()
                && plan.tensors().size() == weight.tensors().size()) {
            weight.tensors().forEach(t -> TensorCopy.copy(weights.checkpoint(), t, writer.tensor(t.name()), progress));
            return line(plan, weight.stored(), null, plan.note());
        }
        TensorCopy.decode(weight, writer.tensor(weight.name()), progress);
        return line(plan, first.type().name(), null, plan.note());
    }

    private static Line line(Plan plan, String to, ErrorStatistics error, String note) {
        Weight weight = plan.weight();
        long bytes = plan.tensors().stream().mapToLong(NewTensor::bytes).sum();
        return new Line(weight.name(), weight.shape(), weight.stored(), to, bytes, error, note);
    }
}
