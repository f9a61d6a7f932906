package dev.nibble.tests.bench;

import java.util.List;
import java.util.Locale;

/** Who does the work: our code as it is chosen, forced to be otherwise, or ggml. */
enum Variant {
    OURS(FormatBenchmark.class, ""),
    SCALAR(FormatBenchmark.class, "-Dnibble.kernels=scalar"),
    BITS_256(FormatBenchmark.class, "-XX:UseAVX=2"),
    BITS_128(FormatBenchmark.class, "-XX:MaxVectorSize=16"),
    GGML_PORTABLE(GgmlBenchmark.class, ""),
    GGML_NATIVE(GgmlBenchmark.class, "");

    private final Class<?> benchmark;
    private final String argument;

    Variant(Class<?> benchmark, String argument) {
        this.benchmark = benchmark;
        this.argument = argument;
    }

    Class<?> benchmark() {
        return benchmark;
    }

    /** What its JVM is started with. */
    List<String> arguments() {
        return argument.isEmpty() ? List.of() : List.of(argument);
    }

    /** "ours", "ggml-native". */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whose build of ggml; only for the two that are ggml. */
    Ggml.Build build() {
        return this == GGML_PORTABLE ? Ggml.Build.PORTABLE : Ggml.Build.NATIVE;
    }

    /** Whether there is something to run for a recipe. */
    boolean canRun(String recipe) {
        return benchmark == FormatBenchmark.class
                || (Ggml.knows(recipe) && build().library().isPresent());
    }
}
