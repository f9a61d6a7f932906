package dev.nibble;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Where SmolLM2-135M-Instruct lies on this machine, if it does. */
public final class TestModel {
    private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";
    private static final long BYTES = 98_362_432;

    private TestModel() {}

    /** The file, or a visible skip that says how to get it. */
    public static Path require() {
        Optional<Path> file = candidates().filter(TestModel::isIt).findFirst();
        Assumptions.assumeTrue(
                file.isPresent(),
                "skipped: no " + FILE + " here; install/nibble model smollm2-135m fetches it, or set NIBBLE_MODEL");
        return file.orElseThrow();
    }

    private static Stream<Path> candidates() {
        return Stream.concat(
                Stream.of(System.getProperty("nibble.model"), System.getenv("NIBBLE_MODEL"))
                        .filter(p -> p != null && !p.isBlank())
                        .map(Path::of),
                inCache());
    }

    private static Stream<Path> inCache() {
        String home = System.getenv("NIBBLE_HOME");
        String cache = System.getenv("XDG_CACHE_HOME");
        Path root = home != null && !home.isBlank()
                ? Path.of(home)
                : cache != null && !cache.isBlank()
                        ? Path.of(cache, "nibble")
                        : Path.of(System.getProperty("user.home"), ".cache", "nibble");
        return Stream.of("", "smollm2-135m")
                .map(folder -> root.resolve("models").resolve(folder).resolve(FILE));
    }

    private static boolean isIt(Path file) {
        try {
            return Files.size(file) == BYTES;
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
