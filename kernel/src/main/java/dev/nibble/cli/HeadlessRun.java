package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.kernel.display.ProgressState;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.notebook.HtmlReport;
import dev.nibble.kernel.notebook.NotebookDocument;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookRunner;
import dev.nibble.kernel.notebook.Parameters;
import dev.nibble.kernel.protocol.CellRunner.CellError;
import dev.nibble.kernel.protocol.Cells;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run of a notebook in this process, shown in the terminal, stopped by Ctrl-C, written where it shall be. */
final class HeadlessRun {
    private final Path notebook;
    private final List<Path> outputs;
    private final boolean allowErrors;
    private Map<String, String> parameters = Map.of();
    private Duration limit = Duration.ZERO;

    /**
     * @param notebook an .ipynb file
     * @param outputs where the notebook with its outputs goes: .ipynb or .html
     * @param allowErrors go on after a cell that fails
     */
    HeadlessRun(Path notebook, List<Path> outputs, boolean allowErrors) {
        this.notebook = notebook;
        this.outputs = outputs;
        this.allowErrors = allowErrors;
    }

    /** Values for the notebook's parameters, by name. */
    HeadlessRun with(Map<String, String> values) {
        parameters = Map.copyOf(values);
        return this;
    }

    /** The longest that a cell may take; zero for any time. */
    HeadlessRun within(Duration most) {
        limit = most;
        return this;
    }

    /**
     * What a run gave.
     *
     * @param run with the notebook
     * @param seconds it took
     */
    record Done(NotebookRunner.Run run, double seconds) {}

    static boolean isHtml(Path output) {
        return endsWith(output, ".html") || endsWith(output, ".htm");
    }

    static boolean isNotebook(Path output) {
        return endsWith(output, ".ipynb");
    }

    private static boolean endsWith(Path file, String end) {
        return file.getFileName() != null
                && file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(end);
    }

    /** Says now what would go wrong after the work. */
    void check() throws NoSuchFileException {
        if (!Files.isRegularFile(notebook)) {
            throw new NoSuchFileException(notebook.toString());
        }
        for (Path output : outputs) {
            if (!Files.isDirectory(output.getParent())) {
                throw new WorkFailed(output + " can not be written: there is no folder " + output.getParent());
            }
        }
    }

    Done run() {
        var document = Parameters.inject(NotebookDocument.read(notebook), parameters);
        // A notebook that is written for others carries a picture beside each figure.
        boolean png = outputs.stream().anyMatch(HeadlessRun::isNotebook);
        Progress progress = Progress.current();
        long started = System.nanoTime();
        NotebookRunner.Run run;
        try (Cells cells = Cells.create(RenderOptions.DEFAULT.withPng(png));
                var _ = new Stopper(cells::interrupt, progress)) {
            var _ = cells.engine(); // no cell is charged with its start
            run = new NotebookRunner(cells, allowErrors, limit).run(document, new Shown(progress));
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        for (Path output : outputs) {
            if (isHtml(output)) {
                String title = run.notebook().title(notebook.getFileName().toString());
                HtmlReport.write(run.notebook(), notebook.getParent(), title, output);
            } else {
                run.notebook().write(output);
            }
        }
        progress.cancelToken().check("run " + notebook.getFileName());
        return new Done(run, seconds);
    }

    /** Cells as steps of a task. */
    private static final class Shown implements NotebookRunner.Listener {
        private final Progress progress;
        private final CellBars bars;
        private Progress.Task task;

        Shown(Progress progress) {
            this.progress = progress;
            this.bars = new CellBars(progress);
        }

        @Override
        public void started(int number, int total, Cell cell) {
            if (task == null) {
                task = progress.task("run cells", total, "cells");
            }
        }

        @Override
        public void finished(int number, int total, Cell cell, Duration time, CellError error) {
            if (!progress.cancelToken().isCancelled()) {
                task.step(1);
            }
            if (number == total || error != null) {
                task.close();
                task = null;
            }
        }

        @Override
        public void progress(ProgressState state) {
            bars.accept(state);
        }
    }
}
