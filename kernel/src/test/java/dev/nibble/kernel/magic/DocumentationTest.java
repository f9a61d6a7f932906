package dev.nibble.kernel.magic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.Documentation;
import dev.nibble.kernel.jshell.Documentation.Help;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.Cells;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Shift-Tab shows. */
class DocumentationTest {
    private static Cells cells;

    @BeforeAll
    static void open() {
        cells = Cells.create(RenderOptions.DEFAULT);
        var error = cells.run(CellRequest.of("""
                                var w = Generators.gaussian(64, 128, 1);
                                int groupSize = 32;
                                var names = List.of("a", "b");
                                /** The largest magnitude. */
                                float absmax(Matrix m, int row) { return 1f; }
                                record Scale(float value, int bits) { float step() { return value / bits; } }
                                """), new NoOutput()).error();
        assertThat(error).isNull();
    }

    @AfterAll
    static void close() {
        cells.close();
    }

    private static Optional<Help> at(String code, boolean withSource) {
        int cursor = code.indexOf('¦');
        return new Documentation(cells.engine())
                .at(code.replace("¦", ""), cursor < 0 ? code.length() : cursor, withSource);
    }

    private static String text(String code) {
        return at(code, false).map(Help::text).orElse("");
    }

    private static String source(String code) {
        return at(code, true).map(Help::text).orElse("");
    }

    @Test
    void aMethodOfOursShowsItsSignatureItsParametersAndWhatIsWritten() {
        String text = text("Models.op¦en(\"x\")");
        assertThat(text.lines().findFirst()).contains("static Model open(String nameOrPath)");
        assertThat(text).contains("static Model open(String nameOrPath, Progress progress)", "dev.nibble.model.Models");
        String both = text("Models.open(\"x\", ¦");
        assertThat(both.lines().findFirst()).contains("static Model open(String nameOrPath, Progress progress)");
        assertThat(both).contains("Opens a model.", "throws ModelUnavailable", "if a model can not be fetched");
    }

    @Test
    void theOverloadThatFitsTheArgumentsComesFirst() {
        assertThat(text("\"abc\".substring(1, ¦").lines().findFirst())
                .contains("String substring(int beginIndex, int endIndex)");
        assertThat(text("\"abc\".substring(¦").lines().findFirst()).contains("String substring(int beginIndex)");
        assertThat(text("Math.ma¦x(1f, 2f)")).contains("float max(float a, float b)", "double max(double a, double b)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "Math.max(1.0,                        | double max(double a, double b)",
                "Math.ma¦x(1, 2L)                     | long max(long a, long b)",
                "Math.abs(-2.5f                       | float abs(float a)",
                "String.valueOf('c'                   | String valueOf(char c)",
                "String.valueOf(\"a                  | String valueOf(Object obj)",
                "Charts.numberLine(\"int\", 4       | numberLine(String",
                "\"abc\".indexOf(\"b\", ¦         | int indexOf(String str, int fromIndex)",
                "List.of(1, 2).remo¦ve((Object) 1)    | boolean remove(Object o)",
                "names.toArray(new String[0]          | T[] toArray(T[] a)",
                "new StringBuilder().append(Math.sqrt(groupSize) | append(double d)",
                "String.format(\"%s\", names,       | String format(String format, Object... args)",
                "Math.max(new HashMap<String, Integer>().get(\"a\"), 2.5 | double max(double a, double b)",
                "Thread.sleep(java.time.Duration.ofMillis(1) | void sleep(Duration duration)",
                "Math.max(List.of(1).get(0), 2.5      | double max(double a, double b)"
            })
    void theOverloadThatTakesTheArgumentsThatAreThereComesFirst(String code, String first) {
        assertThat(text(code).lines().findFirst().orElse("")).contains(first);
    }

    @Test
    void aMethodWithoutACommentShowsThatOfTheOneItOverrides() {
        assumeTrue(
                Files.exists(Path.of(System.getProperty("java.home"), "lib", "src.zip")),
                "skipped: this JDK comes without its sources");
        assertThat(text("new ArrayList<String>().add(¦"))
                .contains("boolean add(String e)", "Appends the specified element");
        assertThat(text("String.format")).contains("format string", "args");
        assertThat(text("new StringBuilder().appe¦nd(true)")).contains("append(boolean b)");
    }

    @Test
    void aComponentOfARecordIsDescribedByTheRecord() {
        assertThat(text("new Question(\"q\", List.of(), 0).ans¦wer()")).contains("int answer()");
        assertThat(text("KnownModel.all().getFirst().licence")).contains("SPDX identifier");
    }

    @Test
    void aVariableShowsItsTypeAndWhatItHolds() {
        assertThat(text("w")).contains("Matrix w", "64 x 128", "32,768 bytes", "Matrix:");
        assertThat(text("groupSize")).contains("int groupSize", "32");
        assertThat(text("w.multiply(na¦mes)")).contains("List<String> names", "shape 2");
        assertThat(text("for (var name : names) { na¦me")).contains("String name");
    }

    @Test
    void whatCellsDeclaredShowsItsSource() {
        assertThat(text("absmax")).contains("float absmax(Matrix m, int row)");
        assertThat(source("absmax(¦w, 1)")).contains("float absmax(Matrix m, int row) { return 1f; }");
        assertThat(source("Scale")).contains("record Scale(float value, int bits) {");
        assertThat(text("new Scale(¦")).contains("Scale(float value, int bits)");
    }

    @Test
    void ourSourceIsShownInColours() {
        Help help = at("Matri¦x m", true).orElseThrow();
        assertThat(help.text()).contains("public final class Matrix");
        assertThat(help.html()).contains("<span style=\"color:#a259d9\">");
        assertThat(source("w.row(¦")).contains("public float[] row(int row) {");
    }

    @Test
    void aClassShowsWhatItIsForAndHowItIsMade() {
        assertThat(text("List<Str¦ing> all")).contains("final class String implements", "new String(");
        assertThat(text("Formats.¦")).isEmpty();
        assertThat(text("import dev.nibble.format.Forma¦ts;")).contains("All number formats by name");
    }

    /** At a magic how it is written; at Java behind it or below it what Java there means. */
    @Test
    void magicsAreDescribedToo() {
        assertThat(inCell("%timeit¦")).startsWith("%timeit").contains("-n, --number");
        assertThat(inCell("%%time¦it\nw.rows()")).contains("-n, --number");
        assertThat(inCell("%timeit -n¦ 3 w.rows()")).contains("-n, --number");
        assertThat(inCell("int a = 1;\n%sav¦e x.jsh")).contains("%save", "--force");
        assertThat(inCell("%timeit Math.ma¦x(1f, 2f)")).contains("float max(float a, float b)");
        assertThat(inCell("%%timeit\nw.ro¦w(1)")).contains("float[] row(int row)");
        assertThat(inCell("%%bash\nls w¦")).isEmpty();
        assertThat(inCell("%nosuch¦")).isEmpty();
        assertThat(inCell("%seed 3\ngroup¦Size")).contains("int groupSize");
    }

    private static String inCell(String code) {
        return new CellDocumentation(cells.magics(), cells.engine())
                .at(code.replace("¦", ""), code.indexOf('¦'), false)
                .map(Help::text)
                .orElse("");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"noSuchThing", "", "1 + ", "\"a text\"", "w.noSuchMember", "// w", "if (true", "}", "%%bash"})
    void nothingIsKnownAboutTheRest(String code) {
        assertThat(at(code, false)).isEmpty();
    }
}
