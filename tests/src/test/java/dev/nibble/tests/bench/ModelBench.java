package dev.nibble.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.compute.Provider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Products beside OpenBLAS, and SmolLM2 beside torch, at one thread: in each round a fresh JVM of ours, then a fresh
 * process of theirs. What counts is the median over the rounds of work per second of CPU time.
 */
final class ModelBench {
    /** SmolLM2's products at a prompt of 512 tokens, and a large one. */
    static final List<String> SHAPES = List.of("512x576x576", "512x1536x576", "512x576x1536", "2048x2048x2048");

    private static final List<String> JVM = List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xms3g",
            "-Xmx3g",
            "-XX:+UseSerialGC",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0");

    /**
     * What to run.
     *
     * @param python of an environment with NumPy, torch and transformers
     * @param rounds fresh processes for each number; 0 runs in this JVM without warming up
     * @param milliseconds of one iteration; one warms up, three count
     * @param prompts whether the model runs, too
     */
    record Plan(Optional<Path> python, List<String> shapes, int rounds, int milliseconds, boolean prompts) {
        Plan {
            shapes = List.copyOf(shapes);
        }
    }

    private final Plan plan;
    private final Optional<Path> openBlas;
    private final Consumer<String> say;
    private final Map<String, List<Double>> speeds = new LinkedHashMap<>();
    private String torch = "";
    private double allocatedPerToken = Double.NaN;

    ModelBench(Plan plan, Consumer<String> say) throws IOException {
        this.plan = plan;
        this.say = say;
        openBlas = plan.python.isPresent() ? OpenBlas.in(plan.python.get()) : Optional.empty();
    }

    void run() throws IOException, InterruptedException, RunnerException {
        int rounds = Math.max(1, plan.rounds);
        for (int round = 1; round <= rounds; round++) {
            for (String shape : plan.shapes) {
                add(shape + " ours", jmh(ProductBenchmark.class, "ours", Map.of("shape", shape)));
                if (openBlas.isPresent()) {
                    add(shape + " theirs", jmh(ProductBenchmark.class, "openblas", Map.of("shape", shape)));
                }
                say.accept(String.format(Locale.ROOT, "round %d of %d: %s", round, rounds, shape));
            }
            if (plan.prompts) {
                add("prompt ours", jmh(PromptBenchmark.class, "prompt", Map.of()));
                RunResult token = jmh(PromptBenchmark.class, "token", Map.of());
                add("token ours", token);
                allocatedPerToken = counter(token, "allocated") / counter(token, "times");
                if (plan.python.isPresent()) {
                    torch(plan.python.get());
                }
                say.accept(String.format(Locale.ROOT, "round %d of %d: SmolLM2-135M", round, rounds));
            }
        }
    }

    private void add(String key, RunResult result) {
        add(key, counter(result, "work") / counter(result, "nanos") * 1e9);
    }

    private static double counter(RunResult result, String name) {
        return result.getSecondaryResults().get(name).getScore();
    }

    private void add(String key, double perSecond) {
        speeds.computeIfAbsent(key, k -> new ArrayList<>()).add(perSecond);
    }

    private void torch(Path python) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        python.toString(), "tests/bench/prompt.py", Integer.toString(PromptBenchmark.PROMPT))
                .directory(Path.of("").toAbsolutePath().getParent().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        JsonNode said = new JsonMapper().readTree(process.getInputStream());
        if (process.waitFor() != 0) {
            throw new IOException("prompt.py failed; what it said is above");
        }
        add("prompt theirs", said.path("prompt").asDouble());
        add("token theirs", said.path("token").asDouble());
        torch = said.path("versions").asText();
    }

    private RunResult jmh(Class<?> benchmark, String method, Map<String, String> parameters) throws RunnerException {
        List<String> arguments = new ArrayList<>(JVM);
        openBlas.ifPresent(path -> arguments.add("-Dnibble.openblas=" + path));
        TimeValue iteration = TimeValue.milliseconds(plan.milliseconds);
        var options = new OptionsBuilder()
                .include("^\\Q" + benchmark.getName() + "\\E\\." + method + "$")
                .mode(Mode.Throughput)
                .timeUnit(TimeUnit.SECONDS)
                .threads(1)
                .forks(plan.rounds == 0 ? 0 : 1)
                .warmupIterations(1)
                .warmupTime(iteration)
                .measurementIterations(3)
                .measurementTime(iteration)
                .jvmArgs(arguments.toArray(String[]::new))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .param("warm", plan.rounds == 0 ? "0" : "300");
        parameters.forEach(options::param);
        return Bench.only(new Runner(options.build()).run());
    }

    private double speed(String key) {
        return Figures.median(speeds.getOrDefault(key, List.of()));
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(plan.shapes);
        if (plan.prompts) {
            names.addAll(List.of("prompt", "token"));
        }
        return names;
    }

    /** Operations count in thousands of millions, tokens singly. */
    private static double unit(String name) {
        return name.contains("x") ? 1e9 : 1;
    }

    private static String unitWord(String name) {
        return name.contains("x") ? "GFLOP/s" : "tokens/s";
    }

    /** The table that a person reads. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append("One thread, CPU time; medians of ")
                .append(Math.max(1, plan.rounds))
                .append(" processes each. ")
                .append(Provider.why())
                .append('\n')
                .append("Products: rows x outputs x inputs, beside OpenBLAS")
                .append(openBlas.map(p -> " (" + p.getFileName() + ")").orElse(", which is not here"));
        if (plan.prompts) {
            text.append("; SmolLM2-135M in float32: a prompt of ")
                    .append(PromptBenchmark.PROMPT)
                    .append(" tokens, and a token after it, beside ")
                    .append(torch.isEmpty() ? "torch, which is not here" : torch);
        }
        text.append("\n\n");
        for (String name : names()) {
            double ours = speed(name + " ours") / unit(name);
            double theirs = speed(name + " theirs") / unit(name);
            text.append(String.format(
                    Locale.ROOT,
                    "%-16s %8s  beside %8s %s  x %s%n",
                    name,
                    Figures.figure(ours),
                    Figures.figure(theirs),
                    unitWord(name),
                    Figures.figure(ours / theirs)));
        }
        if (plan.prompts) {
            text.append("allocated for a token: ")
                    .append(Figures.figure(allocatedPerToken))
                    .append(" bytes\n");
        }
        return text.toString();
    }

    /** The same for programs. */
    String json() throws IOException {
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ObjectNode root = mapper.createObjectNode();
        root.put("processes", Math.max(1, plan.rounds));
        root.put("java", System.getProperty("java.vm.version"));
        root.put("kernels", Provider.why());
        root.put("openblas", openBlas.map(p -> p.getFileName().toString()).orElse(""));
        root.put("torch", torch);
        ObjectNode figures = root.putObject("figures");
        for (String name : names()) {
            ObjectNode figure = figures.putObject(name);
            figure.put("unit", unitWord(name) + " of CPU time");
            double ours = speed(name + " ours") / unit(name);
            double theirs = speed(name + " theirs") / unit(name);
            figure.put("ours", Figures.rounded(ours));
            if (!Double.isNaN(theirs)) {
                figure.put("theirs", Figures.rounded(theirs));
                figure.put("times", Figures.rounded(ours / theirs));
            }
        }
        if (plan.prompts) {
            root.put("allocated_per_token", Figures.rounded(allocatedPerToken));
        }
        return mapper.writeValueAsString(root) + "\n";
    }
}
