package dev.nibble.checkpoint;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.ErrorStatistics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Writes a model file again with its weights in other formats: GGUF if the new file's name says so, safetensors
 * otherwise. Every matrix that the recipe speaks of is encoded; what it does not speak of, and what the format does not
 * take, is copied, and the report says why. All is streamed, and the new file is there when it is complete or not at
 * all.
 */
public final class FileQuantizer {
    private final Weights weights;
    private final Path out;
    private final Options options;
    private final boolean gguf;
    private final TensorLayout layout;
    private final List<Plan> plans = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

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

    /** What is done with one weight: {@code format} null means that it is copied, or decoded to float32. */
    private record Plan(
            Weight weight,
            Format format,
            TensorLayout layout,
            List<NewTensor> tensors,
            boolean importance,
            String note) {}

    private FileQuantizer(Weights weights, Path out, Options options) {
        this.weights = weights;
        this.out = out;
        this.options = options;
        this.gguf = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT).endsWith(".gguf");
        this.layout = gguf ? OneTensorLayout.gguf() : options.layout().layout();
    }

    /**
     * Decides what becomes of every weight, and checks everything that can be known before the work.
     *
     * @param out ends in .gguf or .safetensors
     * @throws CheckpointException if the file can not be written
     * @throws IllegalArgumentException if the recipe means nothing for such a file
     */
    public static FileQuantizer plan(Checkpoint in, Path out, Options options) {
        String name = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT);
        if (!name.endsWith(".gguf") && !name.endsWith(".safetensors")) {
            throw new IllegalArgumentException(out + ": the name of the new file must end in .gguf or .safetensors");
        }
        CheckpointWriter.check(out, options.replace(), inputs(in, options));
        var quantizer = new FileQuantizer(Weights.of(in), out, options);
        quantizer.plan();
        return quantizer;
    }

    private static List<Path> inputs(Checkpoint in, Options options) {
        return options.importance() == null
                ? List.of(in.path())
                : List.of(in.path(), options.importance().path());
    }

    private void plan() {
        Map<Recipe, Format> formats = new LinkedHashMap<>();
        for (ModelRecipe.Entry entry : options.recipe().entries()) {
            if (!entry.recipe().toString().equals(ModelRecipe.KEEP)) {
                Format format = formats.computeIfAbsent(entry.recipe(), Formats::of);
                requireStorable(format);
            }
        }
        for (Weight weight : weights.all()) {
            plans.add(plan(weight, formats));
        }
        if (plans.stream().noneMatch(p -> p.format() != null)) {
            String example = plans.isEmpty()
                    ? ""
                    : "; " + plans.getFirst().weight().name() + ": "
                            + plans.getFirst().note();
            throw new IllegalArgumentException(weights.checkpoint().path().getFileName()
                    + ": no weight would be quantized by " + options.recipe() + example);
        }
        warnAboutImportance();
        if (gguf && GgufEntry.of(weights.checkpoint()).isEmpty()) {
            warnings.add(weights.checkpoint().path().getFileName()
                    + " says nothing about a model as GGUF does: the new file holds its tensors under their own names,"
                    + " and programs that want to run it will miss the rest");
        }
    }

    /** A format that no weight could be stored in is a mistake in the command, not a property of a weight. */
    private void requireStorable(Format format) {
        if (gguf && OneTensorLayout.gguf().type(format).isEmpty()) {
            throw new IllegalArgumentException(format.recipe() + " is no type of GGUF; write it to a .safetensors file."
                    + " GGUF has: " + StoredTypes.recipes(type -> GgufTypes.id(type) >= 0));
        }
    }

    private Plan plan(Weight weight, Map<Recipe, Format> formats) {
        if (!options.scope().test(weight.name())) {
            return keep(weight, "not in scope");
        }
        int dimensions = weight.shape().length;
        Optional<Recipe> recipe = options.recipe().ofTensor(weight.name(), dimensions);
        if (recipe.isEmpty()) {
            ModelRecipe.Part part = ModelRecipe.Part.ofTensor(weight.name(), dimensions);
            return keep(weight, part == ModelRecipe.Part.WEIGHTS ? "kept" : "kept: part \"" + part.word() + "\"");
        }
        if (dimensions != 2) {
            return keep(weight, "kept: " + dimensions + " dimensions, not a matrix");
        }
        if (weight.count() == 0 || weight.cols() > Integer.MAX_VALUE - 8) {
            return keep(weight, weight.count() == 0 ? "kept: no values" : "kept: rows too long");
        }
        if (weight.format().isEmpty()
                && !Decoders.isReal(weight.tensors().getFirst().type())) {
            return keep(weight, "kept: " + weight.stored() + " is not a type of weights");
        }
        Format format = formats.get(recipe.get());
        try {
            TensorLayout how = layout(format);
            int cols = (int) weight.cols();
            List<NewTensor> tensors = how.tensors(weight.name(), format, weight.rows(), cols);
            boolean knows = format.takesImportance()
                    && options.importance() != null
                    && options.importance().has(weight.name());
            String note =
                    format.takesImportance() && options.importance() != null && !knows ? "no importance known" : "";
            return new Plan(weight, format, how, tensors, knows, note);
        } catch (IllegalArgumentException doesNotFit) {
            return keep(weight, "kept: " + doesNotFit.getMessage());
        }
    }

    private TensorLayout layout(Format format) {
        var one = OneTensorLayout.safetensors();
        return !gguf && one.type(format).isPresent() ? one : layout;
    }

    /** Copies a weight as it is, or as float32 where the new file has no such type. */
    private Plan keep(Weight weight, String why) {
        List<NewTensor> same = new ArrayList<>();
        for (var tensor : weight.tensors()) {
            boolean has = gguf ? GgufTypes.id(tensor.type()) >= 0 : SafetensorsWriter.has(tensor.type());
            if (!has || (gguf && weight.tensors().size() > 1)) {
                String note = why + "; stored as F32, for the new file has no " + tensor.type();
                return new Plan(
                        weight,
                        null,
                        null,
                        List.of(new NewTensor(weight.name(), DType.F32, weight.shape())),
                        false,
                        note);
            }
            same.add(new NewTensor(tensor.name(), tensor.type(), tensor.shape()));
        }
        return new Plan(weight, null, null, same, false, why);
    }

    private void warnAboutImportance() {
        if (options.importance() == null) {
            return;
        }
        String file = String.valueOf(options.importance().path().getFileName());
        List<String> names = weights.all().stream().map(Weight::name).toList();
        Set<String> known = Set.copyOf(names);
        List<String> unknown = options.importance().names().stream()
                .filter(n -> !known.contains(n))
                .toList();
        if (unknown.size() == options.importance().names().size()) {
            throw new IllegalArgumentException(file + ": none of its " + unknown.size() + " names is a weight of "
                    + weights.checkpoint().path().getFileName() + ": it knows \"" + unknown.getFirst()
                    + "\", the model has \"" + names.getFirst()
                    + "\"; an importance file goes with the GGUF file of the"
                    + " same model");
        }
        if (!unknown.isEmpty()) {
            warnings.add(
                    file + ": " + unknown.size() + " names match no weight, such as \"" + unknown.getFirst() + "\"");
        }
        if (plans.stream().noneMatch(Plan::importance)) {
            warnings.add(file + " is not used: no weight that is quantized has importance in it, or takes any");
        }
    }

    /** What a person should know before or after the work, one sentence each. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Bytes that the new file will have. */
    public long size() {
        return head().size();
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
        List<Line> lines = new ArrayList<>();
        long total = plans.stream().mapToLong(p -> p.weight().count()).sum();
        try (CheckpointWriter writer = CheckpointWriter.create(out, head(), options.replace(), inputs(in, options));
                Progress.Task task = progress.task("quantize " + in.path().getFileName(), total, "weights")) {
            for (Plan plan : plans) {
                lines.add(run(plan, writer, progress));
                task.step(plan.weight().count());
            }
            writer.finish();
        }
        return lines;
    }

    private Line run(Plan plan, CheckpointWriter writer, Progress progress) {
        Weight weight = plan.weight();
        ErrorStatistics error = null;
        String note = plan.note();
        String to = plan.tensors().getFirst().type().name();
        if (plan.format() != null) {
            to = plan.format().recipe().toString();
            String[] of = {""};
            Importance importance = plan.importance() ? importance(weight) : null;
            error = TensorEncoder.encode(weight, plan.format(), importance, progress, piece -> {
                plan.layout().write(weight.name(), piece.quantized(), piece.firstRow(), weight.rows(), writer::tensor);
                of[0] = piece.quantized().note();
            });
            note = of[0].isEmpty() || note.isEmpty() ? note + of[0] : note + "; " + of[0];
        } else if (isSame(weight, plan.tensors())) {
            weight.tensors().forEach(t -> TensorCopy.copy(weights.checkpoint(), t, writer.tensor(t.name()), progress));
            to = weight.stored();
        } else {
            TensorCopy.decode(weight, writer.tensor(weight.name()), progress);
        }
        long bytes = plan.tensors().stream().mapToLong(NewTensor::bytes).sum();
        return new Line(weight.name(), weight.shape(), weight.stored(), to, bytes, error, note);
    }

    private Importance importance(Weight weight) {
        Importance importance = options.importance().of(weight.name()).orElseThrow();
        importance.requireColumns(weight.name(), (int) weight.cols());
        return importance;
    }

    private static boolean isSame(Weight weight, List<NewTensor> tensors) {
        return weight.tensors().size() == tensors.size()
                && weight.tensors().getFirst().type() == tensors.getFirst().type();
    }

    private CheckpointWriter.Head head() {
        List<NewTensor> tensors =
                plans.stream().flatMap(p -> p.tensors().stream()).toList();
        return gguf ? GgufWriter.head(entries(), tensors) : SafetensorsWriter.head(metadata(), tensors);
    }

    /** The keys that were there, and as llama-quantize does, version and kind of the quantization at the end. */
    private List<GgufEntry> entries() {
        List<String> renewed = List.of(
                "general.quantization_version", "general.file_type", "split.no", "split.count", "split.tensors.count");
        List<GgufEntry> entries = new ArrayList<>();
        for (GgufEntry entry : GgufEntry.of(weights.checkpoint())) {
            if (!renewed.contains(entry.key())) {
                entries.add(entry);
            }
        }
        entries.add(GgufEntry.u32("general.quantization_version", 2));
        entries.add(GgufEntry.u32("general.file_type", GgufTypes.fileType(mostBytes())));
        if (options.importance() != null) {
            entries.add(GgufEntry.text(
                    "quantize.imatrix.file",
                    String.valueOf(options.importance().path().getFileName())));
            entries.add(GgufEntry.u32(
                    "quantize.imatrix.entries_count",
                    options.importance().names().size()));
        }
        return entries;
    }

    /** The type that most encoded values have. */
    private DType mostBytes() {
        Map<DType, Long> counts = new LinkedHashMap<>();
        for (Plan plan : plans) {
            if (plan.format() != null) {
                counts.merge(plan.tensors().getFirst().type(), plan.weight().count(), Long::sum);
            }
        }
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        weights.checkpoint().metadata().forEach((key, value) -> {
            boolean ours = key.equals(PartsManifest.KEY);
            if (!ours && weights.checkpoint().kind().equals(Safetensors.KIND)) {
                metadata.put(key, String.valueOf(value));
            }
        });
        metadata.put("nibble.recipe", options.recipe().toString());
        Map<String, PartsManifest.Entry> parts = new LinkedHashMap<>();
        for (Plan plan : plans) {
            if (plan.layout() instanceof PartsLayout) {
                parts.put(
                        plan.weight().name(),
                        new PartsManifest.Entry(
                                plan.format().canonical().toString(),
                                plan.weight().shape()));
            } else if (plan.format() == null
                    && plan.weight() instanceof PartsWeight kept
                    && plan.tensors().size() > 1) {
                parts.put(
                        kept.name(),
                        new PartsManifest.Entry(
                                kept.format().orElseThrow().canonical().toString(), kept.shape()));
            }
        }
        if (!parts.isEmpty()) {
            metadata.put(PartsManifest.KEY, PartsManifest.write(parts));
        }
        return metadata;
    }
}
