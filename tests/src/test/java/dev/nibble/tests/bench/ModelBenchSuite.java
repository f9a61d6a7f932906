package dev.nibble.tests.bench;

import dev.nibble.core.Progress;
import dev.nibble.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.RunnerException;

/** {@code install/nibble bench --models [--quick]}: not a {@code …Test}, for its outcome depends on the machine. */
class ModelBenchSuite {
    @Test
    void table() throws IOException, InterruptedException, RunnerException {
        boolean quick = Boolean.getBoolean("nibble.bench.quick");
        String python = System.getProperty("nibble.oracles.python", "");
        Models.open("smollm2-135m", Progress.NONE).close(); // fetched once, and not by a benchmark
        var bench = new ModelBench(
                new ModelBench.Plan(
                        python.isBlank() ? Optional.empty() : Optional.of(Path.of(python)),
                        ModelBench.SHAPES,
                        quick ? 1 : 3,
                        quick ? 300 : 2000,
                        true),
                System.out::println);
        bench.run();
        System.out.println("\n" + bench.table());
        String file = System.getProperty("nibble.bench.results", "");
        if (!file.isBlank()) {
            Files.writeString(Path.of(file), bench.json());
        }
    }
}
