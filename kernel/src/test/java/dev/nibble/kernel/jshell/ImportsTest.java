package dev.nibble.kernel.jshell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            Imports.apply(line ->
                    assertThat(shell.eval(line).getFirst().status()).as(line).isEqualTo(Status.VALID));
            run(shell, "var w = Generators.gaussian(4, 256, 1);");
            example.lines().forEach(line -> run(shell, line));
        }
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
