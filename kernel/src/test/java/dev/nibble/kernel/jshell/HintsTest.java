package dev.nibble.kernel.jshell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.SlowVectors.Where;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What errors say besides what is wrong. */
class HintsTest {
    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = new Engine();
        assertThat(error("var matrix = Generators.gaussian(8, 8, 1); int groupSize = 32;"
                        + " float absmax(Matrix m) { return 1f; } record Scale(float value) {}"))
                .isEmpty();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static String error(String code) {
        var cell = new Cell(new NoOutput(), null, RenderOptions.DEFAULT);
        cell.enter();
        try (var session = engine.open(cell)) {
            Problem problem = session.evaluate(new CellSource("Cell In[1]", code), 0, code.length())
                    .problem();
            return problem == null ? "" : String.join("\n", problem.traceback()).replaceAll("\u001b\\[[0-9;]*m", "");
        } finally {
            cell.leave();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "groupSise + 1                        | Did you mean groupSize?",
                "GroupSize + 1                        | Did you mean groupSize?",
                "matrx.rows()                         | Did you mean matrix?",
                "matrix.rowz()                        | Did you mean row() or rows()?",
                "absmx(matrix)                        | Did you mean absmax()?",
                "Matrx m = matrix;                    | Did you mean Matrix?",
                "Lsit<String> l;                      | Did you mean List?",
                "ConcurrentHashMap<String, Long> m;   | import java.util.concurrent.ConcurrentHashMap;",
                "Scales s = null;                     | Did you mean Scale?",
                "Math.sqroot(2)                       | Did you mean sqrt()?",
                "Charts.erors(matrix, \"int8\")       | Did you mean errors()?",
                "int lenght = 3; lengt + 1            | Did you mean lenght?",
                "import java.util.concurrnt.*;        | Did you mean java.util.concurrent",
                "new ConcurrentHashMap<String, Integer>() | import java.util.concurrent.ConcurrentHashMap;",
                "ThreadLocalRandom.current()          | import java.util.concurrent.ThreadLocalRandom;",
                "float s = 0.1;                       | a float is written 0.1f",
                "int z = Math.sqrt(2.0);              | Math.round rounds",
                "matrix + matrix                      | objects have methods instead",
                "matrix[0]                            | matrix.row(0)",
                "List.of(1, 2)[1]                     | List.of(1, 2).get(1)",
                "Checkpoint.open(\"a.gguf\" + 1)      | Path.of(\"a.gguf\" + 1)",
                "String f() { return Files.readString(Path.of(\"x\")); } | throws IOException",
                "List.of(\"x\").forEach(n -> Files.readString(Path.of(n))); | A lambda of this kind can not throw IOException",
                "{ int n = 0; List.of(1).forEach(i -> n += i); }  | A lambda can not change a variable around it",
                "String s = 'abc';                    | A text stands in double quotes",
                "matrix.rows = 3                      | Its value is read by rows()"
            })
    void saysWhatCouldBeMeant(String code, String hint) {
        assertThat(error(code)).contains(hint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"xyzzy + 1", "matrix.quux()", "Plugh p = null;", "int x = \"a\";", "for (", "1 +", "q"})
    void saysNothingWhereNothingIsNear(String code) {
        assertThat(error(code)).isNotEmpty().doesNotContain("Did you mean", "There is such a class");
    }

    @Test
    void allFramesOfTheLastErrorAreKept() {
        String folded = error("Files.readString(Path.of(\"no such file\"))");
        assertThat(folded).contains("more of the JDK", "(%tb shows every frame)");
        String all = String.join("\n", engine.lastTraceback());
        assertThat(all)
                .contains("NoSuchFileException", "java.nio.file.Files.readString")
                .doesNotContain("more of the JDK");
    }

    @Test
    void messagesDoNotNameTheClassesAroundVariables() {
        assertThat(error("String nothing = null; nothing.length()")).contains("because \"nothing\" is null");
    }

    @Test
    void aThreadThatDiesShowsThePlaceInTheCell() {
        var printed = new java.util.concurrent.CopyOnWriteArrayList<String>();
        var cell = new Cell(
                new NoOutput() {
                    @Override
                    public void stream(String name, String text) {
                        printed.add(text);
                    }

                    @Override
                    public void display(MimeBundle bundle, String displayId) {}
                },
                null,
                RenderOptions.DEFAULT);
        dev.nibble.kernel.cell.StandardStreams.install();
        String code = "\nvar dies = new Thread(() -> { throw new IllegalStateException(\"lost\"); });"
                + " dies.start(); dies.join();";
        cell.enter();
        try (var session = engine.open(cell)) {
            assertThat(session.evaluate(new CellSource("Cell In[7]", code), 0, code.length())
                            .problem())
                    .isNull();
        } finally {
            cell.leave();
        }
        assertThat(String.join("", printed))
                .contains("Exception in thread", "IllegalStateException: lost", "Cell In[7], line 2")
                .doesNotContain("REPL.", "$JShell$");
    }

    @Test
    void errorsAndCompletionsDoNotWaitForEachOther() throws Exception {
        var completions = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 20; i++) {
                for (String code : new String[] {"matrix.weight(\"", "matrix.ro", "Path.of(\""}) {
                    var _ = new Completions(engine).complete(code, code.length());
                    var _ = new Documentation(engine).at("matrix", 3, false);
                }
            }
        });
        for (int i = 0; i < 20; i++) {
            assertThat(error("matrx.rows()")).contains("Did you mean matrix?");
        }
        completions.get(60, TimeUnit.SECONDS);
    }

    @Test
    void slowVectorsAreFoundByTheirFrames() {
        var vector = new StackTraceElement("jdk.incubator.vector.FloatVector", "lanewise", "FloatVector.java", 1);
        var top = new StackTraceElement("REPL.$JShell$12", "do_it$", "$JShell$12.java", 5);
        var method = new StackTraceElement("REPL.$JShell$12", "dot", "$JShell$12.java", 5);
        assertThat(SlowVectors.where(new StackTraceElement[] {vector, vector, top}))
                .isEqualTo(Where.TOP_LEVEL);
        assertThat(SlowVectors.where(new StackTraceElement[] {vector, method, top}))
                .isEqualTo(Where.METHOD);
        assertThat(SlowVectors.where(new StackTraceElement[] {top})).isEqualTo(Where.ELSEWHERE);
        assertThat(SlowVectors.where(new StackTraceElement[] {vector})).isEqualTo(Where.ELSEWHERE);
    }
}
