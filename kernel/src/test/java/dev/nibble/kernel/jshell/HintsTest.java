package dev.nibble.kernel.jshell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.cell.StandardStreams;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.SlowVectors.Where;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        Problem problem = problem(code);
        return problem == null ? "" : String.join("\n", problem.traceback()).replaceAll("\u001b\\[[0-9;]*m", "");
    }

    private static Problem problem(String code) {
        var cell = new Cell(new NoOutput(), null, RenderOptions.DEFAULT);
        cell.enter();
        try (var session = engine.open(cell)) {
            return session.evaluate(new CellSource("Cell In[1]", code), 0, code.length())
                    .problem();
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
                "formats.parse(\"int4\")             | Did you mean Formats?",
                "string x = \"a\";                   | Did you mean String?",
                "new arraylist<String>()              | Did you mean ArrayList?",
                "concurrenthashmap<String, Long> m;   | import java.util.concurrent.ConcurrentHashMap;",
                "system.out.println(1)                | Did you mean System?",
                "int k = threadlocalrandom.current().nextInt(); | import java.util.concurrent.ThreadLocalRandom;",
                "matrix.rows = 3                      | Its value is read by rows()"
            })
    void saysWhatCouldBeMeant(String code, String hint) {
        assertThat(error(code)).contains(hint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xyzzy + 1",
                "matrix.quux()",
                "Plugh p = null;",
                "int x = \"a\";",
                "for (",
                "1 +",
                "q",
                "trace.step()",
                "system + 1",
                "random.nextInt()"
            })
    void saysNothingWhereNothingIsNear(String code) {
        assertThat(error(code)).isNotEmpty().doesNotContain("Did you mean", "There is such a class");
    }

    /** The compiler tells of such a class once, and breaks down or makes nothing of the code where it meets it again. */
    @Test
    void aClassThatCanNotBeReadFailsTheCellAndNamesTheFile(@TempDir Path place) throws IOException {
        Path file = Files.createDirectories(place.resolve("damaged")).resolve("Part.class");
        Files.writeString(file, "no class");
        engine.classes().add(List.of(place));
        for (String code : List.of(
                "new damaged.Part();",
                "1 + 1; new damaged.Part();",
                "var part = new damaged.Part();",
                "class Whole extends damaged.Part {}",
                "int size() { return new damaged.Part().size(); }")) {
            assertThat(error(code)).as(code).contains("bad class file: " + file);
        }
        assertThat(error("groupSize + 1")).isEmpty();
    }

    @Test
    void allFramesOfTheLastErrorAreKept() {
        Problem problem = problem("Files.readString(Path.of(\"no such file\"))");
        assertThat(String.join("\n", problem.traceback())).contains("more of the JDK", "(%tb shows every frame)");
        String all = String.join("\n", problem.whole());
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
        var printed = new CopyOnWriteArrayList<String>();
        String code = "\nvar dies = new Thread(() -> { throw new IllegalStateException(\"lost\"); });"
                + " dies.start(); dies.join();";
        run("Cell In[7]", code, printed);
        assertThat(String.join("", printed))
                .contains("Exception in thread", "IllegalStateException: lost", "Cell In[7], line 2")
                .doesNotContain("REPL.", "$JShell$");
    }

    /** A bare expression is forgotten when its cell is over, and a method is compiled anew when what it uses changes. */
    @Test
    void aThreadThatDiesLaterDoesToo() throws Exception {
        var printed = new CopyOnWriteArrayList<String>();
        run(
                "Cell In[8]",
                "var gate = new java.util.concurrent.CountDownLatch(1);\nint part() { return 1; }\n"
                        + "int waits() {\n  try { gate.await(); } catch (InterruptedException e) {}\n"
                        + "  if (true) { throw new IllegalStateException(\"late\"); }\n  return part(); }",
                printed);
        run("Cell In[9]", "\n\nThread.ofPlatform().start(() -> { waits(); })", printed);
        run("Cell In[10]", "long part() { return 2; }\nint waits() { return 3; }", printed);
        run("Cell In[11]", "gate.countDown();", printed);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (printed.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(String.join("", printed))
                .contains("IllegalStateException: late", "waits in Cell In[8], line 5", "Cell In[9], line 3")
                .doesNotContain("REPL.", "$JShell$");
    }

    private static void run(String name, String code, List<String> printed) {
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
        StandardStreams.install();
        cell.enter();
        try (var session = engine.open(cell)) {
            assertThat(session.evaluate(new CellSource(name, code), 0, code.length())
                            .problem())
                    .isNull();
        } finally {
            cell.leave();
        }
    }

    @Test
    void aThreadThatIsLeftBehindIsDescribedInWordsOfTheCell() {
        var places = new Places();
        var tracebacks = new Tracebacks(places, new Hints(engine));
        String id = places.name(new CellSource("Cell In[5]", "\nloop();"), 1);
        var cell = new StackTraceElement("", "", "#" + id, 1);
        var below = new StackTraceElement("java.util.concurrent.ThreadPoolExecutor", "runWorker", "X.java", 1);
        var call = new StackTraceElement("java.math.BigInteger", "pow", "BigInteger.java", 1);
        var dropped = new StackTraceElement("REPL.$JShell$41", "lambda$do_it$$0", "$JShell$41.java", 1);
        assertThat(tracebacks
                        .abandoned("cell-1", new StackTraceElement[] {call, dropped, cell, below})
                        .value())
                .isEqualTo("the cell was interrupted, but its thread cell-1 goes on in java.math.BigInteger.pow");
        Problem loop = tracebacks.abandoned("cell-1", new StackTraceElement[] {dropped, cell, below});
        assertThat(loop.value()).endsWith("goes on in code of the cell");
        assertThat(String.join("\n", loop.traceback())).contains("called from Cell In[5], line 2");
    }

    /** What the cell does counts, not the check in which the stack happened to end. */
    @Test
    void endlessRecursionShowsNothingButItself() {
        assertThat(problem("int deep(int n) { return deep(n + 1) + 1; }\n"
                        + "int deeper(int n, long m, double k) { long x = n; return deeper(n + 1, m, k) + (int) x; }\n"
                        + "Object deepest(Object o) { return deepest(List.of(o)).toString(); }"))
                .isNull();
        for (String call : List.of("deep(0)", "deeper(0, 1, 2)", "deepest(\"\")")) {
            assertThat(error(call))
                    .startsWith("java.lang.StackOverflowError")
                    .contains("the same again")
                    .doesNotContain("AssertionError");
        }
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
