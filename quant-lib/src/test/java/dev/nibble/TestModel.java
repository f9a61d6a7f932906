package dev.nibble;

import dev.nibble.model.KnownModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Where SmolLM2-135M-Instruct lies on this machine, if it does. */
public final class TestModel {
    private static final KnownModel MODEL = KnownModel.named("smollm2-135m").orElseThrow();

    private TestModel() {}

    /** The file, or a visible skip that says how to get it. */
    public static Path require() {
        Optional<Path> file = candidates().filter(TestModel::isIt).findFirst();
        Assumptions.assumeTrue(
                file.isPresent(),
                "skipped: no " + MODEL.fileName()
                        + " here; install/nibble model smollm2-135m fetches it, or set NIBBLE_MODEL");
        return file.orElseThrow();
    }

    private static Stream<Path> candidates() {
        return Stream.concat(
                Stream.of(System.getProperty("nibble.model"), System.getenv("NIBBLE_MODEL"))
                        .filter(p -> p != null && !p.isBlank())
                        .map(Path::of),
                Stream.of(MODEL.file()));
    }

    private static boolean isIt(Path file) {
        try {
            return Files.size(file) == MODEL.bytes();
        } catch (IOException e) {
            return false;
        }
    }
}
