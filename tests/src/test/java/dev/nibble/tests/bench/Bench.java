package dev.nibble.tests.bench;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks so that ratios can be trusted: in each round every variant of every recipe gets a fresh JVM, one
 * after the other, with the read bandwidth first; the median over the rounds counts. One thread, CPU time.
 */
final class Bench {
    private static final List<String> JVM = List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xms1200m",
            "-Xmx1200m",
            "-Xmn800m",
            "-XX:+UseSerialGC",
            "-XX:+AlwaysPreTouch",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0");

    /** Weights for the runs that count allocations: a trace of more would not fit into memory. */
    private static final long TRACED_BYTES = 1 << 18;

    /**
     * What to run.
     *
     * @param variants who does the work, {@link Variant#OURS} among them
     * @param rounds fresh JVMs for each number; 0 runs in this JVM without warming up, which only proves that the code
     *     works
     * @param milliseconds of one iteration; one warms up, three count
     * @param largest bytes of float32 at most
     */
    record Plan(List<String> recipes, List<Variant> variants, int rounds, int milliseconds, long largest) {
        Plan {
            recipes = List.copyOf(recipes);
            variants = List.copyOf(variants);
        }
    }

    /** GB of float32 per second, in CPU time and on the wall. */
    private record Speed(double cpu, double wall) {}

    private final Plan plan;
    private final Consumer<String> say;
    private final Map<String, List<Speed>> speeds = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();

    private Bench(Plan plan, Consumer<String> say) {
        this.plan = plan;
        this.say = say;
    }

    /** @param say told one line after each recipe of a round */
    static BenchResults run(Plan plan, Consumer<String> say) {
        return new Bench(plan, say).run();
    }

    private BenchResults run() {
        int rounds = Math.max(1, plan.rounds);
        for (int round = 1; round <= rounds; round++) {
            long size = plan.largest;
            measure("read", "", ReadBenchmark.class, List.of(), Map.of("size", Long.toString(size)), size);
            for (String recipe : plan.recipes) {
                for (Variant variant : plan.variants) {
                    if (variant.canRun(recipe)) {
                        variant(recipe, variant);
                    }
                }
                say.accept(String.format(Locale.ROOT, "round %d of %d: %s", round, rounds, recipe));
            }
        }
        List<BenchResults.Row> rows = new ArrayList<>();
        for (String recipe : plan.recipes) {
            rows.add(row(recipe));
        }
        return new BenchResults(cpu("read"), wall("read"), rounds, plan.variants, rows, List.copyOf(failures));
    }

    private void variant(String recipe, Variant variant) {
        Map<String, String> parameters = new TreeMap<>();
        parameters.put("recipe", recipe);
        parameters.put("largest", Long.toString(plan.largest));
        if (variant.benchmark() == GgmlBenchmark.class) {
            parameters.put("build", variant.build().name());
        }
        for (String operation : List.of("encode", "decode")) {
            measure(
                    key(recipe, variant, operation),
                    operation,
                    variant.benchmark(),
                    variant.arguments(),
                    parameters,
                    Load.bytes(recipe, plan.largest));
        }
    }

    private BenchResults.Row row(String recipe) {
        Map<String, Double> cpu = new TreeMap<>();
        Map<String, Double> wall = new TreeMap<>();
        for (Variant variant : plan.variants) {
            for (String operation : List.of("encode", "decode")) {
                cpu.put(operation + " " + variant.word(), cpu(key(recipe, variant, operation)));
                wall.put(operation + " " + variant.word(), wall(key(recipe, variant, operation)));
            }
        }
        Matrix w = Load.weights(recipe, Math.min(plan.largest, TRACED_BYTES));
        long stored = Formats.parse(recipe)
                .quantize(w, Load.importance(recipe), Progress.NONE, Trace.off())
                .bytes();
        double bits = 8.0 * stored / ((double) w.rows() * w.cols());
        return new BenchResults.Row(
                recipe, bits, cpu, wall, stored, allocated(recipe, "encode"), allocated(recipe, "encodeTraced"));
    }

    private static String key(String recipe, Variant variant, String operation) {
        return recipe + " " + operation + " " + variant.word();
    }

    private double cpu(String key) {
        return Figures.median(
                speeds.getOrDefault(key, List.of()).stream().map(Speed::cpu).toList());
    }

    private double wall(String key) {
        return Figures.median(
                speeds.getOrDefault(key, List.of()).stream().map(Speed::wall).toList());
    }

    private void measure(
            String key,
            String method,
            Class<?> benchmark,
            List<String> jvm,
            Map<String, String> parameters,
            long bytesPerPass) {
        try {
            RunResult result =
                    only(new Runner(options(method, benchmark, jvm, parameters).build()).run());
            double bytes = result.getSecondaryResults().get("work").getScore();
            double nanos = result.getSecondaryResults().get("nanos").getScore();
            double wall = result.getPrimaryResult().getScore() * bytesPerPass / 1e9;
            speeds.computeIfAbsent(key, k -> new ArrayList<>()).add(new Speed(bytes / nanos, wall));
        } catch (RunnerException e) {
            failures.add(key + ": " + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    /** Bytes that one pass over a small matrix allocates. */
    private double allocated(String recipe, String method) {
        Map<String, String> parameters = Map.of(
                "recipe", recipe, "over", "false", "largest", Long.toString(Math.min(plan.largest, TRACED_BYTES)));
        try {
            var options = options(method, FormatBenchmark.class, List.of(), parameters)
                    .addProfiler(GCProfiler.class)
                    .build();
            var allocated =
                    only(new Runner(options).run()).getSecondaryResults().get("gc.alloc.rate.norm");
            return allocated == null ? Double.NaN : allocated.getScore();
        } catch (RunnerException e) {
            failures.add(recipe + " " + method + ": " + e.getMessage());
            return Double.NaN;
        }
    }

    static RunResult only(Collection<RunResult> results) throws RunnerException {
        if (results.size() != 1) {
            throw new RunnerException("expected one result, not " + results.size());
        }
        return results.iterator().next();
    }

    private ChainedOptionsBuilder options(
            String method, Class<?> benchmark, List<String> jvm, Map<String, String> parameters) {
        List<String> arguments = new ArrayList<>(JVM);
        arguments.addAll(jvm);
        for (Ggml.Build build : Ggml.Build.values()) {
            String property = "nibble.ggml." + build.name().toLowerCase(Locale.ROOT);
            build.library().ifPresent(path -> arguments.add("-D" + property + "=" + path));
        }
        TimeValue iteration = TimeValue.milliseconds(plan.milliseconds);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^\\Q" + benchmark.getName() + "\\E\\." + (method.isEmpty() ? ".*" : method) + "$")
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
                .shouldFailOnError(true);
        parameters.forEach(options::param);
        if (benchmark != GgmlBenchmark.class) {
            options.param("warm", plan.rounds == 0 ? "0" : "300"); // C needs none
        }
        return options;
    }
}
