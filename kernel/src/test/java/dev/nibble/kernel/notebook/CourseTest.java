package dev.nibble.kernel.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import dev.nibble.kernel.protocol.CellRunner;
import dev.nibble.kernel.protocol.Cells;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every notebook of the course: what is committed of it, and that it runs and its exercises can be solved. */
class CourseTest {
    private static final Path FOLDER = Path.of("..", "notebooks");
    private static final String MODEL = "\"smollm2-135m\"";
    private static final String NO_MODEL = "\"no such model.gguf\"";
    private static final int MOST = 1_000_000;

    /** Folders of one machine: a home, a temporary folder, a drive. */
    private static final Pattern MACHINE =
            Pattern.compile("(?<![\\w.:/])/(home|Users|tmp|root|work|var|private|mnt)/\\w|[A-Z]:\\\\\\\\?\\w");

    static Stream<Path> notebooks() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notebooks")
    void itsOutputsAreCommittedSmallAndOfNoMachine(Path file) {
        NotebookDocument notebook = NotebookDocument.read(file);
        int number = 0;
        for (Cell cell : code(notebook)) {
            number++;
            String what = "code cell " + number + " of " + file.getFileName() + ": " + cell.source();
            assertThat(cell.executionCount()).as("run in order: " + what).isEqualTo(number);
            for (ObjectNode output : cell.outputs()) {
                assertThat(output.path("output_type").asText()).as(what).isNotEqualTo("error");
                assertThat(output.toString().getBytes(StandardCharsets.UTF_8).length)
                        .as(what)
                        .isLessThan(MOST);
                assertThat(MACHINE.matcher(withoutPictures(output)).results().map(m -> m.group()))
                        .as("folders of a machine in the outputs of " + what)
                        .isEmpty();
            }
            if (solution(cell) != null) {
                assertThat(text(cell)).as(what).contains("No answer yet");
            }
        }
        assertThat(number).isPositive();
    }

    /**
     * With the stand-in for the model, which is there without a network. After each exercise comes a copy of it with its
     * solution.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("notebooks")
    void itRunsAndItsExercisesCanBeSolved(Path file) {
        NotebookDocument notebook = NotebookDocument.read(file);
        List<Cell> cells = new ArrayList<>();
        for (Cell cell : notebook.cells()) {
            if (cell.kind() == Kind.CODE) {
                cells.add(with(cell, cell.source().replace(MODEL, NO_MODEL)));
                if (solution(cell) != null) {
                    cells.add(with(cell, solved(cell)));
                }
            }
        }
        NotebookRunner.Run run;
        try (CellRunner runner = Cells.create(RenderOptions.DEFAULT)) {
            run = new NotebookRunner(runner, false).run(notebook.withCells(cells), NotebookRunner.Listener.NONE);
        }
        assertThat(run.failure().map(NotebookRunner.Failure::summary)).isEmpty();

        List<Cell> done = run.notebook().cells();
        List<Cell> committed = code(notebook);
        int exercises = 0;
        for (int i = 0, c = 0; i < done.size(); i++, c++) {
            Cell cell = done.get(i);
            assertThat(committed.get(c).outputs().isEmpty())
                    .as("committed without the output that it has: " + cell.source())
                    .isEqualTo(cell.outputs().isEmpty());
            if (solution(cell) != null) {
                assertThat(text(cell)).as(cell.source()).contains("No answer yet");
                Cell answered = done.get(++i);
                assertThat(text(answered)).as(answered.source()).contains("Right");
                exercises++;
            }
        }
        boolean isLesson = !file.getFileName().toString().startsWith("00-");
        assertThat(exercises).as("exercises").isBetween(isLesson ? 2 : 0, 3);
    }

    private static List<Cell> code(NotebookDocument notebook) {
        return notebook.cells().stream().filter(c -> c.kind() == Kind.CODE).toList();
    }

    private static Cell with(Cell cell, String source) {
        return new Cell(cell.kind(), cell.id(), source, cell.metadata(), cell.attachments(), null, List.of());
    }

    /** The line that answers an exercise; null if the cell is none. */
    private static String solution(Cell cell) {
        return cell.metadata().path("nibble").path("solution").textValue();
    }

    private static String solved(Cell cell) {
        List<String> open =
                cell.source().lines().filter(line -> line.contains("= null;")).toList();
        assertThat(open).as("lines to be replaced in " + cell.source()).hasSize(1);
        return cell.source().replace(open.getFirst(), solution(cell));
    }

    /** Pictures are base64, in which any word may turn up. */
    private static String withoutPictures(ObjectNode output) {
        ObjectNode copy = output.deepCopy();
        if (copy.path("data") instanceof ObjectNode data) {
            data.remove("image/png");
        }
        return copy.toString();
    }

    private static String text(Cell cell) {
        return cell.outputs().stream().map(ObjectNode::toString).collect(Collectors.joining("\n"));
    }
}
