package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.core.Live;
import dev.nibble.core.Progress;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Protocol;
import dev.nibble.metric.Question;
import dev.nibble.metric.Questions;
import dev.nibble.model.Model;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

class ReportTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final EvaluationData DATA = new EvaluationData(
            "a \"little\" | text",
            List.of("The quick brown fox jumps over the lazy dog. ".repeat(4)),
            Optional.of(new Questions(
                    "some",
                    List.of(
                            new Question("Which one?", List.of("this", "that, \"really\""), 1, "", ""),
                            new Question("And now?", List.of("yes", "no"), 0, "", "")))));

    @TempDir
    private Path folder;

    private Model model;

    @BeforeEach
    void open() {
        model = TinyFolder.open("llama", folder);
    }

    @AfterEach
    void close() {
        model.close();
    }

    private Comparison comparison() {
        return Comparison.of(model)
                .on(DATA)
                .by(Protocol.gptq(24))
                .add("fp32", "int3:g16", "w=int2:g16;head=int8")
                .keptIn(folder.resolve("rows"));
    }

    private Report report() {
        return comparison().report(Progress.NONE, Live.NONE);
    }

    private static ObjectNode tree(Report report) throws IOException {
        return (ObjectNode) JSON.readTree(report.json());
    }

    @Test
    void aReportIsReadBackAndNothingDiffersWhenItIsRunAgain() {
        Report report = report();
        Report read = Report.parse(report.json());
        assertThat(read.manifest()).isEqualTo(report.manifest());
        assertThat(read.result()).isEqualTo(report.result());

        Verification same = read.verify(model, DATA, Progress.NONE);
        assertThat(same.differences()).isEmpty();
        assertThat(same.ok()).isTrue();
        assertThat(same.rows()).isEqualTo(4);
        assertThat(same.text()).startsWith("Nothing differs: " + same.numbers() + " numbers of 4 rows");
        // sizes, perplexity and its error and 20 more of each row, and the manifest's counts
        assertThat(same.numbers()).isGreaterThan(4 * 20);
    }

    @Test
    void aChangedNumberIsFoundAndNamedWithBothValues() throws IOException {
        ObjectNode tree = tree(report());
        ObjectNode row = (ObjectNode) tree.path("result").path("rows").get(2);
        double kl = row.path("kl").doubleValue();
        row.put("kl", Math.nextUp(kl));
        ((ObjectNode) tree.path("manifest").path("machine")).put("processor", "an abacus");
        Verification found = Report.parse(tree.toString()).verify(model, DATA, Progress.NONE);
        assertThat(found.ok()).isFalse();
        assertThat(found.differences())
                .containsExactly(new Verification.Difference(
                        "rows[int3:g16].kl", Double.toString(Math.nextUp(kl)), Double.toString(kl)));
        assertThat(found.circumstances())
                .extracting(Verification.Difference::where)
                .containsExactly("manifest.machine.processor");
        assertThat(found.text()).contains("1 field differs", "rows[int3:g16].kl", "an abacus");
    }

    @Test
    void anotherModelTextOrOtherQuestionsAreRefusedBeforeAnythingRuns() {
        Report report = report();
        try (Model other = TinyFolder.open("llama-bias", folder)) {
            assertThatThrownBy(() -> report.verify(other, DATA, Progress.NONE))
                    .isInstanceOf(Report.NotTheSame.class)
                    .hasMessageContaining("model")
                    .hasMessageContaining(report.manifest().modelHash());
        }
        EvaluationData text = new EvaluationData("x", List.of(DATA.documents().getFirst() + "."), DATA.questions());
        assertThatThrownBy(() -> report.verify(model, text, Progress.NONE))
                .isInstanceOf(Report.NotTheSame.class)
                .hasMessageContaining("text");
        EvaluationData none = new EvaluationData("x", DATA.documents(), Optional.empty());
        assertThatThrownBy(() -> report.verify(model, none, Progress.NONE))
                .isInstanceOf(Report.NotTheSame.class)
                .hasMessageContaining("questions");
    }

    @Test
    void verifyingDoesNotLookAtRowsThatWereKept() throws IOException {
        Report report = report();
        try (var files = Files.list(folder.resolve("rows"))) {
            for (Path file : files.toList()) { // a cache that somebody has changed
                Files.writeString(file, Files.readString(file).replaceAll("\"kl\" : [^,]+", "\"kl\" : 7.0"));
            }
        }
        assertThat(report().result()).isNotEqualTo(report.result());
        assertThat(report.verify(model, DATA, Progress.NONE).ok()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "manifest.modelHash | \"xyz\" | modelHash",
                "manifest.protocol | \"gptq:8\" | window",
                "manifest.protocol | \"perplexity\" | protocol",
                "manifest.date | \"yesterday\" | manifest",
                "manifest.windows | -1 | counts",
                "manifest.windows | 1.5 | windows",
                "manifest.tokens | 99999999999999999999 | tokens",
                "manifest.recipes | [\"int8\"] | recipes ask for",
                "manifest.recipes | \"int8\" | recipes",
                "manifest.model | \"a\\nb\" | control",
                "manifest.model | \"\" | model",
                "manifest.model | null | model",
                "manifest.data | [] | text",
                "manifest | 3 | manifest",
                "result.rows | {} | rows",
                "result | null | result",
                "result.tokens | \"40\" | tokens",
                "nibbleReport | 2 | newer",
                "nibbleReport | \"1\" | no report",
            })
    void whatIsNoReportIsRefusedWithTheField(String field, String value, String said) throws IOException {
        ObjectNode tree = tree(report());
        ObjectNode at = tree;
        String[] steps = field.split("\\.", -1);
        for (int i = 0; i + 1 < steps.length; i++) {
            at = (ObjectNode) at.path(steps[i]);
        }
        at.set(steps[steps.length - 1], JSON.readTree(value));
        assertThatThrownBy(() -> Report.parse(tree.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @Test
    void damagedTextIsRefusedOrReadAndNeverAnythingElse() {
        String good = report().json();
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            StringBuilder bad = new StringBuilder(good);
            switch (random.nextInt(3)) {
                case 0 -> bad.setLength(random.nextInt(good.length()));
                case 1 -> bad.setCharAt(random.nextInt(good.length()), "{}[],:\"9e-\u0000x".charAt(random.nextInt(12)));
                default -> bad.insert(random.nextInt(good.length()), "[".repeat(1 + random.nextInt(200)));
            }
            try {
                Report.parse(bad.toString());
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
        assertThatThrownBy(() -> Report.parse("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Report.parse("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void jsonHasEveryFieldAtFullPrecisionAndNullForWhatIsNoNumber() throws IOException {
        ComparisonResult result = report().result();
        JsonNode json = JSON.readTree(result.json());
        assertThat(json.path("protocol").asText()).isEqualTo(result.protocol());
        assertThat(json.path("tokens").asInt()).isEqualTo(result.tokens());
        assertThat(json.path("verdict").asText()).isEqualTo(result.verdict());
        for (int i = 0; i < 4; i++) {
            ComparisonRow row = result.rows().get(i);
            JsonNode node = json.path("rows").get(i);
            assertThat(node.path("recipe").asText()).isEqualTo(row.recipe());
            assertThat(node.path("perplexity").doubleValue()).isEqualTo(row.perplexity());
            assertThat(node.path("klError").doubleValue()).isEqualTo(row.klError());
            assertThat(node.path("sizes").path("bitsPerWeight").doubleValue())
                    .isEqualTo(row.sizes().bitsPerWeight());
            assertThat(node.path("layers")).hasSize(i == 0 ? 0 : 2);
            assertThat(node.path("base").booleanValue()).isEqualTo(i == 0);
        }
        assertThat(json.path("rows").get(0).get("flipsP").isNull()).isTrue();
    }

    @Test
    void csvIsReadByATableReader() throws IOException {
        ComparisonResult result = report().result();
        assertThat(result.csv()).doesNotContain("NaN");
        Table table = Table.read().usingOptions(CsvReadOptions.builder(new StringReader(result.csv())));
        assertThat(table.rowCount()).isEqualTo(4);
        assertThat(table.stringColumn("recipe").asList())
                .containsExactly("as stored", "fp32", "int3:g16", "w=int2:g16;head=int8");
        assertThat(table.stringColumn("data").get(3)).isEqualTo(DATA.name());
        for (int i = 0; i < 4; i++) {
            ComparisonRow row = result.rows().get(i);
            assertThat(table.doubleColumn("kl_nats_per_token").getDouble(i)).isEqualTo(row.kl());
            assertThat(table.doubleColumn("perplexity_error").getDouble(i)).isEqualTo(row.perplexityError());
        }
        assertThat(table.doubleColumn("relative_hidden_error: layer 1").isMissing(0))
                .isTrue();
        assertThat(table.doubleColumn("relative_hidden_error: layer 1").getDouble(2))
                .isEqualTo(result.rows().get(2).layers().get(1));
    }

    @Test
    void filesAreWrittenByTheirEnding() throws IOException {
        ComparisonResult result = report().result();
        for (String name : List.of("out.csv", "out.JSON", "out.md")) {
            result.write(folder.resolve(name));
        }
        assertThat(folder.resolve("out.csv")).hasContent(result.csv());
        assertThat(folder.resolve("out.JSON")).hasContent(result.json());
        assertThat(folder.resolve("out.md")).hasContent(result.markdown());
        assertThatThrownBy(() -> result.write(folder.resolve("out.xlsx"))).hasMessageContaining(".csv");
        assertThatThrownBy(() -> ComparisonResult.checkWritable(folder.resolve("no/out.csv")))
                .hasMessageContaining("no folder");
    }

    @Test
    void theErrorBehindEachLayerIsThatOfTheTwoModelsSideBySide() {
        ComparisonResult result = report().result();
        assertThat(result.rows().get(1).layers()).containsExactly(0.0, 0.0); // fp32 holds these numbers
        Evaluation tokens = Evaluation.of(model.tokenizer(), DATA.documents(), Protocol.gptq(24), 1);
        ErrorGrowth growth = ErrorGrowth.of(model, "int3:g16", tokens, Progress.NONE);
        assertThat(result.rows().get(2).layers())
                .containsExactlyElementsOf(
                        growth.steps().stream().map(ErrorGrowth.Step::mean).toList());
    }

    @Test
    void theCommandIsWhatAShellReadsAndHasNoFolders() {
        Manifest manifest = report().manifest();
        assertThat(manifest.command())
                .isEqualTo(
                        "nibble report --model llama --recipes 'fp32,int3:g16,w=int2:g16;head=int8' --protocol gptq:24"
                                + " --text 'a \"little\" | text' --questions some -o report.html");
        assertThat(report().json()).doesNotContain(folder.toString());
    }
}
