package dev.nibble.kernel.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotebookFileTest {
    @TempDir
    private Path folder;

    private NotebookDocument read(String json) throws IOException {
        return NotebookDocument.read(Files.writeString(folder.resolve("n.ipynb"), json));
    }

    @Test
    void sourcesAreOneStringOrLines() throws IOException {
        NotebookDocument notebook = read("""
                {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [
                  {"cell_type": "markdown", "source": "# Title\\ntext"},
                  {"cell_type": "code", "source": ["int a;\\n", "a"], "outputs": [], "execution_count": 3,
                   "metadata": {"tags": ["raises-exception"]}},
                  {"cell_type": "raw"}]}
                """);
        assertThat(notebook.title("none")).isEqualTo("Title");
        assertThat(notebook.cells()).extracting(Cell::source).containsExactly("# Title\ntext", "int a;\na", "");
        assertThat(notebook.cells()).extracting(Cell::kind).containsExactly(Kind.MARKDOWN, Kind.CODE, Kind.RAW);
        assertThat(notebook.cells().get(1).hasTag("raises-exception")).isTrue();
        assertThat(notebook.cells().get(1).executionCount()).isEqualTo(3);
    }

    @Test
    void missingAndRepeatedIdsAreMadeTheSameEachTime() throws IOException {
        String json = """
                {"nbformat": 4, "cells": [{"cell_type": "code", "source": "1", "id": "same"},
                 {"cell_type": "code", "source": "1", "id": "same"}, {"cell_type": "code", "source": "1"}]}
                """;
        var ids = read(json).cells().stream().map(Cell::id).toList();
        assertThat(ids).doesNotHaveDuplicates().startsWith("same").allMatch(id -> id.matches("[a-zA-Z0-9_-]{1,64}"));
        assertThat(read(json).cells()).extracting(Cell::id).isEqualTo(ids);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|not a notebook",
                "{\"cells\": []}|nbformat",
                "{\"nbformat\": 3, \"cells\": []}|format 3, only 4 is read",
                "{\"nbformat\": 4}|an array \"cells\"",
                "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"heading\"}]}|cell 1: is of type \"heading\"",
                "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": 5}]}|neither text nor a list",
                "{\"nbformat\": 4, \"cells\": [|line 1",
                "''|not a notebook"
            })
    void badFilesAreRefusedWithTheReason(String json, String reason) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(NotebookException.class)
                .hasMessageContaining("n.ipynb")
                .hasMessageContaining(reason);
    }

    @Test
    void deepNestingIsRefusedNotFollowed() {
        assertThatThrownBy(() -> read("{\"nbformat\": 4, \"metadata\": " + "[".repeat(100_000)))
                .isInstanceOf(NotebookException.class);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> NotebookDocument.read(folder.resolve("absent.ipynb")))
                .hasMessageContaining("absent.ipynb")
                .hasMessageContaining("no such file");
    }

    @Test
    void whatIsWrittenIsWhatJupyterWouldWrite() throws IOException {
        NotebookDocument notebook = read("""
                {"nbformat": 4, "nbformat_minor": 5, "metadata": {"z": 1.5e-7, "a": []}, "cells": [
                  {"cell_type": "code", "id": "one", "metadata": {}, "source": "a\\nb\\n", "execution_count": 1,
                   "outputs": [{"output_type": "stream", "name": "stdout", "text": "\\u001b[31mé\\n"}]}]}
                """);
        Path file = folder.resolve("out.ipynb");
        notebook.write(file);
        // json.dumps(…, sort_keys=True, indent=1, ensure_ascii=False) of Python, as nbformat calls it
        assertThat(Files.readString(file)).isEqualTo("""
                        {
                         "cells": [
                          {
                           "cell_type": "code",
                           "execution_count": 1,
                           "id": "one",
                           "metadata": {},
                           "outputs": [
                            {
                             "name": "stdout",
                             "output_type": "stream",
                             "text": [
                              "\\u001b[31mé\\n"
                             ]
                            }
                           ],
                           "source": [
                            "a\\n",
                            "b\\n"
                           ]
                          }
                         ],
                         "metadata": {
                          "a": [],
                          "kernelspec": {
                           "display_name": "Nibble (Java 25)",
                           "language": "java",
                           "name": "nibble"
                          },
                          "language_info": {
                           "codemirror_mode": "text/x-java",
                           "file_extension": ".jshell",
                           "mimetype": "text/x-java-source",
                           "name": "java",
                           "pygments_lexer": "java"
                          },
                          "z": 1.5e-07
                         },
                         "nbformat": 4,
                         "nbformat_minor": 5
                        }
                        """);
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder("n.ipynb", "out.ipynb");
        }
    }

    @Test
    void writingTwiceChangesNothing() throws IOException {
        NotebookDocument notebook =
                read("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": \"1\"}]}");
        Path file = folder.resolve("out.ipynb");
        notebook.write(file);
        String once = Files.readString(file);
        NotebookDocument.read(file).write(file);
        assertThat(Files.readString(file)).isEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0001130281, 0.0001130281",
        "0.00001, 1e-05",
        "123456789.5, 123456789.5",
        "3.0, 3.0",
        "-0.5, -0.5",
        "1e16, 1e+16",
        "1.5e300, 1.5e+300",
        "1e15, 1000000000000000.0",
        "0.0, 0.0"
    })
    void numbersAreWrittenAsPythonWritesThem(double value, String text) throws IOException {
        assertThat(NotebookWriter.number(value)).isEqualTo(text);
        JsonNode again = new ObjectMapper().readTree(text);
        assertThat(again.doubleValue()).isEqualTo(value);
    }
}
