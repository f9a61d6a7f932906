package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.Engine;
import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.Problem;
import dev.nibble.kernel.spi.CodeFailed;
import dev.nibble.kernel.spi.KernelSession;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The session as others may use it, from any thread. */
record SessionAccess(Engine engine) implements KernelSession {
    /** With what the cell reports. */
    static final class Failed extends CodeFailed {
        private final transient Problem problem;

        Failed(Problem problem) {
            super(problem.name() + ": " + problem.value());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    /**
     * Not on the calling thread: that may be the one on which cells' code runs, which an interrupt may hit while it
     * compiles. What is started for a cell belongs to it, so an interrupt of the cell stops it.
     */
    @Override
    public Object evaluate(String code) {
        var result = new CompletableFuture<Evaluation>();
        Cell current = Cell.current();
        Thread.ofPlatform().name("nibble-extension").daemon().start(() -> {
            Cell cell = current == null ? new Cell(new NoOutput(), null, RenderOptions.DEFAULT) : current;
            if (current == null) {
                cell.enter();
            }
            try (var session = engine.open(cell)) {
                result.complete(session.evaluate(new CellSource("code of an extension", code), 0, code.length()));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            } finally {
                if (current == null) {
                    cell.leave();
                }
            }
        });
        Evaluation evaluation = result.join();
        if (evaluation.problem() != null) {
            throw new Failed(evaluation.problem());
        }
        return evaluation.value();
    }

    @Override
    public Map<String, String> variables() {
        return engine.variables();
    }

    @Override
    public Optional<Object> variable(String name) {
        return engine.value(name);
    }

    @Override
    public ClassLoader loader() {
        return engine.loader();
    }
}
