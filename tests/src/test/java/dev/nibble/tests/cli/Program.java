package dev.nibble.tests.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.tests.launcher.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The built program. Where it is not built ({@code mvn test} does not) tests that need it are skipped, and say so. */
public final class Program {
    /** The distribution. */
    public static final Path JAR =
            Path.of("../kernel/target/dist/nibble.jar").toAbsolutePath().normalize();

    private static final String QUICK = "-XX:TieredStopAtLevel=1";

    private final Shell shell;

    /**
     * @param folder where it starts
     * @param home its NIBBLE_HOME
     */
    public Program(Path folder, Path home) {
        assumeTrue(Files.exists(JAR), () -> JAR + " is not built: mvn verify builds it");
        shell = new Shell(folder)
                .with("NIBBLE_HOME", home.toString())
                // for the JVM that a command starts: most are over before the better compiler would pay
                .with("NIBBLE_JAVA_OPTS", QUICK);
    }

    public Program with(String name, String value) {
        shell.with(name, value);
        return this;
    }

    public Shell.Result run(String... arguments) {
        return start(arguments).finish();
    }

    public Shell.Running start(String... arguments) {
        var command = new ArrayList<>(List.of(java().toString()));
        command.addAll(List.of(QUICK, "-XX:+UseSerialGC", "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return shell.start(command);
    }

    /** Runs a command that must succeed, and reads the document it prints. */
    public JsonNode json(String... arguments) {
        var result = run(arguments);
        if (result.status() != 0) {
            throw new AssertionError(String.join(" ", arguments) + ": status " + result.status() + "\n" + result.err());
        }
        return parse(result.out());
    }

    public static JsonNode parse(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("not JSON: " + text, notJson);
        }
    }

    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }
}
