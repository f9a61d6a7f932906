package dev.nibble.compare;

import dev.nibble.compute.Provider;
import dev.nibble.metric.Bootstrap;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Prompts;
import dev.nibble.metric.Protocol;
import dev.nibble.model.KnownModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;

/**
 * What a comparison was made of and with: enough to run it again. {@link #machine} and the versions may differ from one
 * run to the next without changing a number; everything else may not.
 *
 * @param nibble version of this library; "not built" for classes that are not in its jar
 * @param date when it was made, ISO 8601, UTC, seconds
 * @param machine what it ran on
 * @param model its name; of a local file the file's, without folders
 * @param modelHash SHA-256 of the names, shapes, types and stored bytes of all tensors, lower-case hexadecimal
 * @param data the text first, then the questions if there are
 * @param protocol as {@link Protocol#parse} reads it
 * @param window tokens of a window
 * @param stride tokens from one window to the next
 * @param windows how many were run
 * @param tokens how many were scored
 * @param questions how many were asked; 0 for none
 * @param tokenizer identity of what cut the text
 * @param prompts how questions were put
 * @param seeds of all that is drawn, by what it is drawn for
 * @param recipes in the order that they were asked for, without the weights as stored
 * @param full whether all windows and questions were asked for
 */
public record Manifest(
        String nibble,
        String date,
        Machine machine,
        String model,
        String modelHash,
        List<DataSource> data,
        String protocol,
        int window,
        int stride,
        int windows,
        int tokens,
        int questions,
        String tokenizer,
        String prompts,
        Map<String, Long> seeds,
        List<String> recipes,
        boolean full) {
    private static final int LONGEST = 1000;
    private static final int MOST_RECIPES = 1000;

    /**
     * Where something ran. No number depends on it.
     *
     * @param java version and vendor
     * @param system name, version and architecture
     * @param processor its name, if the system tells
     * @param processors that the JVM may use
     * @param threads that loops ran on
     * @param kernels which implementation ran, and how wide its vectors were
     */
    public record Machine(String java, String system, String processor, int processors, int threads, String kernels) {
        public Machine {
            requireLine("java", java);
            requireLine("system", system);
            requireLine("processor", processor);
            requireLine("kernels", kernels);
        }

        /** This one. */
        public static Machine current() {
            return new Machine(
                    line(Runtime.version() + ", " + System.getProperty("java.vendor")),
                    line(System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                            + System.getProperty("os.arch")),
                    processorName(),
                    Runtime.getRuntime().availableProcessors(),
                    ForkJoinPool.commonPool().getParallelism() + 1,
                    line(Provider.why()));
        }

        private static String processorName() {
            try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
                return line(lines.filter(l -> l.startsWith("model name"))
                        .findFirst()
                        .map(l -> l.substring(l.indexOf(':') + 1).strip())
                        .orElse("not told"));
            } catch (IOException | UncheckedIOException notLinux) {
                return line(Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER"))
                        .orElse("not told"));
            }
        }
    }

    public Manifest {
        requireLine("nibble", nibble);
        requireLine("date", date);
        Instant.parse(date);
        requireLine("model", model);
        requireLine("protocol", protocol);
        requireLine("tokenizer", tokenizer);
        requireLine("prompts", prompts);
        if (!DataSource.SHA256.matcher(modelHash).matches()) {
            throw new IllegalArgumentException("modelHash: expected 64 hexadecimal digits");
        }
        data = List.copyOf(data);
        if (data.isEmpty()
                || data.size() > 2
                || !data.getFirst().kind().equals(DataSource.TEXT)
                || (data.size() == 2 && !data.get(1).kind().equals(DataSource.QUESTIONS))) {
            throw new IllegalArgumentException("data: expected a text and, if there are, questions");
        }
        Protocol parsed = Protocol.parse(protocol);
        if (parsed.window() != window || parsed.stride() != stride) {
            throw new IllegalArgumentException(
                    "window " + window + " and stride " + stride + ": not those of " + protocol);
        }
        if (windows < 1 || tokens < 1 || questions < 0) {
            throw new IllegalArgumentException(
                    windows + " windows, " + tokens + " tokens, " + questions + " questions: expected counts");
        }
        seeds = Collections.unmodifiableMap(new LinkedHashMap<>(seeds));
        seeds.keySet().forEach(name -> requireLine("name of a seed", name));
        recipes = List.copyOf(recipes);
        if (recipes.size() > MOST_RECIPES) {
            throw new IllegalArgumentException(recipes.size() + " recipes, more than " + MOST_RECIPES);
        }
        recipes.forEach(recipe -> requireLine("recipe", recipe));
        if (recipes.stream().distinct().count() < recipes.size()) {
            throw new IllegalArgumentException("recipes: one stands there twice");
        }
    }

    static Manifest of(
            EvaluationData data,
            String modelHash,
            Evaluation evaluation,
            List<String> recipes,
            boolean full,
            ComparisonResult result) {
        Protocol protocol = evaluation.protocol();
        Map<String, Long> seeds = new LinkedHashMap<>();
        seeds.put("bootstrap", Bootstrap.SEED);
        seeds.put("prompts", Prompts.CLOZE.seed());
        return new Manifest(
                version(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Machine.current(),
                result.model(),
                modelHash,
                DataSource.of(data),
                protocol.text(),
                protocol.window(),
                protocol.stride(),
                evaluation.windows().size(),
                evaluation.scored(),
                result.questions(),
                evaluation.tokenizer(),
                Prompts.CLOZE.toString(),
                seeds,
                recipes,
                full);
    }

    /** Version of this library. */
    public static String version() {
        return Optional.ofNullable(Manifest.class.getPackage().getImplementationVersion())
                .orElse("not built");
    }

    /** The text. */
    public DataSource text() {
        return data.getFirst();
    }

    /** The questions, if there were any. */
    public Optional<DataSource> questionSet() {
        return data.size() > 1 ? Optional.of(data.get(1)) : Optional.empty();
    }

    /** The command line that makes such a report again, from a folder where the files lie that did not come with Nibble. */
    public String command() {
        List<String> words = new ArrayList<>(List.of("nibble", "report", "--model", model));
        words.addAll(List.of("--recipes", String.join(",", recipes), "--protocol", protocol));
        boolean standard =
                text().embedded() && questionSet().map(DataSource::embedded).orElse(false);
        if (!standard) {
            words.addAll(List.of("--text", text().name()));
            questionSet().ifPresent(q -> words.addAll(List.of("--questions", q.name())));
        }
        if (full) {
            words.add("--full");
        }
        words.addAll(List.of("-o", "report.html"));
        return String.join(" ", words.stream().map(Manifest::quoted).toList());
    }

    private static String quoted(String word) {
        return word.matches("[\\w.,:/@+=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Whether the model has a name that opens it anywhere; otherwise it is a file of that name. */
    public boolean modelIsKnown() {
        return KnownModel.named(model).isPresent();
    }

    static void requireLine(String what, String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST) {
            throw new IllegalArgumentException(what + ": expected a text of 1 to " + LONGEST + " characters");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(what + ": has control characters in it");
        }
    }

    private static String line(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.isEmpty() ? "not told" : line.substring(0, Math.min(line.length(), LONGEST));
    }
}
