package dev.nibble.kernel.protocol;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.kernel.display.ProgressState.Phase;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.CellRunner.CellResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cells do, without sockets. */
class CellsTest {
    /** Statements in statements: more than a thread's stack holds. */
    private static final int DEEP = 50_000;

    private static Cells cells;
    private Recorder shown;

    @BeforeAll
    static void open() {
        cells = Cells.create(RenderOptions.DEFAULT);
    }

    @AfterAll
    static void close() {
        cells.close();
    }

    private CellResult run(String code) {
        shown = new Recorder();
        return cells.run(CellRequest.of(code), shown);
    }

    /** As the kernel's shell channel does it: on a thread of its own, not on one of the shared pool's. */
    private CompletableFuture<CellResult> inBackground(String code) {
        var result = new CompletableFuture<CellResult>();
        Thread.ofPlatform().daemon().start(() -> result.complete(cells.run(CellRequest.of(code), shown)));
        return result;
    }

    private Object value(String code) {
        CellResult result = run(code);
        assertThat(result.error()).as(code).isNull();
        return shown.text();
    }

    private String failure(String code) {
        CellResult result = run(code);
        assertThat(result.error()).as(code).isNotNull();
        assertThat(shown.traceback).doesNotContain("jdk.jshell", "REPL.", "jdk.internal.reflect", "dev.nibble.kernel");
        return result.error().name();
    }

    @Test
    void aConsoleGetsAnAnswerForWhatTheCompilerCanNotTakeIn() throws InterruptedException {
        var _ = cells.engine();
        List<Throwable> loose = new CopyOnWriteArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((_, error) -> loose.add(error));
        try {
            assertThat(cells.checkSoon("if (true) ".repeat(DEEP) + ";").status())
                    .isEqualTo(CodeCheck.Status.COMPLETE);
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().equals("nibble-check")) {
                    thread.join(); // it may have been too late for the answer
                }
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(null);
        }
        assertThat(loose).isEmpty();
    }

    // ---- values

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 + 1                          | 2",
                "int a1 = 4; a1 * 2             | 8",
                "1 + 1 // with a comment        | 2",
                "Math.max(3, 4)                 | 4",
                "record Point(int x, int y) {} new Point(1, 2).y() | 2",
                "int twice(int v) { return v * 2; } twice(21) | 42",
                "enum Colour { RED, GREEN } Colour.values().length | 2",
                "sealed interface Shape permits Dot {} record Dot() implements Shape {} new Dot() instanceof Shape | true"
            })
    void theLastExpressionIsShown(String code, String expected) {
        assertThat(value(code)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1 + 1;", "int b1 = 3;", "class B2 { }", "void b3() { }", "import java.net.*;", "", "// nothing"
            })
    void declarationsAndSuppressedValuesShowNothing(String code) {
        assertThat(value(code)).isNull();
        assertThat(shown.displays).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "List",
                "Function",
                "Collectors",
                "Path",
                "Files",
                "IOException",
                "BigInteger",
                "Progress",
                "Matrix",
                "DType",
                "Formats",
                "Format",
                "Checkpoint",
                "Models",
                "Model",
                "Chart",
                "Charts",
                "Tables",
                "Table",
                "Row",
                "Interact",
                "Control",
                "Step",
                "Frames"
            })
    void commonNamesNeedNoImport(String name) {
        assertThat(value(name + ".class.getSimpleName()")).isEqualTo(name);
    }

    @Test
    void anEndlessFloodCanBeInterruptedAndDoesNotFillTheMemory() throws Exception {
        shown = new Recorder();
        var running = inBackground("while (true) System.out.println(\"x\".repeat(1000));");
        Thread.sleep(1_000);
        cells.interrupt();
        assertThat(running.get(10, TimeUnit.SECONDS).error().name()).isEqualTo("KeyboardInterrupt");
        assertThat(shown.stdout.length()).isLessThan(100_000_000);
    }

    @Test
    void snippetsMayReferForward() {
        assertThat(value("int first() { return second(); }\nint second() { return 7; }\nfirst()"))
                .isEqualTo("7");
        assertThat(value("record Outer(Inner in) {}\nrecord Inner(int i) {}\nnew Outer(new Inner(3)).in().i()"))
                .isEqualTo("3");
        assertThat(shown.stderr).isEmpty();
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThat(value("int waits() { return neverDefined(); }")).isNull();
        assertThat(shown.stderr.toString()).contains("waits").contains("neverDefined");
        assertThat(failure("waits()")).isEqualTo("CompileError");
        assertThat(shown.traceback).contains("neverDefined");
        assertThat(failure("UnknownType thing = null;")).isEqualTo("CompileError");
        assertThat(shown.traceback).contains("UnknownType").contains("line 1");
    }

    @Test
    void aClassDefinedAnewSaysWhichVariablesItReset() {
        run("class Box { int v = 1; }\nBox box = new Box();\nint other = 1;");
        run("class Box { int v = 2; }");
        assertThat(shown.stderr.toString()).contains("box").doesNotContain("other");
    }

    @Test
    void hugeArraysAreNotTurnedIntoText() {
        assertThat(value("float[] huge = new float[16 * 1024 * 1024];")).isNull();
        long began = System.nanoTime();
        run("huge");
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(2));
        assertThat(String.valueOf(shown.text()).length()).isLessThan(10_000);
    }

    @Test
    void valuesThatWereOnlyLookedAtAreNotKept() {
        // 128 MB each: together more than the heap of this test has.
        for (int i = 0; i < 20; i++) {
            assertThat(run("new long[1 << 24]").error()).isNull();
        }
    }

    // ---- display

    @Test
    void displaysCanBeReplacedAlsoFromAnotherCell() {
        assertThat(value("var shownThing = display(\"one\");\nshownThing.update(\"two\")"))
                .isNull();
        assertThat(shown.ids).hasSize(1);
        assertThat(shown.updatedIds).isEqualTo(shown.ids);
        String id = shown.ids.getFirst();
        run("shownThing.update(\"three\");");
        assertThat(shown.updatedIds).containsExactly(id);
    }

    @Test
    void whatIsDisplayedAlreadyMovesToTheDisplayThatItUpdates() {
        run("display(\"one\", \"my id\").update(html(\"<i>two</i>\"));");
        assertThat(shown.ids).hasSize(2).startsWith("my id");
        assertThat(shown.updatedIds).containsExactly(shown.ids.get(1), "my id");
        assertThat(shown.displays.get(2).data()).containsEntry("text/html", "");
        assertThat(shown.displays.get(3).data()).containsEntry("text/html", "<i>two</i>");
    }

    @Test
    void richTextHasItsType() {
        run("html(\"<b>x</b>\");\nmarkdown(\"*x*\");\nlatex(\"x^2\");\nclearOutput(true);");
        assertThat(shown.displays.stream()
                        .map(bundle -> bundle.data().keySet().iterator().next()))
                .containsExactly("text/html", "text/markdown", "text/latex");
        assertThat(shown.cleared).isEqualTo(1);
        assertThat(failure("image(new byte[] {1, 2, 3})")).isEqualTo("java.lang.IllegalArgumentException");
    }

    // ---- errors

    @Test
    void anErrorNamesItsClassItsCellsAndTheirLines() {
        int defined = run("int boom(int n) {\n    int[] a = new int[2];\n    return a[n];\n}")
                .executionCount();
        assertThat(failure("int before = 1;\nboom(7)")).isEqualTo("java.lang.ArrayIndexOutOfBoundsException");
        assertThat(shown.traceback)
                .contains("Index 7 out of bounds for length 2")
                .contains("Cell In[" + defined + "], line 3")
                .contains("--> 3     return a[n];")
                .contains("Cell In[" + (defined + 1) + "], line 2")
                .contains("--> 2 boom(7)");
    }

    @Test
    void causesAreShownAndOwnExceptionsKeepTheirNames() {
        assertThat(failure("throw new IllegalStateException(\"outer\", new RuntimeException(\"root\"));"))
                .isEqualTo("java.lang.IllegalStateException");
        assertThat(shown.traceback).contains("Caused by: java.lang.RuntimeException: root");
        assertThat(failure("class Mine extends RuntimeException { }\nthrow new Mine();"))
                .isEqualTo("Mine");
    }

    @Test
    void anExceptionWhoseMessageFailsIsStillReported() {
        assertThat(failure(
                        "class Nasty extends RuntimeException { public String getMessage() { throw new Error(); } }\n"
                                + "throw new Nasty();"))
                .isEqualTo("Nasty");
    }

    @Test
    void theCompilersErrorsMarkTheirPlace() {
        assertThat(failure("int good = 1;\nint bad = \"text\";")).isEqualTo("CompileError");
        assertThat(shown.traceback)
                .contains("line 2")
                .contains("\n--> 2 int bad = \"text\";\n" + " ".repeat(16) + "^^^^^^");
        assertThat(failure("for (int i = 0; i < 3; i++) {")).isEqualTo("CompileError");
        assertThat(shown.traceback).contains("not closed");
    }

    @Test
    void endlessRecursionIsAnErrorOfBoundedLength() {
        assertThat(failure("int deep(int n) { return deep(n + 1) + 1; }\ndeep(0)"))
                .isEqualTo("java.lang.StackOverflowError");
        assertThat(shown.traceback.length()).isLessThan(4_000);
        assertThat(value("2 * 3")).isEqualTo("6");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System.exit(3);",
                "Runtime.getRuntime().exit(3);",
                "Runtime.getRuntime().halt(3);",
                "Runnable leave = () -> System.exit(0);\nleave.run();",
                "java.util.function.IntConsumer quit = System::exit;\nquit.accept(1);",
                "class Leaver { static void go() { System.exit(1); } }\nLeaver.go();"
            })
    void codeCannotEndTheProcess(String code) {
        assertThat(failure(code)).isEqualTo("ExitRefused");
        assertThat(shown.traceback).contains("restart the kernel", "Ctrl-D");
    }

    // ---- interrupts

    @ParameterizedTest
    @ValueSource(
            strings = {
                "while (true) { }",
                "for (;;) ;",
                "Thread.sleep(60_000);",
                "while (true) { try { Thread.sleep(5); } catch (Throwable t) { } }",
                "LongStream.range(0, Long.MAX_VALUE).filter(v -> v < 0).count()",
                "LongStream.range(0, Long.MAX_VALUE).parallel().filter(v -> v < 0).count()",
                "var never = new java.util.concurrent.CountDownLatch(1); never.await();",
                "var worker = new Thread(() -> { while (true) { } }); worker.start(); worker.join();",
                "long spins = 0; do { spins++; } while (true);",
                "var task = dev.nibble.core.Progress.current().task(\"t\", -1, \"x\"); for (;;) { task.step(1); }",
                "new Object() { int f(int n) { return n <= 0 ? 0 : f(n - 1) + f(n - 2); } }.f(90)",
                "new Object() { public String toString() { while (true) { } } }"
            })
    void anInterruptStops(String code) throws Exception {
        run("int kept = 42;");
        shown = new Recorder();
        var running = inBackground(code);
        Thread.sleep(500);
        assertThat(running).isNotDone();
        long began = System.nanoTime();
        cells.interrupt();
        CellResult result = running.get(10, TimeUnit.SECONDS);
        // The aim is 0.2 s; the rest is slack for a machine that does other things.
        assertThat(System.nanoTime() - began).isLessThan(MILLISECONDS.toNanos(1_000));
        assertThat(result.error().name()).isEqualTo("KeyboardInterrupt");
        assertThat(value("kept")).isEqualTo("42");
    }

    private static void awaitPrinted(Recorder output, String text) throws InterruptedException {
        for (int i = 0; i < 1_000 && !output.stdout.toString().contains(text); i++) {
            Thread.sleep(10);
        }
        assertThat(output.stdout.toString()).contains(text);
    }

    @Test
    void aCellWhoseCallDoesNotStopIsAbandonedAndDoesNothingMoreWhenTheCallReturns() throws Exception {
        run("var gate = new java.util.concurrent.locks.ReentrantLock();\nint touched = 0;\n"
                + "var holder = Thread.ofPlatform().daemon().start(() -> { gate.lock(); "
                + "try { Thread.sleep(3_600_000); } catch (InterruptedException e) { } gate.unlock(); });\n"
                + "while (!gate.isLocked()) { Thread.sleep(5); }");
        shown = new Recorder();
        Recorder first = shown;
        var running = inBackground("{ System.out.println(\"begins\");\ntouched = 1;\ngate.lock();\n"
                + "touched = 2; System.out.println(\"never\"); display(\"never\"); }");
        awaitPrinted(first, "begins");
        Thread.sleep(200);
        long began = System.nanoTime();
        cells.interrupt();
        CellResult result = running.get(10, TimeUnit.SECONDS);
        // The aim is 2 s; the rest is slack for a machine that does other things.
        assertThat(System.nanoTime() - began).isLessThan(MILLISECONDS.toNanos(4_000));
        assertThat(result.error().name()).isEqualTo("KeyboardInterrupt");
        int cell = result.executionCount();
        assertThat(first.traceback)
                .contains("cell-")
                .contains("Cell In[" + cell + "], line 3")
                .contains("goes on in ");

        // The next cells run as if nothing were; one of them lets the call return.
        assertThat(value("touched + 1")).isEqualTo("2");
        assertThat(value("Thread.sleep(100); \"not interrupted\"")).isEqualTo("not interrupted");
        assertThat(value("holder.interrupt(); holder.join(); touched")).isEqualTo("1");
        assertThat(value("Thread.sleep(300); touched")).isEqualTo("1");
        assertThat(first.stdout.toString()).isEqualTo("begins\n");
        assertThat(first.displays).isEmpty();
        assertThat(value("gate.isLocked()"))
                .as("a stop does not unlock what the cell had locked")
                .isEqualTo("true");
        // And one that is interrupted then stops as ever.
        shown = new Recorder();
        var endless = inBackground("while (true) { }");
        Thread.sleep(300);
        cells.interrupt();
        assertThat(endless.get(10, TimeUnit.SECONDS).error().value()).isEqualTo("the cell was interrupted");
    }

    @Test
    void aValueThatIsComputedTooLateIsNotAssigned() throws Exception {
        run("var slow = new java.util.concurrent.locks.ReentrantLock();\nint assigned = 1;\n"
                + "var owner = Thread.ofPlatform().daemon().start(() -> { slow.lock(); "
                + "try { Thread.sleep(3_600_000); } catch (InterruptedException e) { } slow.unlock(); });\n"
                + "while (!slow.isLocked()) { Thread.sleep(5); }");
        shown = new Recorder();
        // The stuck call is the last thing before the assignment.
        var running = inBackground("{ System.out.println(\"begins\"); assigned = Objects.hash(new Object() "
                + "{ public int hashCode() { slow.lock(); return 7; } }); }");
        awaitPrinted(shown, "begins");
        Thread.sleep(200);
        cells.interrupt();
        assertThat(running.get(10, TimeUnit.SECONDS).error().value()).contains("goes on in");
        assertThat(value("owner.interrupt(); owner.join(); Thread.sleep(200); assigned"))
                .isEqualTo("1");
    }

    // ---- several at once

    private CompletableFuture<CellResult> inSubshell(String code, Recorder output) {
        var result = new CompletableFuture<CellResult>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> result.complete(cells.run(CellRequest.of(code), output, "sub", Map.of(), _ -> {})
                        .result()));
        return result;
    }

    @Test
    void aSubshellRunsBesideACellThatStillCanBeInterrupted() throws Exception {
        run("int shared = 4;");
        shown = new Recorder();
        var main = inBackground("System.out.println(\"main\"); while (true) { }");
        awaitPrinted(shown, "main");
        for (int i = 0; i < 5; i++) {
            var output = new Recorder();
            long began = System.nanoTime();
            assertThat(inSubshell("System.out.println(\"sub\"); shared + " + i, output)
                            .get(10, TimeUnit.SECONDS)
                            .error())
                    .isNull();
            assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(5));
            assertThat(output.text()).isEqualTo(String.valueOf(4 + i));
            assertThat(output.stdout.toString()).isEqualTo("sub\n");
        }
        assertThat(main).isNotDone();
        cells.interrupt();
        assertThat(main.get(10, TimeUnit.SECONDS).error().name()).isEqualTo("KeyboardInterrupt");
        assertThat(shown.stdout.toString()).isEqualTo("main\n");
    }

    @Test
    void aSubshellIsInterruptedAlone() throws Exception {
        shown = new Recorder();
        var main = inBackground("System.out.println(\"main\"); while (true) { }");
        var output = new Recorder();
        var sub = inSubshell("System.out.println(\"sub\"); while (true) { }", output);
        awaitPrinted(shown, "main");
        awaitPrinted(output, "sub");
        cells.interrupt("another");
        Thread.sleep(100);
        assertThat(sub).isNotDone();
        cells.interrupt("sub");
        assertThat(sub.get(10, TimeUnit.SECONDS).error().name()).isEqualTo("KeyboardInterrupt");
        assertThat(main).isNotDone();
        // A cell that begins now must not make the first one's stop checks blind.
        assertThat(inSubshell("1 + 1", output).get(10, TimeUnit.SECONDS).ok()).isTrue();
        cells.interrupt();
        assertThat(main.get(10, TimeUnit.SECONDS).error().name()).isEqualTo("KeyboardInterrupt");
    }

    @Test
    void manySubshellsDefineAndUseAtTheSameTime() throws Exception {
        int count = 6;
        var results = new java.util.ArrayList<CompletableFuture<CellResult>>();
        var outputs = new java.util.ArrayList<Recorder>();
        for (int k = 0; k < count; k++) {
            var output = new Recorder();
            outputs.add(output);
            results.add(inSubshell(
                    "class Many" + k + " { int of(int i) { return i * " + k + "; } }\nint many" + k + " = 0;\n"
                            + "for (int i = 0; i < 3; i++) { Thread.sleep(20); many" + k + " += new Many" + k
                            + "().of(2); }\nrecord Pair" + k + "(int a) { }\nnew Pair" + k + "(many" + k + ").a()",
                    output));
        }
        for (int k = 0; k < count; k++) {
            assertThat(results.get(k).get(20, TimeUnit.SECONDS).error()).isNull();
            assertThat(outputs.get(k).text()).isEqualTo(String.valueOf(6 * k));
        }
        assertThat(value("many1 + many2")).isEqualTo("18");
    }

    @Test
    void anInterruptWithoutACellHarmsNothing() {
        cells.interrupt();
        assertThat(value("20 + 1")).isEqualTo("21");
    }

    @Test
    void anInterruptDoesNotReachTheThreadsOfEarlierCells() throws Exception {
        run("var ticks = new java.util.concurrent.atomic.AtomicLong();\n"
                + "Thread.ofPlatform().daemon().start(() -> { while (true) { ticks.incrementAndGet(); } });");
        shown = new Recorder();
        var running = inBackground("while (true) { }");
        Thread.sleep(300);
        cells.interrupt();
        running.get(10, TimeUnit.SECONDS);
        assertThat(value("long t0 = ticks.get(); Thread.sleep(50); ticks.get() > t0"))
                .isEqualTo("true");
    }

    // ---- streams

    @Test
    void threadsPrintIntoTheCellThatStartedThem() throws Exception {
        run("new Thread(() -> { try { Thread.sleep(300); } catch (InterruptedException e) { } "
                + "System.out.println(\"late\"); }).start();");
        Recorder first = shown;
        run("System.out.println(\"second\");");
        Recorder second = shown;
        for (int i = 0; i < 300 && first.stdout.isEmpty(); i++) {
            Thread.sleep(10);
        }
        assertThat(first.stdout.toString()).isEqualTo("late\n");
        assertThat(second.stdout.toString()).isEqualTo("second\n");
    }

    @Test
    void workersOfTheSharedPoolPrintIntoTheRunningCell() {
        run("IntStream.range(0, 64).parallel().forEach(i -> System.out.println(i));");
        assertThat(shown.stdout.toString().lines().count()).isEqualTo(64);
        run("IntStream.range(0, 64).parallel().forEach(i -> System.err.println(i));");
        assertThat(shown.stderr.toString().lines().count()).isEqualTo(64);
    }

    @Test
    void inputIsAskedForLineByLine() {
        var lines = List.of("héllo 🎉", "two").iterator();
        shown = new Recorder();
        String code =
                "var in = new Scanner(System.in);\nin.nextLine() + in.nextLine() + input(\"more? \") + password(\"p\")";
        CellRunner.Input input =
                (prompt, hidden) -> lines.hasNext() ? lines.next() : hidden ? "secret" : "to " + prompt;
        CellResult result = cells.run(new CellRequest(code, false, true, input), shown);
        assertThat(result.error()).isNull();
        assertThat(shown.text()).isEqualTo("héllo 🎉twoto more? secret");
    }

    @Test
    void whereNobodyCanAnswerReadingFails() {
        assertThat(failure("System.in.read()")).isEqualTo("java.io.IOException");
        assertThat(shown.traceback).contains("nobody can answer");
    }

    // ---- counting

    @Test
    void silentCellsAndThoseOutsideHistoryDoNotCount() {
        int before = run("1").executionCount();
        shown = new Recorder();
        cells.run(new CellRequest("System.out.println(1); 2", true, true, null), shown);
        assertThat(shown.stdout).isEmpty();
        assertThat(shown.result).isNull();
        cells.run(new CellRequest("3", false, false, null), shown);
        assertThat(shown.text()).isEqualTo("3");
        assertThat(run("1").executionCount()).isEqualTo(before + 1);
    }

    @Test
    void expressionsAreEvaluatedAfterTheCell() {
        shown = new Recorder();
        var outcome = cells.run(
                CellRequest.of("int asked = 5;"),
                shown,
                null,
                Map.of("good", "asked + 1", "bad", "noSuchName"),
                _ -> {});
        assertThat(outcome.values().get("good").value().data().get("text/plain"))
                .isEqualTo("6");
        assertThat(outcome.values().get("bad").error().name()).isEqualTo("CompileError");
        assertThat(shown.traceback).isEmpty();
    }

    // ---- magics

    @Test
    void timeTellsHowLongAndShowsTheValue() {
        assertThat(value("%time 6 * 7")).isEqualTo("42");
        assertThat(shown.stdout.toString()).contains("wall").contains("CPU").contains("allocated");
        assertThat(value("%%time\nint timed = 3;\ntimed + 1")).isEqualTo("4");
        assertThat(value("int lines = 1;\n%time int more = lines + 1;\nmore")).isEqualTo("2");
    }

    @Test
    void anErrorInAMagicsCodeNamesItsLine() {
        failure("int fine = 1;\n%time int wrong = \"x\";");
        assertThat(shown.traceback).contains("line 2");
    }

    @Test
    void helpListsWhatIsThere() {
        run("%help");
        assertThat(shown.stdout.toString()).contains("%time", "dev.nibble.format", "java.util", "display(x)");
    }

    @Test
    void anUnknownMagicSaysWhichThereAre() {
        assertThat(failure("%tmie 1 + 1")).isEqualTo("UsageError");
        assertThat(shown.traceback).contains("%time");
    }

    @Test
    void aRemainderIsNoMagic() {
        assertThat(value("int seven = 7, three = 4;\n(seven\n%three )")).isEqualTo("3");
        assertThat(value("String text = \"\"\"\n%time is money\n\"\"\";\ntext.length()"))
                .isEqualTo("15");
    }

    // ---- progress

    @Test
    void longWorkShowsABarThatEnds() {
        run("try (var bar = progress().task(\"count\", 5, \"steps\")) "
                + "{ for (int i = 0; i < 5; i++) { Thread.sleep(120); bar.step(1); } }");
        assertThat(shown.progress).isNotEmpty();
        assertThat(shown.progress.getLast().phase()).isEqualTo(Phase.DONE);
        assertThat(shown.progress.getLast().done()).isEqualTo(5);
        assertThat(shown.progress.stream().map(state -> state.id()).distinct()).hasSize(1);
    }

    @Test
    void anErrorLeavesNoHalfBar() {
        failure(
                "var bar = progress().task(\"half\", 5, \"steps\");\n"
                        + "for (int i = 0; i < 5; i++) { Thread.sleep(150); bar.step(1); if (i == 3) throw new RuntimeException(); }");
        assertThat(shown.progress.getLast().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void shortWorkShowsNone() {
        run("try (var bar = progress().task(\"quick\", 5, \"steps\")) { bar.step(5); }");
        assertThat(shown.progress).isEmpty();
    }
}
