package dev.nibble.kernel.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import dev.nibble.kernel.protocol.CellRunner;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.Cells;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class NotebookRunnerTest {
    /** A runner whose language is a few words, so that what is recorded is exactly known. */
    private static final class Words implements CellRunner {
        private static final Pattern WORD = Pattern.compile("([a-z-]+)=?(\\w*)");
        private final List<String> ran = new ArrayList<>();

        @Override
        public CellResult run(CellRequest request, Output output) {
            ran.add(request.code());
            int count = ran.size();
            for (Matcher word = WORD.matcher(request.code()); word.find(); ) {
                String text = word.group(2);
                switch (word.group(1)) {
                    case "print" -> output.stream("stdout", text);
                    case "warn" -> output.stream("stderr", text);
                    case "show" -> output.display(MimeBundle.text(text), "id");
                    case "update" -> output.update(MimeBundle.text(text), "id");
                    case "value" -> output.result(count, MimeBundle.text(text));
                    case "clear" -> output.clear(false);
                    case "clear-later" -> output.clear(true);
                    case "fail" -> {
                        CellError error = new CellError("Oops", "why\nmore", List.of("trace"));
                        output.error(error.name(), error.value(), error.traceback());
                        return new CellResult(count, error);
                    }
                    default -> throw new IllegalArgumentException(word.group());
                }
            }
            return new CellResult(count, null);
        }

        @Override
        public void interrupt() {}

        @Override
        public void close() {}
    }

    private static Cell code(String source, String... tags) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        if (tags.length > 0) {
            Arrays.stream(tags).forEach(metadata.putArray("tags")::add);
        }
        return new Cell(Kind.CODE, "id" + source.hashCode(), source, metadata, empty(), null, List.of(empty()));
    }

    private static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static NotebookRunner.Run run(boolean allowErrors, Cell... cells) {
        return new NotebookRunner(new Words(), allowErrors)
                .run(new NotebookDocument(empty(), List.of(cells)), NotebookRunner.Listener.NONE);
    }

    private static List<String> outputs(NotebookRunner.Run run, int cell) {
        return run.notebook().cells().get(cell).outputs().stream()
                .map(o -> switch (o.path("output_type").asText()) {
                    case "stream" ->
                        o.path("name").asText() + ":" + o.path("text").asText();
                    case "error" -> "error:" + o.path("ename").asText();
                    default ->
                        o.path("output_type").asText() + ":"
                                + o.path("data").path("text/plain").asText();
                })
                .toList();
    }

    @Test
    void streamsAreJoinedAndKeepTheirOrder() {
        var run = run(false, code("print=a print=b warn=c print=d value=e"));
        assertThat(outputs(run, 0)).containsExactly("stdout:ab", "stderr:c", "stdout:d", "execute_result:e");
        assertThat(run.notebook().cells().getFirst().executionCount()).isEqualTo(1);
    }

    @Test
    void aDisplayThatWasEmptiedLeavesNothing() {
        var run = run(false, code("show=old print=text"), code("update"));
        assertThat(outputs(run, 0)).containsExactly("stdout:text");
    }

    @Test
    void aLaterCellUpdatesTheDisplayOfAnEarlierOne() {
        var run = run(false, code("show=old"), code("update=new"));
        assertThat(outputs(run, 0)).containsExactly("display_data:new");
        assertThat(outputs(run, 1)).isEmpty();
    }

    @Test
    void clearingDropsWhatWasThere() {
        assertThat(outputs(run(false, code("print=a clear print=b")), 0)).containsExactly("stdout:b");
        assertThat(outputs(run(false, code("print=a clear-later")), 0)).containsExactly("stdout:a");
        assertThat(outputs(run(false, code("print=a clear-later print=b")), 0)).containsExactly("stdout:b");
    }

    @Test
    void theFirstFailureStopsTheRunAndIsNamed() {
        var run = run(
                false,
                new Cell(Kind.MARKDOWN, "m", "# T", empty(), empty(), null, List.of()),
                code("print=a"),
                code("fail"),
                code("print=never"));
        var failure = run.failure().orElseThrow();
        assertThat(failure.position()).isEqualTo(3);
        assertThat(failure.number()).isEqualTo(2);
        assertThat(failure.summary()).isEqualTo("cell 3 (code cell 2, \"fail\"): Oops: why");
        assertThat(outputs(run, 2)).containsExactly("error:Oops");
        assertThat(outputs(run, 3)).isEmpty();
        assertThat(run.notebook().cells().get(3).executionCount()).isNull();
    }

    @Test
    void expectedAndAllowedErrorsDoNotStopIt() {
        var expected = run(false, code("fail", "raises-exception"), code("print=a"));
        assertThat(expected.ok()).isTrue();
        assertThat(outputs(expected, 1)).containsExactly("stdout:a");
        var allowed = run(true, code("fail"), code("print=a"));
        assertThat(allowed.ok()).isFalse();
        assertThat(outputs(allowed, 1)).containsExactly("stdout:a");
    }

    @Test
    void emptyAndSkippedCellsDoNotRun() {
        Words words = new Words();
        var cells = List.of(code("  \n"), code("print=a", "skip-execution"), code("print=b"));
        List<String> heard = new ArrayList<>();
        new NotebookRunner(words, false).run(new NotebookDocument(empty(), cells), new NotebookRunner.Listener() {
            @Override
            public void started(int number, int total, Cell cell) {
                heard.add(number + "/" + total);
            }

            @Override
            public void finished(int number, int total, Cell cell, Duration time, CellRunner.CellError error) {
                heard.add("done " + (error == null));
            }

            @Override
            public void printed(String stream, String text) {
                heard.add(text);
            }
        });
        assertThat(words.ran).containsExactly("print=b");
        assertThat(heard).containsExactly("1/1", "b", "done true");
    }

    @Test
    void whatIsRecordedDoesNotChangeWithTheBundleAfterwards() {
        var run = run(false, code("show=a"));
        var first = run.notebook().cells().getFirst().outputs().getFirst();
        assertThat(first.path("data"))
                .isEqualTo(JsonNodeFactory.instance.objectNode().put("text/plain", "a"));
        assertThat(first.path("metadata").properties()).isEqualTo(Map.of().entrySet());
    }

    private static final Cell DECLARED = code(
            "int bits = 8; String model = \"a\";\nvar name = \"b\";\nfinal double share = 0.5;\nfloat f = 1f;",
            "parameters");

    private static List<String> injected(Map<String, String> values, Cell... cells) {
        return Parameters.inject(new NotebookDocument(empty(), List.of(cells)), values).cells().stream()
                .map(cell -> (cell.hasTag("injected-parameters") ? "> " : "") + cell.source())
                .toList();
    }

    @Test
    void parametersAreSetAfterTheirCellInTheTypesThatItDeclares() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("bits", "4");
        values.put("model", "a \"b\" \\");
        values.put("name", "7");
        values.put("f", "2.5");
        assertThat(injected(values, code("first"), DECLARED, code("last")))
                .containsExactly(
                        "first",
                        DECLARED.source(),
                        "> // Parameters\nbits = 4;\nmodel = \"a \\\"b\\\" \\\\\";\nname = \"7\";\nf = 2.5f;",
                        "last");
    }

    @Test
    void parametersOfAnEarlierRunAreReplaced() {
        NotebookDocument once =
                Parameters.inject(new NotebookDocument(empty(), List.of(DECLARED)), Map.of("bits", "4"));
        assertThat(Parameters.inject(once, Map.of("bits", "3")).cells())
                .extracting(Cell::source)
                .containsExactly(DECLARED.source(), "// Parameters\nbits = 3;");
    }

    @Test
    void withoutATaggedCellParametersAreDeclaredFirst() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("n", "4");
        values.put("large", "123456789012");
        values.put("share", "0.25");
        values.put("fast", "true");
        values.put("text", "int8");
        assertThat(injected(values, code("first")))
                .containsExactly(
                        "> // Parameters\nint n = 4;\nlong large = 123456789012L;\ndouble share = 0.25;\n"
                                + "boolean fast = true;\nString text = \"int8\";",
                        "first");
    }

    @Test
    void parametersThatAreNotDeclaredOrNoNamesAreRefused() {
        assertThatThrownBy(() -> injected(Map.of("bitts", "4"), DECLARED))
                .hasMessageContaining("declares no bitts")
                .hasMessageContaining("bits, f, model, name, share");
        assertThatThrownBy(() -> injected(Map.of("a; System.exit(1)", "4"), DECLARED))
                .hasMessageContaining("is no name of a variable");
    }

    @Test
    void aCellThatTakesTooLongIsStopped() {
        try (CellRunner cells = Cells.create(RenderOptions.DEFAULT)) {
            cells.run(CellRequest.of("1 + 1"), new NoOutput()); // the session is warm
            NotebookRunner.Run run = new NotebookRunner(cells, false, Duration.ofMillis(300))
                    .run(
                            new NotebookDocument(empty(), List.of(code("int a = 1;"), code("while (true) { }"))),
                            NotebookRunner.Listener.NONE);
            assertThat(run.failure().orElseThrow().summary()).contains("code cell 2", "TimeLimit", "longer than 0.3 s");
        }
    }
}
