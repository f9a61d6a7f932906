package dev.nibble.cli;

import dev.nibble.checkpoint.FileQuantizer;
import dev.nibble.checkpoint.ImportanceFile;
import dev.nibble.checkpoint.LoaderConfig;
import dev.nibble.checkpoint.SafetensorsLayout;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.model.Model;
import dev.nibble.plot.Numbers;
import dev.nibble.tensor.ErrorStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** A model file in other formats. */
@Command(
        name = "quantize",
        description = {
            "Write a model file again with its weights in another number format, and say what that costs.",
            "",
            "  nibble quantize model.gguf -r q4_k -o model-q4_k.gguf --imatrix imatrix.gguf",
            "  nibble quantize model.safetensors -r \"w=int4:g128;head=int8\" -o small.safetensors",
            "",
            "A recipe alone means the linear layers: embeddings, the output head, norms and biases are kept, unless the"
                    + " long form names them (embed=, head=, norm=, or the name of a tensor). What the format does not take"
                    + " is kept too; the table says why. The new file is there when it is complete, or not at all.",
            ""
        })
final class QuantizeCommand extends LaboratoryCommand {
    /** Characters of a quantization_config that are shown. */
    private static final int LONGEST_CONFIG = 600;

    @Mixin
    private JsonOption json;

    @Option(
            names = {"-r", "--recipe"},
            required = true,
            paramLabel = "RECIPE",
            converter = ModelRecipeConverter.class,
            description = "A number format such as q4_k, int4:g128 or nf4:b64, or the long form for parts of a model."
                    + " nibble formats lists them.")
    private ModelRecipe recipe;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = "The new file: .gguf for GGUF types, .safetensors for everything.")
    private Path output;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            defaultValue = "parts",
            converter = LayoutConverter.class,
            description = "How quantized weights lie in a safetensors file: ${COMPLETION-CANDIDATES} (default: parts,"
                    + " which is NAME.codes, NAME.scales, NAME.zeros).",
            completionCandidates = LayoutConverter.Words.class)
    private SafetensorsLayout layout;

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            description =
                    "The model's config.json, for a --layout of other software: written again beside OUT, with the"
                            + " quantization_config that transformers and vLLM read (of hqq, hqq alone).")
    private Path config;

    @Option(
            names = "--imatrix",
            paramLabel = "FILE",
            description = "An importance file of llama.cpp, GGUF or the older .dat, for formats that take one.")
    private Path importance;

    @Option(
            names = "--include",
            paramLabel = "PATTERN",
            description = "Touch only weights whose name matches, with * for any characters; may be given again.")
    private List<String> include = List.of();

    @Option(
            names = "--exclude",
            paramLabel = "PATTERN",
            description = "Leave weights alone whose name matches; may be given again.")
    private List<String> exclude = List.of();

    @Option(names = "--force", description = "Replace OUT if it is there.")
    private boolean force;

    @Parameters(paramLabel = "FILE", description = ModelOption.WORDS)
    private String file;

    @Override
    boolean streams() {
        return true;
    }

    @Override
    int work() throws Exception {
        Path out = Terminal.path(output.toString());
        if (layout != SafetensorsLayout.PARTS
                && out.toString().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            throw new IllegalArgumentException("--layout " + layout.word()
                    + " is a layout of safetensors files, but a GGUF file has its own: leave --layout out, or let OUT end"
                    + " in .safetensors");
        }
        Path newConfig = out.toAbsolutePath().resolveSibling("config.json");
        if (config != null) {
            if (layout == SafetensorsLayout.PARTS) {
                throw new IllegalArgumentException(
                        "--config is for a --layout that other software loads; there is none for our own");
            }
            LoaderConfig.check(Terminal.path(config.toString()), newConfig, force);
        }
        try (Model model = ModelOption.open(file);
                ImportanceFile known =
                        importance == null ? null : ImportanceFile.open(Terminal.path(importance.toString()))) {
            var options = new FileQuantizer.Options(recipe, layout, known, scope(), force);
            FileQuantizer quantizer = FileQuantizer.plan(model.checkpoint(), out, options);
            long before = 0;
            for (Path part : model.checkpoint().files()) {
                before += Files.size(part);
            }
            if (config != null && quantizer.loaderConfig().isEmpty()) {
                throw new IllegalArgumentException(
                        quantizer.noLoaderConfig().orElseGet(() -> String.join("; ", quantizer.warnings())));
            }
            List<FileQuantizer.Line> lines = quantizer.run(Progress.current());
            if (config != null) {
                quantizer.loaderConfig().orElseThrow().write(Terminal.path(config.toString()), newConfig, force);
            }
            if (json.asked()) {
                Json.print(facts(out, before, lines, quantizer));
            } else {
                System.out.println(table(lines));
                quantizer.warnings().forEach(warning -> System.out.println("note: " + warning));
                quantizer.loaderConfig().ifPresent(loader -> System.out.println(note(loader, newConfig)));
                System.out.println(summary(out, before, lines));
            }
        }
        return 0;
    }

    private String note(LoaderConfig loader, Path newConfig) {
        if (config != null) {
            return "note: " + Terminal.shown(newConfig) + " tells loaders how the weights are stored";
        }
        String words = loader.json();
        return "note: loaders look for a quantization_config in config.json: --config MODEL/config.json writes one beside the"
                + " new file, "
                + (words.length() > LONGEST_CONFIG ? "and --json prints it" : "with " + words);
    }

    private Predicate<String> scope() {
        Predicate<String> included = include.isEmpty() ? name -> true : any(include);
        return included.and(any(exclude).negate());
    }

    private static Predicate<String> any(List<String> patterns) {
        return name -> patterns.stream().anyMatch(pattern -> ModelRecipe.matches(pattern, name));
    }

    private static String table(List<FileQuantizer.Line> lines) {
        List<List<String>> rows = new ArrayList<>();
        for (FileQuantizer.Line line : lines) {
            ErrorStatistics error = line.error();
            rows.add(List.of(
                    line.name(),
                    Arrays.toString(line.shape()),
                    line.from(),
                    line.to(),
                    bits(line),
                    error == null ? "" : number("%.2f", error.sqnrDb()),
                    error == null ? "" : number("%.3g", error.mse()),
                    error == null ? "" : number("%.3g", error.maxError()),
                    line.note()));
        }
        return Listing.of(
                List.of("weight", "shape", "from", "to", ">bits/weight", ">SQNR (dB)", ">MSE", ">max error", "note"),
                rows);
    }

    private static String bits(FileQuantizer.Line line) {
        long count = count(line);
        return count == 0 ? "" : number("%.4g", 8.0 * line.bytes() / count);
    }

    private static long count(FileQuantizer.Line line) {
        long count = 1;
        for (long n : line.shape()) {
            count *= n;
        }
        return count;
    }

    private static String number(String form, double value) {
        return value == Double.POSITIVE_INFINITY ? "exact" : String.format(Locale.ROOT, form, value);
    }

    private static String summary(Path out, long before, List<FileQuantizer.Line> lines) throws Exception {
        long encoded = lines.stream().filter(FileQuantizer.Line::isEncoded).count();
        long after = Files.size(out);
        return String.format(
                Locale.ROOT,
                "%s: %d weights quantized, %d kept; %s instead of %s",
                Terminal.shown(out),
                encoded,
                lines.size() - encoded,
                Numbers.bytes(after),
                Numbers.bytes(before));
    }

    private Map<String, Object> facts(Path out, long before, List<FileQuantizer.Line> lines, FileQuantizer quantizer)
            throws Exception {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("file", out.toString());
        facts.put("recipe", recipe.toString());
        facts.put("bytes", Files.size(out));
        facts.put("bytes_before", before);
        facts.put("warnings", quantizer.warnings());
        quantizer.loaderConfig().ifPresent(loader -> facts.put(LoaderConfig.KEY, loader.content()));
        facts.put("weights", lines.stream().map(QuantizeCommand::facts).toList());
        return facts;
    }

    private static Map<String, Object> facts(FileQuantizer.Line line) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("name", line.name());
        facts.put("shape", line.shape());
        facts.put("from", line.from());
        facts.put("to", line.to());
        facts.put("quantized", line.isEncoded());
        facts.put("bytes", line.bytes());
        facts.put("bits_per_weight", count(line) == 0 ? null : 8.0 * line.bytes() / count(line));
        if (line.isEncoded()) {
            facts.put(
                    "sqnr_db",
                    Double.isFinite(line.error().sqnrDb()) ? line.error().sqnrDb() : null);
            facts.put("mse", line.error().mse());
            facts.put("max_error", line.error().maxError());
            facts.put("cosine", line.error().cosine());
        }
        facts.put("note", line.note());
        return facts;
    }

    /** The recipe of a model, whose formats exist. */
    static final class ModelRecipeConverter implements ITypeConverter<ModelRecipe> {
        @Override
        public ModelRecipe convert(String text) {
            try {
                return Formats.model(text);
            } catch (IllegalArgumentException notOne) {
                throw new TypeConversionException(notOne.getMessage());
            }
        }
    }

    /** A layout by its word. */
    static final class LayoutConverter implements ITypeConverter<SafetensorsLayout> {
        @Override
        public SafetensorsLayout convert(String word) {
            try {
                return SafetensorsLayout.of(word);
            } catch (IllegalArgumentException notOne) {
                throw new TypeConversionException(notOne.getMessage());
            }
        }

        /** The words that there are. */
        static final class Words extends ArrayList<String> {
            Words() {
                for (SafetensorsLayout layout : SafetensorsLayout.values()) {
                    add(layout.word());
                }
            }
        }
    }
}
