package dev.nibble.kernel.jshell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.Snippet.Status;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import org.junit.jupiter.api.Test;

class ImportsTest {
    /** The README's example of traces, blocks and charts runs as it stands there, with nothing else imported. */
    @Test
    void theReadmesExampleRuns() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        int at = readme.indexOf("var trace = Trace.record();");
        String example = readme.substring(at, readme.indexOf("```", at));
        assertThat(example).contains("Minifloat.", ".replay(");
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            for (Imports.Entry entry : Imports.all()) {
                String line = entry.line();
                assertThat(shell.eval(line).getFirst().status()).as(line).isEqualTo(Status.VALID);
            }
            run(shell, "var w = Generators.gaussian(4, 256, 1);");
            example.lines().forEach(line -> run(shell, line));
        }
    }

    /** What is entered into JShell's tables is there as if it had been evaluated. */
    @Test
    void givenImportsAreLikeEvaluatedOnes() {
        List<String> lines = List.of("import java.math.*;", "import static java.lang.Math.*;");
        String use = "BigInteger.valueOf(abs(-3))";
        try (JShell given = JShell.builder().executionEngine("local").build();
                JShell evaluated = JShell.builder().executionEngine("local").build()) {
            var imports = new GivenImports(given);
            assertThat(imports.entersTables()).isTrue();
            lines.forEach(imports::add);
            lines.forEach(evaluated::eval);

            assertThat(state(given)).isEqualTo(state(evaluated));
            assertThat(given.eval(use).getFirst().value()).isEqualTo("3");
            assertThat(given.eval("import java.math.*;").getFirst().status()).isEqualTo(Status.VALID);
            given.imports().forEach(given::drop);
            assertThat(given.eval(use).getFirst().status()).isEqualTo(Status.REJECTED);
        }
    }

    private static List<String> state(JShell shell) {
        return shell.snippets()
                .map(one -> one.id() + " " + shell.status(one) + " " + one.subKind() + " " + one.source() + " "
                        + shell.sourceCodeAnalysis().wrapper(one).wrapped())
                .toList();
    }

    private static void run(JShell shell, String code) {
        for (String rest = code; !rest.isBlank(); ) {
            CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            for (SnippetEvent event : shell.eval(next.source())) {
                assertThat(event.status()).as(code).isEqualTo(Status.VALID);
                assertThat(event.exception()).as(code).isNull();
            }
            rest = next.remaining();
        }
    }
}
