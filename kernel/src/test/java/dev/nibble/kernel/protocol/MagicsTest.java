package dev.nibble.kernel.protocol;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.CellRunner.CellResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each magic does, in cells without sockets. */
class MagicsTest {
    /** Known to this process alone: tests may run side by side. */
    private static final String SLEEP = "sleep 6173." + ProcessHandle.current().pid();

    /** By its brackets and its last word it might be one. */
    private static final String NO_CELL = "1 + 1\nint early = 2;";

    private static Cells cells;
    private static CodeCheck.Result exactly;
    private Recorder shown;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        cells = Cells.create(RenderOptions.DEFAULT);
        exactly = cells.check(NO_CELL);
    }

    @AfterAll
    static void close() {
        cells.close();
    }

    private CellResult run(String code) {
        shown = new Recorder();
        return cells.run(CellRequest.of(code), shown);
    }

    private String printed(String code) {
        CellResult result = run(code);
        assertThat(result.error()).as(code).isNull();
        return shown.stdout.toString();
    }

    private String failure(String code) {
        CellResult result = run(code);
        assertThat(result.error()).as(code).isNotNull();
        return result.error().name() + ": " + result.error().value();
    }

    /** A script, which is cut by the answer, gets the right one. */
    @Test
    void codeIsCheckedWhileTheSessionWarmsUp() {
        assertThat(exactly.status()).isEqualTo(CodeCheck.Status.INVALID);
    }

    /** A console gets some answer in time. */
    @Test
    void aConsoleDoesNotWaitForTheCompiler() throws Exception {
        printed("int looked = 1;");
        var busy = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Thread compiler = Thread.ofPlatform()
                .daemon()
                .start(() -> cells.engine().classes().forget(name -> {
                    busy.countDown();
                    awaits(go);
                    return false;
                }));
        try {
            busy.await();
            var soon = new CompletableFuture<CodeCheck.Result>();
            Thread.ofPlatform().daemon().start(() -> soon.complete(cells.checkSoon(NO_CELL)));
            assertThat(soon.get(20, TimeUnit.SECONDS).status()).isEqualTo(CodeCheck.Status.COMPLETE);
        } finally {
            go.countDown();
            compiler.join();
        }
    }

    private static void awaits(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aLongClassThatIsWrongIsLookedAtOnce() {
        String fields = IntStream.range(0, 300)
                .mapToObj(i -> "    int f" + i + " = " + i + ";\n")
                .collect(joining());
        String text = "    String s = \"\"\"\n      { \\\"\"\" (\n      \"\"\"; /* [\n    */ char c = '{';\n";
        String wrong = "class Wrong {\n" + fields + text + "    int last = ;\n}";
        var asked = new ArrayList<String>();
        String code = "1 + 1\n" + wrong + "\n!echo :(\n2 +\n2";
        assertThat(cells.magics()
                        .asTyped(
                                code,
                                some -> {
                                    asked.add(some);
                                    return cells.check(some);
                                },
                                new CancelToken()))
                .containsExactly("1 + 1", wrong, "!echo :(", "2 +\n2");
        assertThat(asked).containsExactly(code, "1 + 1", wrong, "!echo :(", "2 +", "2 +\n2");
        var stop = new CancelToken();
        stop.cancel();
        assertThatThrownBy(() -> cells.magics().asTyped(code, cells::check, stop))
                .isInstanceOf(Cancelled.class);
    }

    @Test
    void whoAndWhosNameTheVariables() {
        printed(
                "int[][] grid = new int[3][5];\nvar weights = Matrix.of(\"w\", 2, 4, new float[8]);\nString nothing = null;");
        assertThat(printed("%who")).contains("grid", "weights", "nothing");
        assertThat(printed("%whos").lines().map(l -> l.replaceAll(" +", " ")).toList())
                .contains(
                        "name type shape bytes",
                        "grid int[][] 3 x 5 60",
                        "weights Matrix 2 x 4 32",
                        "nothing String null");
        printed("var weights = List.of(1, 2, 3);");
        assertThat(printed("%whos").lines().map(l -> l.replaceAll(" +", " ")).toList())
                .contains("weights List<Integer> 3")
                .noneMatch(line -> line.startsWith("weights Matrix"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%timeit -n 100 -r 3 Math.sqrt(2)",
                "%%timeit -n 100 -r 3\nint s = 0;\ns += 1;",
                "%timeit -n 100 -r 3 int s = 0; s + 1",
                "%%timeit -n 100 -r 3\nint s = 0;\nList.of(s, 2) // two\n    .stream()\n    .count()"
            })
    void timeitTellsMedianAndAllocation(String code) {
        assertThat(printed(code))
                .matches(
                        "(?s)[\\d.]+ (ns|µs|ms) per loop \\(median of 3 runs of 100; .*\\), .* allocated by its thread, .*\\n");
    }

    @Test
    void timeitCountsWhatIsAllocated() {
        assertThat(printed("%timeit -n 1000 -r 3 new byte[1000]")).containsPattern("10[0-9][0-9] bytes allocated");
        assertThat(failure("%timeit Math.sqrtt(2)")).contains("CompileError", "sqrtt");
        assertThat(failure("%timeit")).startsWith("UsageError");
    }

    @Test
    void timeitLeavesNothingBehind() {
        assertThat(failure("%%timeit\nint kept = 3;\nMath.sqrtt(kept);\nkept + 1"))
                .contains("CompileError", "sqrtt");
        assertThat(shown.traceback).contains("line 3", "Math.sqrtt(kept);");
        assertThat(failure("%%timeit\nint kept = 3;\nint twice(int x) { return 2 * x; }\ntwice(kept)"))
                .isEqualTo("UsageError: %timeit runs statements, of which the last may be an expression; declare"
                        + " methods and imports in a cell before it");
        assertThat(printed("%who")).doesNotContain("kept");
    }

    @Test
    void filesAreWrittenAndAppendedTo() throws IOException {
        Path file = folder.resolve("words.txt");
        assertThat(printed("%%file " + file + "\nfirst\nlast"))
                .startsWith("wrote ")
                .contains("(10 bytes)");
        assertThat(printed("%%file -a " + file + "\n!")).startsWith("appended to ");
        assertThat(file).hasContent("first\nlast!");
        assertThat(printed("%%file " + file + "\nnew")).startsWith("wrote over ");
        Files.writeString(file, "déjà ", StandardCharsets.ISO_8859_1);
        printed("%%file -a " + file + "\nvu");
        assertThat(file).as("not in UTF-8").hasBinaryContent("déjà vu".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(failure("%%file " + folder + "/no/words.txt\nx")).contains("there is no folder");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void htmlAndMarkdownAreShown() {
        printed("%%html\n<b>bold</b>");
        assertThat(shown.displayed("text/html")).contains("<b>bold</b>");
        printed("%%markdown\n# Title");
        assertThat(shown.displayed("text/markdown")).contains("# Title");
        assertThat(failure("%html <b>x</b>")).contains("%%html");
    }

    @Test
    void commandsRunInTheShellAndSeeWhatEnvSets() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: there is no shell here");
        assertThat(printed("!echo one two | wc -w").strip()).isEqualTo("2");
        assertThat(printed("%env NIBBLE_TEST_WORD=owl")).contains("NIBBLE_TEST_WORD=owl");
        assertThat(printed("int before = 1;\n!echo $NIBBLE_TEST_WORD\nint after = 2;"))
                .isEqualTo("owl\n");
        assertThat(printed("%%bash\nfor i in 1 2 3; do printf $i; done")).isEqualTo("123");
        assertThat(failure("%%bash\nexit 3")).contains("exit code 3");
        assertThat(printed("!echo oops >&2; false")).isEmpty();
        assertThat(shown.stderr.toString()).contains("oops", "exit code 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "boolean up = true;\\n!up | false",
                "!Boolean.valueOf(\"x\").booleanValue() | true",
                "!true | false",
                "!(1 > 2) | true",
                "!!true | true",
            })
    void whatJavaCanNegateIsNoCommand(String code, String expected) {
        assertThat(run(code.translateEscapes()).error()).isNull();
        assertThat(shown.text()).isEqualTo(expected);
    }

    @Test
    void anInterruptEndsACommandAndWhatItStarted() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: there is no shell here");
        Path mark = folder.resolve("mark");
        shown = new Recorder();
        var result = new CompletableFuture<CellResult>();
        String code = "!touch " + mark + "; sh -c '" + SLEEP + "; " + SLEEP + "'; echo never";
        Thread.ofPlatform().daemon().start(() -> result.complete(cells.run(CellRequest.of(code), shown)));
        for (int i = 0; i < 500 && !Files.exists(mark); i++) {
            Thread.sleep(10);
        }
        cells.interrupt();
        assertThat(result.get(20, TimeUnit.SECONDS).error().name()).isEqualTo("KeyboardInterrupt");
        assertThat(shown.stdout.toString()).doesNotContain("never");
        for (int i = 0; i < 500 && sleepers() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(sleepers()).as("programs that the command started").isZero();
    }

    private static long sleepers() {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains(SLEEP))
                .count();
    }

    @Test
    void whoTakesTypes() {
        printed("int whoCount = 1; List<String> whoWords = List.of(); String whoName = null;");
        assertThat(printed("%who List String")).contains("whoWords", "whoName").doesNotContain("whoCount");
        assertThat(printed("%whos Thread")).isEqualTo("no variables of type Thread\n");
    }

    @Test
    void savedCellsAreLoadedAndRunAgain() throws IOException {
        printed("int savedFirst = 20;");
        int first = cells.count();
        printed("int savedSecond = savedFirst + 1;\n%env NIBBLE_TEST_SAVED=yes");
        Path file = folder.resolve("cells.jsh");
        assertThat(printed("%save " + file + " " + first + "-" + (first + 1))).startsWith("saved 2 cells in ");
        assertThat(file)
                .hasContent("// In[" + first + "]\nint savedFirst = 20;\n\n// In[" + (first + 1)
                        + "]\nint savedSecond = savedFirst + 1;\n%env NIBBLE_TEST_SAVED=yes\n");
        assertThat(failure("%save " + file)).contains("-f writes over it");
        assertThat(printed("%save -a " + file + " " + first)).startsWith("saved 1 cell in ");
        assertThat(failure("%save " + folder.resolve("x.jsh") + " 9999")).contains("no cell with the number 9999");
        printed("%load -r 5- " + file);
        assertThat(shown.next)
                .isEqualTo("// %load -r 5- " + file + "\nint savedSecond = savedFirst + 1;\n"
                        + "%env NIBBLE_TEST_SAVED=yes\n\n// In[" + first + "]\nint savedFirst = 20;");
        assertThat(failure("%load -r 50- " + file)).contains("there are no lines 50-");
        assertThat(failure("%load " + folder.resolve("none.java"))).contains("there is no file");
        printed("%reset savedFirst savedSecond\n%run " + file + "\nSystem.out.print(savedFirst + savedSecond);");
        assertThat(shown.stdout.toString()).endsWith("41");
        assertThat(Files.getPosixFilePermissions(file))
                .as("those of any new file")
                .isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("any"))));
        Path notebook = folder.resolve("cells.ipynb");
        printed("%save " + notebook + " " + first + "," + (first + 1));
        printed("%load " + notebook);
        assertThat(shown.next).contains("int savedFirst = 20;\n\nint savedSecond");
    }

    @Test
    void savedExpressionsAndWholeCellsRunAgain() throws IOException {
        printed("var shown = new ArrayList<Integer>();");
        int first = cells.count();
        run("shown.size()");
        run("%%time\nshown.add(1)");
        run("int onTheFly = 2 +\n  1");
        printed("shown.add(onTheFly); System.out.print(\"list \" + shown);");
        Path file = folder.resolve("expressions.jsh");
        printed("%save " + file + " " + first + "-" + (first + 4));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertThat(printed("%run " + file)).startsWith("wall ").endsWith("list [1, 3]");
        printed("%save -a " + file + " " + first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .as("a file that is replaced")
                .isEqualTo("rw-rw----");

        int begin = cells.count() + 1;
        failure("int halfDone = 1; halfDone / (halfDone - 1)");
        printed("int wholeDone = 2;\n%reset halfDone");
        printed("%reset wholeDone");
        printed("%run " + file + "\nint afterRun = 3;");
        Path again = folder.resolve("again.jsh");
        assertThat(printed("%save " + again + " " + begin + "-" + (begin + 3)))
                .startsWith("saved 2 cells in ")
                .endsWith("; left out: 1 cell that failed (--failed keeps it), calls of %reset\n");
        assertThat(again)
                .hasContent("// In[" + (begin + 1) + "]\nint wholeDone = 2;\n\n// In[" + (begin + 3) + "]\n%run " + file
                        + "\nint afterRun = 3;\n");
        printed("%run " + again);
        assertThat(printed("%save -f --failed " + file + " " + begin + "-" + (begin + 3)))
                .startsWith("saved 3 cells in ")
                .contains("left out: calls of %reset, %run");
        assertThat(file)
                .content()
                .contains("halfDone / (halfDone - 1)", "int afterRun = 3;")
                .doesNotContain("%run", "%reset");
        assertThat(failure("%save " + folder.resolve("none.jsh") + " " + begin))
                .contains("there is nothing to save; left out: 1 cell that failed");

        Path typed = folder.resolve("typed.jsh");
        Files.writeString(
                typed, "int typed = 3\n\ntyped + 1\nfor (int i = 0; i < 2; i++) {\n    typed++;\n}\ntyped / 0");
        assertThat(failure("%run " + typed)).startsWith("java.lang.ArithmeticException");
        assertThat(shown.traceback).contains("typed.jsh, line 7");
        Files.writeString(typed, "// In[1]\nint typed = 3;\n\n// In[7]\ntyped++;\ntyped\n/ 0");
        assertThat(failure("%run " + typed)).startsWith("java.lang.ArithmeticException");
        assertThat(shown.traceback).contains("typed.jsh, line 6");
    }

    @Test
    void aFileThatIsSavedDoesNotRunItself() throws IOException {
        Path lesson = folder.resolve("my lesson.jsh");
        Files.writeString(lesson, "int lesson = 1;");
        int first = cells.count() + 1;
        printed("%run \"" + lesson + "\"\nint afterLesson = lesson + 1;");
        failure("%run no\0path.jsh");
        assertThat(printed("%save -f --failed \"" + lesson + "\" " + first + "-" + (first + 1)))
                .startsWith("saved 2 cells in ")
                .endsWith("; left out: calls of %run\n");
        assertThat(lesson)
                .hasContent("// In[" + first + "]\nint afterLesson = lesson + 1;\n\n// In[" + (first + 1)
                        + "]\n%run no\0path.jsh\n");
    }

    @Test
    void aFileOfVeryManyCellsIsLoaded() throws IOException {
        Path many = folder.resolve("many.jsh");
        Files.writeString(many, "// In[1]\n".repeat(100_000));
        printed("%load -r 2-3 " + many);
        assertThat(shown.next).endsWith("\n// In[1]\n// In[1]");
    }

    @Test
    void theLastErrorIsShownAgainWhateverItWas() {
        failure("int wrong = \"text\";");
        assertThat(printed("%tb")).contains("CompileError", "incompatible types");
        failure("%nosuch");
        assertThat(printed("%tb")).contains("UsageError", "there is no magic %nosuch");
        failure("List.of().getFirst()");
        assertThat(printed("%tb")).contains("NoSuchElementException").doesNotContain("%nosuch");
    }

    @Test
    void whatDoesNotCompileTakesNoTime() {
        assertThat(failure("%time noSuchMethod(3)")).startsWith("CompileError");
        assertThat(shown.stdout.toString()).isEmpty();
        assertThat(failure("%time 1 / (3 - 3)")).startsWith("java.lang.ArithmeticException");
        assertThat(shown.stdout.toString()).startsWith("wall ");
    }

    @Test
    void runCallsMainAndSaysWhereAFileFails() throws IOException {
        Path plain = folder.resolve("Plain.java");
        Files.writeString(plain, "void main(String[] words) {\n    System.out.print(String.join(\"+\", words));\n}\n");
        assertThat(printed("%run " + plain + " one \"two three\"")).isEqualTo("one+two three");
        Path inPackage = folder.resolve("Main.java");
        Files.writeString(
                inPackage,
                "package org.example;\n\npublic class Main {\n    public static void main(String[] args) {\n"
                        + "        System.out.print(args.length);\n        Object o = List.of().getFirst();\n    }\n}\n");
        assertThat(failure("%run " + inPackage)).startsWith("java.util.NoSuchElementException");
        assertThat(shown.stdout.toString()).isEqualTo("0");
        assertThat(shown.traceback).contains("Main.java, line 6");
    }

    @Test
    void aSeedIsHandedOn() {
        assertThat(printed("%seed")).startsWith("seed ");
        String numbers = "System.out.print(seed() + \" \" + random().nextInt(1000000) + \" \" + random().nextInt());";
        String first = printed("%seed 7\n" + numbers);
        assertThat(first).contains("\n7 ");
        assertThat(printed("%seed 7\n" + numbers)).isEqualTo(first);
        assertThat(printed("%seed 8\n" + numbers)).isNotEqualTo(first);
        assertThat(failure("%seed seven")).startsWith("UsageError").contains("seven");
    }

    @Test
    void resetForgetsAndFrees() {
        printed(
                "record Held(int a) {}\nvar held = new Held(1); int[] big = new int[1000]; int twice(int x) { return 2 * x; }"
                        + "\nimport java.util.concurrent.locks.ReentrantLock;\nvar weak = new java.lang.ref.WeakReference<>(held);"
                        + "\nThread keeper = new Thread(); keeper.setName(\"k\");");
        assertThat(printed("%reset big")).isEqualTo("forgot big\n");
        assertThat(failure("big.length")).contains("big");
        assertThat(failure("%reset big")).contains("there is no big");
        assertThat(printed("%reset --matching ^he")).isEqualTo("forgot held\n");
        assertThat(printed("for (int i = 0; i < 100 && weak.get() != null; i++) { System.gc(); Thread.sleep(10); }"
                        + "System.out.print(weak.get() == null);"))
                .isEqualTo("true");
        assertThat(failure("%reset")).contains("%reset -f");
        assertThat(printed("%reset -f")).contains("forgot ", "imports and jars stay");
        assertThat(printed("%who")).isEqualTo("no variables yet\n");
        assertThat(failure("twice(2)")).contains("twice");
        assertThat(
                        printed(
                                "record Held(String b) {}\nSystem.out.print(new Held(\"x\").b() + new ReentrantLock().isLocked());"))
                .isEqualTo("xfalse");
        assertThat(
                        printed(
                                "int[] big = new int[3]; int twice(int x) { return 2 * x; }\nSystem.out.print(twice(big.length));"))
                .isEqualTo("6");
    }

    @Test
    void loggersShowInTheCell() {
        String write = "java.util.logging.Logger.getLogger(\"lab.test\").fine(\"looked\");"
                + "System.getLogger(\"lab.test\").log(System.Logger.Level.WARNING, \"careful {0}\", 7);";
        printed("%log debug lab");
        printed(write);
        assertThat(shown.stderr.toString()).contains("debug lab.test: looked", "warning lab.test: careful 7");
        assertThat(printed("%log off lab")).contains("off  lab and below");
        printed(write);
        assertThat(shown.stderr.toString()).isEmpty();
        assertThat(failure("%log loud")).contains("off, error, warning");
    }

    @Test
    void theRestSaysWhatItIs() {
        assertThat(printed("%lsmagic")).contains("%time", "%%bash", "!command");
        assertThat(printed("%timeit --help")).startsWith("%timeit").contains("%%timeit", "-n, --number");
        assertThat(printed("%who --help")).startsWith("%who [-h]");
        assertThat(printed("%time --help")).startsWith("%time CODE").contains("%%time", "wall and CPU time");
        assertThat(printed("%doc --help")).startsWith("%doc NAME").contains("NAME??", "Shift-Tab");
        assertThat(shown.stderr.toString()).isEmpty();
        printed("%timeit?");
        assertThat(shown.displayed("text/plain")).startsWith("%timeit").contains("-n, --number");
        printed("%time?");
        assertThat(shown.displayed("text/plain")).contains("%time CODE", "wall and CPU time");
        assertThat(printed("%memory")).contains("heap", "mapped", "NIBBLE_JAVA_OPTS");
        assertThat(printed("%kernels")).contains("kernels", "same bits");
        assertThat(printed("%env PATH")).isNotBlank();
        assertThat(failure("%env NO_SUCH_NAME_HERE")).contains("no environment variable");
    }
}
