package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.kernel.display.ProgressState;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Tasks of cells, whose states say how much is done, as tasks of ours, which are told what was added. */
final class CellBars implements Consumer<ProgressState> {
    private final Progress progress;
    private final Map<String, Bar> open = new ConcurrentHashMap<>();

    CellBars(Progress progress) {
        this.progress = progress;
    }

    @Override
    public void accept(ProgressState state) {
        if (progress.cancelToken().isCancelled()) {
            return;
        }
        Bar bar = open.computeIfAbsent(
                state.id(), id -> new Bar(progress.task(state.title(), state.total(), state.unit())));
        bar.to(state.done());
        if (state.phase() != ProgressState.Phase.RUNNING && open.remove(state.id(), bar)) {
            bar.task.close();
        }
    }

    private static final class Bar {
        private final Progress.Task task;
        private long done;

        Bar(Progress.Task task) {
            this.task = task;
        }

        synchronized void to(long now) {
            task.step(Math.max(0, now - done));
            done = Math.max(done, now);
        }
    }
}
