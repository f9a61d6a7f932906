package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.tests.launcher.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons of a tiny model: written, and run again. */
class ReportTest {
    private static final Path MODELS =
            Path.of("../quant-lib/src/test/resources/models").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void program() throws IOException {
        nibble = new Program(folder, folder.resolve("home"));
        model("tiny", "llama");
        Files.writeString(folder.resolve("text.txt"), "The quick brown fox jumps over the lazy dog. ".repeat(6));
        Files.writeString(
                folder.resolve("q.jsonl"),
                "{\"question\":\"Which?\",\"choices\":[\"this\",\"that\"],\"answer\":1}\n"
                        + "{\"question\":\"And?\",\"choices\":[\"yes\",\"no\"],\"answer\":0}\n");
    }

    /** A model with a tokenizer of one token for each of 96 characters. */
    private void model(String name, String original) throws IOException {
        Path to = Files.createDirectories(folder.resolve(name));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(MODELS.resolve(original).resolve(file), to.resolve(file));
        }
        ObjectMapper json = new ObjectMapper();
        ObjectNode tokenizer = json.createObjectNode();
        ObjectNode bytes = tokenizer.putObject("pre_tokenizer");
        bytes.put("type", "ByteLevel").put("add_prefix_space", false);
        bytes.put("trim_offsets", true).put("use_regex", true);
        tokenizer.set("decoder", bytes.deepCopy());
        ObjectNode bpe = tokenizer.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = bpe.putObject("vocab");
        vocabulary.put("Ċ", 0).put("Ġ", 1);
        for (int i = 2; i < 96; i++) {
            vocabulary.put(Character.toString('!' + i - 2), i);
        }
        bpe.putArray("merges");
        json.writeValue(to.resolve("tokenizer.json").toFile(), tokenizer);
    }

    private Shell.Result report(String... more) {
        String[] all = new String[more.length + 8];
        String[] first = {"report", "--model", "tiny", "--recipes", "int8,int3:g16", "--protocol", "gptq:24", "-o"};
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return nibble.run(all);
    }

    @Test
    void aReportIsVerifiedAnywhereAndSaysWhatWasChanged() throws IOException {
        var made = report("report.html", "--text", "text.txt", "--questions", "q.jsonl");
        assertThat(made.status()).as(made.err()).isZero();
        Path file = folder.resolve("report.html");
        String html = Files.readString(file);
        assertThat(html).doesNotContain(folder.toString());
        Document page = Jsoup.parse(html);
        assertThat(page.select("#table tbody tr")).hasSize(3);
        assertThat(page.select("#layers tbody tr")).hasSize(2);
        assertThat(page.select("#chart img").attr("alt")).contains("KL divergence");
        assertThat(page.select("[src^=http], link, iframe")).isEmpty();
        JsonNode carried = Program.parse(page.getElementById("nibble-report").data());
        assertThat(carried.path("manifest").path("command").asText())
                .isEqualTo("nibble report --model tiny --recipes int8,int3:g16 --protocol gptq:24 --text text.txt"
                        + " --questions q.jsonl -o report.html");

        // Another width of vectors and another number of threads change nothing; the program runs its work in a second
        // JVM.
        var narrow = new Program(folder, folder.resolve("home"))
                .with(
                        "NIBBLE_JAVA_OPTS",
                        "-XX:MaxVectorSize=16 -Dnibble.kernels=scalar"
                                + " -Djava.util.concurrent.ForkJoinPool.common.parallelism=5");
        var same = narrow.run("report", "--verify", "report.html");
        assertThat(same.status()).as(same.out() + same.err()).isZero();
        assertThat(same.out()).startsWith("Nothing differs").contains("of 3 rows", "manifest.machine.kernels");

        Element script = page.getElementById("nibble-report");
        String kl = carried.path("result").path("rows").get(2).path("kl").asText();
        Files.writeString(
                folder.resolve("changed.html"),
                html.replace(script.data(), script.data().replace(kl, "0.25")));
        JsonNode changed = Program.parse(
                nibble.run("report", "--verify", "changed.html", "--json").out());
        assertThat(changed.path("nothing_differs").booleanValue()).isFalse();
        assertThat(changed.path("differences")).hasSize(1);
        JsonNode difference = changed.path("differences").get(0);
        assertThat(difference.path("where").asText()).isEqualTo("rows[int3:g16].kl");
        assertThat(difference.path("reported").asText()).isEqualTo("0.25");
        assertThat(difference.path("now").asText()).isEqualTo(kl);

        Files.writeString(folder.resolve("shown.html"), html.replace(">as stored<", ">better<"));
        var shown = nibble.run("report", "--verify", "shown.html");
        assertThat(shown.status()).isEqualTo(1);
        assertThat(shown.out()).contains("has been changed", "table");
    }

    @Test
    void whatCanNotBeComparedHasItsOwnExitCode() throws IOException {
        assertThat(report("report.html", "--text", "text.txt").status()).isZero();
        model("other", "llama-bias");
        var other = nibble.run("report", "--verify", "report.html", "--model", "other");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("SHA-256", "another");
        Files.writeString(folder.resolve("text.txt"), "Another text. ".repeat(30));
        var text = nibble.run("report", "--verify", "report.html");
        assertThat(text.status()).isEqualTo(2);
        assertThat(text.err()).contains("text.txt", "SHA-256");
        Files.delete(folder.resolve("text.txt"));
        var gone = nibble.run("report", "--verify", "report.html");
        assertThat(gone.status()).isEqualTo(2);
        assertThat(gone.err()).contains("--text");
        var none = nibble.run("report", "--verify", "tiny/config.json");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("no report");
        assertThat(nibble.run("report", "--verify", "report.html", "--full").status())
                .isEqualTo(2);
    }

    @Test
    void aComparisonIsWrittenInEveryForm() throws IOException {
        var done = nibble.run(
                "compare",
                "tiny",
                "--recipes",
                "int8",
                "--protocol",
                "gptq:24",
                "--text",
                "text.txt",
                "-o",
                "a.csv",
                "-o",
                "a.json",
                "-o",
                "a.md",
                "--json");
        assertThat(done.status()).as(done.err()).isZero();
        JsonNode printed = Program.parse(done.out());
        assertThat(Program.parse(Files.readString(folder.resolve("a.json")))).isEqualTo(printed);
        assertThat(Files.readAllLines(folder.resolve("a.csv"))).hasSize(3);
        assertThat(Files.readString(folder.resolve("a.md"))).contains("| `int8` | ");
        assertThat(nibble.run("compare", "tiny", "-o", "a.xlsx").err()).contains(".csv, .json or .md");
    }
}
