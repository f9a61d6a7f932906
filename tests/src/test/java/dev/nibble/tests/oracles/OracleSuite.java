package dev.nibble.tests.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.nibble.format.Formats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every recipe that has an original, against that original, on inputs made from a seed. Not a {@code …Test}: it needs
 * the original packages, so it runs only when asked for by {@code install/nibble test --oracles [--seed N]
 * [RECIPE-PREFIX…]}, which sets the system properties {@code nibble.oracles.python}, {@code .seed}, {@code .only} and
 * {@code .results}.
 */
class OracleSuite {
    private static final Path SCRIPTS = Path.of("oracles").toAbsolutePath();

    @TempDir
    static Path folder;

    private static OracleResults results;

    @TestFactory
    Stream<DynamicTest> equalsTheOriginal() throws IOException, InterruptedException {
        generate();
        JsonNode index = new JsonMapper().readTree(folder.resolve("cases.json").toFile());
        results = new OracleResults(index);
        Map<String, List<OracleCase>> groups = new LinkedHashMap<>();
        for (JsonNode entry : index.path("cases")) {
            OracleCase next = OracleCase.read(folder, entry);
            groups.computeIfAbsent(next.recipe() + " and " + next.original(), k -> new ArrayList<>())
                    .add(next);
        }
        Stream<DynamicTest> made =
                groups.entrySet().stream().map(group -> dynamicTest(group.getKey(), () -> check(group.getValue())));
        Stream<DynamicTest> notMade = index.path("failed")
                .valueStream()
                .map(f -> dynamicTest(
                        f.path("recipe").asText(),
                        () -> assertThat(f.path("why").asText())
                                .as("the original made no cases")
                                .isEmpty()));
        return Stream.concat(made, notMade);
    }

    private static void check(List<OracleCase> cases) {
        List<String> unexpected = new ArrayList<>();
        for (OracleCase one : cases) {
            List<String> differences = one.what().equals("packer")
                    ? Packing.differences(one)
                    : Comparison.differences(one, Formats.parse(one.recipe()));
            results.add(one, differences);
            if (one.differs() == null && !differences.isEmpty()) {
                unexpected.add(one.title() + ": " + String.join("; ", differences));
            }
        }
        if (!unexpected.isEmpty()) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "%s and %s differ in %d of %d cases:%n  %s",
                    cases.getFirst().recipe(),
                    cases.getFirst().original(),
                    unexpected.size(),
                    cases.size(),
                    String.join(System.lineSeparator() + "  ", unexpected)));
        }
    }

    @AfterAll
    static void tell() throws IOException {
        if (results != null) {
            System.out.println(results.summary());
            String file = System.getProperty("nibble.oracles.results", "");
            if (!file.isBlank()) {
                Files.writeString(Path.of(file), results.toJson());
            }
        }
    }

    private static void generate() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>();
        arguments.add(folder.toString());
        arguments.add(System.getProperty("nibble.oracles.seed"));
        arguments.addAll(wanted());
        System.out.println(python(folder, "generate.py", arguments.toArray(String[]::new)));
    }

    /** Whether a recipe was asked for: all are, unless beginnings of recipes were named. */
    static boolean isWanted(String recipe) {
        return wanted().isEmpty() || wanted().stream().anyMatch(recipe::startsWith);
    }

    private static List<String> wanted() {
        return Stream.of(System.getProperty("nibble.oracles.only", "").split(" ", -1))
                .filter(word -> !word.isBlank())
                .toList();
    }

    /** What a script says, which must succeed. */
    static String python(Path scratch, String script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("nibble.oracles.python"));
        command.add(SCRIPTS.resolve(script).toString());
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile(scratch, script, ".log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        int status = builder.start().waitFor();
        String said = Files.readString(log);
        assertThat(status).as(said).isZero();
        return said;
    }
}
