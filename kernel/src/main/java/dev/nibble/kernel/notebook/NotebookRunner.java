package dev.nibble.kernel.notebook;

import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.ProgressState;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import dev.nibble.kernel.protocol.CellRunner;
import dev.nibble.kernel.protocol.CellRunner.CellError;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.CellRunner.CellResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a notebook's code cells in order, without Jupyter. Relative paths in cells resolve against the working directory
 * of the process, so whoever runs a notebook starts the JVM in the notebook's folder.
 */
public final class NotebookRunner {
    private final CellRunner cells;
    private final boolean allowErrors;
    private final Duration limit;

    /**
     * @param cells runs them; stays open
     * @param allowErrors go on after a cell that fails
     */
    public NotebookRunner(CellRunner cells, boolean allowErrors) {
        this(cells, allowErrors, Duration.ZERO);
    }

    /**
     * @param cells runs them; stays open
     * @param allowErrors go on after a cell that fails
     * @param limit after which a cell is stopped, and has failed; zero for none
     */
    public NotebookRunner(CellRunner cells, boolean allowErrors, Duration limit) {
        this.cells = cells;
        this.allowErrors = allowErrors;
        this.limit = limit;
    }

    /** Hears how a run goes; all methods are optional. */
    public interface Listener {
        /** Hears nothing. */
        Listener NONE = new Listener() {};

        /**
         * @param number of this code cell, from 1
         * @param total code cells in the notebook
         */
        default void started(int number, int total, Cell cell) {}

        default void finished(int number, int total, Cell cell, Duration time, CellError error) {}

        /** Text that a cell prints, as it is printed. */
        default void printed(String stream, String text) {}

        /** A task inside the running cell began, went on or ended. */
        default void progress(ProgressState state) {}
    }

    /**
     * A cell that failed.
     *
     * @param position in the notebook, Markdown cells counted, from 1
     * @param number among the code cells, from 1
     * @param cell with its source
     * @param error what it threw
     */
    public record Failure(int position, int number, Cell cell, CellError error) {
        /** Where and what, in a line: {@code cell 4 (code cell 2, "var w = model…"): IllegalArgumentException: …}. */
        public String summary() {
            String first = cell.source().lines().findFirst().orElse("").strip();
            String shown = first.length() <= 60 ? first : first.substring(0, 59) + "…";
            String message = error.value() == null
                    ? ""
                    : error.value().lines().findFirst().orElse("");
            String value = message.isEmpty() ? "" : ": " + message;
            return "cell " + position + " (code cell " + number + ", \"" + shown + "\"): " + error.name() + value;
        }
    }

    /**
     * What a run gave.
     *
     * @param notebook with the outputs of all cells that ran; the others have none
     * @param failure the cell at which it stopped, or the first that failed if errors are allowed
     */
    public record Run(NotebookDocument notebook, Optional<Failure> failure) {
        public boolean ok() {
            return failure.isEmpty();
        }
    }

    /**
     * Runs all code cells. Stops at the first that fails, unless errors are allowed or the cell is tagged
     * {@code raises-exception}; cells tagged {@code skip-execution} are left out, as Jupyter's own tools do.
     */
    public Run run(NotebookDocument notebook, Listener listener) {
        OutputRecorder recorder = new OutputRecorder();
        List<Cell> original = notebook.cells();
        OutputRecorder.Recorded[] outputs = new OutputRecorder.Recorded[original.size()];
        Integer[] counts = new Integer[original.size()];
        Failure failure = null;
        int total = (int) original.stream().filter(NotebookRunner::runs).count();
        int number = 0;
        for (int i = 0; i < original.size(); i++) {
            Cell cell = original.get(i);
            if (!runs(cell)) {
                continue;
            }
            number++;
            listener.started(number, total, cell);
            outputs[i] = recorder.cell(new Printed(listener));
            long start = System.nanoTime();
            CellResult result = run(cell, outputs[i]);
            Duration time = Duration.ofNanos(System.nanoTime() - start);
            counts[i] = result.executionCount();
            listener.finished(number, total, cell, time, result.error());
            if (!result.ok() && !cell.hasTag("raises-exception")) {
                failure = failure == null ? new Failure(i + 1, number, cell, result.error()) : failure;
                if (!allowErrors) {
                    break;
                }
            }
        }
        // outputs are taken at the end: a later cell may have updated an earlier display
        List<Cell> done = new ArrayList<>();
        for (int i = 0; i < original.size(); i++) {
            Cell cell = original.get(i);
            done.add(
                    cell.kind() != Kind.CODE
                            ? cell
                            : cell.withOutputs(counts[i], outputs[i] == null ? List.of() : outputs[i].outputs()));
        }
        return new Run(notebook.withCells(done), Optional.ofNullable(failure));
    }

    private CellResult run(Cell cell, OutputRecorder.Recorded output) {
        if (limit.isZero()) {
            return cells.run(CellRequest.of(cell.source()), output);
        }
        var late = new AtomicBoolean();
        var over = new CountDownLatch(1);
        Thread watch = Thread.ofPlatform().name("time-limit").daemon().start(() -> {
            try {
                if (!over.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    late.set(true);
                    cells.interrupt();
                }
            } catch (InterruptedException unexpected) {
                Thread.currentThread().interrupt();
            }
        });
        CellResult result = cells.run(CellRequest.of(cell.source()), output);
        over.countDown();
        try {
            watch.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        if (result.ok() || !late.get()) {
            return result;
        }
        String message =
                String.format(Locale.ROOT, "the cell ran longer than %s s and was stopped", limit.toMillis() / 1000.0);
        var error = new CellError("TimeLimit", message, List.of("TimeLimit: " + message));
        return new CellResult(result.executionCount(), error);
    }

    private static boolean runs(Cell cell) {
        return cell.kind() == Kind.CODE && !cell.source().isBlank() && !cell.hasTag("skip-execution");
    }

    /** Passes on what is printed, and nothing else. */
    private static final class Printed extends NoOutput {
        private final Listener listener;

        Printed(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void stream(String name, String text) {
            listener.printed(name, text);
        }

        @Override
        public void progress(ProgressState state) {
            listener.progress(state);
        }
    }
}
