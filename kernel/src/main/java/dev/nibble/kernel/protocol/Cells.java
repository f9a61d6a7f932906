package dev.nibble.kernel.protocol;

import dev.nibble.core.Live;
import dev.nibble.core.Progress;
import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.cell.Display;
import dev.nibble.kernel.cell.MemoryReserve;
import dev.nibble.kernel.cell.StandardStreams;
import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.jshell.Completions;
import dev.nibble.kernel.jshell.Engine;
import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.Problem;
import dev.nibble.kernel.jshell.VectorModule;
import dev.nibble.kernel.magic.Magic;
import dev.nibble.kernel.magic.Magics;
import dev.nibble.kernel.magic.Workspace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The one runner of cells: behind the sockets and behind headless runs. Takes over the process's standard streams. Cells
 * of the main shell run one after another, those of subshells beside them; all share one Java session.
 */
public final class Cells implements CellRunner {
    private static final long IDLE_STEP_MILLIS = 5;
    private static final long PREPARE_MILLIS = 30_000;
    private static final long CHECK_MILLIS = 400;

    private final Supplier<RenderOptions> options;
    private final CompletableFuture<Engine> engine = new CompletableFuture<>();
    private final Workspace workspace = new Workspace();
    private final Magics magics = workspace.magics();
    private final ReentrantLock one = new ReentrantLock(true);
    /** The cells that run, and their subshells. */
    private final Map<Cell, Optional<String>> running = new ConcurrentHashMap<>();

    private final AtomicInteger count = new AtomicInteger();

    private Cells(Supplier<RenderOptions> options) {
        this.options = options;
        StandardStreams.install();
        Progress.setCurrent(() -> {
            Cell cell = Cell.current();
            return cell == null ? Progress.NONE : cell.progress();
        });
        Live.setBegin(() -> {
            Cell cell = Cell.current();
            return cell == null ? Live.NONE : cell.live();
        });
        Thread.ofPlatform().name("nibble-warm").daemon().start(this::warm);
    }

    /** Ready at once; the session warms up meanwhile, and the first cell waits for it. */
    public static CellRunner create() {
        return create(RenderOptions.DEFAULT);
    }

    /** As {@link #create()}, with other limits, or with PNG pictures for committed notebooks. */
    public static Cells create(RenderOptions options) {
        return create(() -> options);
    }

    /** The same with what may change from cell to cell, such as the width of a terminal. */
    public static Cells create(Supplier<RenderOptions> options) {
        return new Cells(options);
    }

    private void warm() {
        try {
            var made = new Engine();
            workspace.begin(made, problem -> StandardStreams.log().println("nibble: " + problem));
            engine.complete(made);
            try {
                rehearse(made);
                MemoryReserve.fill();
            } finally {
                VectorModule.ensure();
            }
            prepare(made);
        } catch (Throwable e) {
            if (!engine.completeExceptionally(e)) {
                StandardStreams.log().println("nibble: the session could not be warmed up: " + e);
            }
        }
    }

    /** Runs a cell, so that the compiler is warm; unless one came already, which is as good. */
    private void rehearse(Engine made) {
        if (!running.isEmpty()) {
            return;
        }
        Cell cell = new Cell(new NoOutput(), null, options.get());
        cell.enter();
        try (var session = made.open(cell)) {
            var source = new CellSource("", "1 + 1");
            Evaluation two = session.evaluate(source, 0, source.text().length());
            var _ = Displays.render(two.value(), cell.options());
        } catch (Exception seenAgain) {
            // by the first cell that someone runs
        } finally {
            cell.leave();
        }
    }

    /** Gets the list of all class names ready, when the first cells are over: completion that is asked before makes it. */
    private static void prepare(Engine made) {
        try {
            Thread.sleep(PREPARE_MILLIS);
            new Completions(made).prepare();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException notReady) {
            StandardStreams.log().println("nibble: completion could not be prepared: " + notReady);
        }
    }

    /** The session; waits until it is warm. */
    public Engine engine() {
        return engine.join();
    }

    /** Every magic there is. */
    public Magics magics() {
        return magics;
    }

    @Override
    public CellResult run(CellRequest request, Output output) {
        return run(request, output, null, Map.of(), _ -> {}).result();
    }

    /**
     * A cell's result and the values of the expressions that were asked for with it.
     *
     * @param values by the names in the request; empty if the cell failed
     */
    public record Outcome(CellResult result, Map<String, Expression> values) {}

    /**
     * One of them.
     *
     * @param value rendered, or null
     * @param error why there is none, or null
     */
    public record Expression(MimeBundle value, CellError error) {}

    /**
     * As {@link #run(CellRequest, Output)}; then evaluates expressions, whose output goes nowhere.
     *
     * @param subshell in which it runs, or null for the main shell; the caller runs one at a time in each subshell
     * @param asked the expressions, by name
     * @param begins told the cell's number before anything of it runs
     */
    public Outcome run(
            CellRequest request, Output output, String subshell, Map<String, String> asked, IntConsumer begins) {
        Output receiver = request.silent() ? new ErrorsOnly(output) : output;
        Input input = request.input();
        var cell = new Cell(receiver, input == null ? null : input::readLine, options.get());
        return inTurn(cell, subshell, () -> {
            boolean counts = request.storeHistory() && !request.silent();
            int number = counts ? count.incrementAndGet() : count.get();
            begins.accept(number);
            if (counts) {
                workspace.began(number, request.code());
            }
            Outcome outcome = outcome(number, request.code(), cell, asked);
            if (counts && outcome.result().error() != null) {
                workspace.failed(number);
            }
            return outcome;
        });
    }

    /** Works for a cell; in the main shell when those before it are over. */
    private <T> T inTurn(Cell cell, String subshell, Supplier<T> work) {
        if (subshell == null) {
            one.lock();
        }
        try {
            return enter(cell, subshell, work);
        } finally {
            if (subshell == null) {
                one.unlock();
            }
        }
    }

    private <T> T enter(Cell cell, String subshell, Supplier<T> work) {
        running.put(cell, Optional.ofNullable(subshell));
        cell.enter();
        try {
            return work.get();
        } finally {
            running.remove(cell);
            cell.leave();
        }
    }

    /** Whether code is a whole cell, magics included; waits until the session is warm. */
    public CodeCheck.Result check(String code) {
        return magics.check(code, new CodeCheck(engine().analysis()), engine()::declares);
    }

    /**
     * The same for a console, which waits a second for the answer and never asks again if there is none: while the
     * session warms up, or compiles, as far as it can be told without.
     */
    CodeCheck.Result checkSoon(String code) {
        var exact = new CompletableFuture<CodeCheck.Result>();
        Thread.ofPlatform().name("nibble-check").daemon().start(() -> {
            try {
                exact.complete(check(code));
            } catch (Throwable noAnswer) { // no session, or code that is nested too deeply for the compiler's stack
                MemoryReserve.releaseAfter(noAnswer);
                exact.completeExceptionally(noAnswer);
            }
        });
        try {
            return exact.get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException notYet) {
            // what there is must do
        }
        return magics.check(code, CodeCheck.withoutSession(), _ -> false);
    }

    /** The number of the cell that ran last, or runs. */
    public int count() {
        return count.get();
    }

    /**
     * Runs work that a message of the front end asks for, as if it were a cell without a number, and beside the cell that
     * runs: on a thread that an interrupt stops, with its output and its error where the front end shows them. The
     * caller runs one at a time for each sender.
     *
     * @param subshell in which it runs, or null
     */
    public void attend(Runnable work, Output output, String subshell) {
        var cell = new Cell(output, null, options.get());
        enter(cell, subshell, () -> {
            try (var session = engine().open(cell)) {
                try {
                    return session.call(() -> {
                        work.run();
                        return null;
                    });
                } catch (Throwable e) {
                    return failed(count.get(), cell, session.problem(e));
                }
            }
        });
    }

    private Outcome outcome(int number, String code, Cell cell, Map<String, String> asked) {
        var source = new CellSource("Cell In[" + number + "]", code);
        Engine java;
        try {
            java = engine();
        } catch (RuntimeException e) {
            return new Outcome(failed(number, cell, broken(e)), Map.of());
        }
        try (var session = java.open(cell)) {
            Problem problem = evaluate(number, source, cell, java, session);
            if (problem != null) {
                workspace.failed(problem);
                return new Outcome(failed(number, cell, session.afterwards(problem)), Map.of());
            }
            Map<String, Expression> values = new LinkedHashMap<>();
            asked.forEach((name, expression) -> values.put(name, expression(expression, cell, session)));
            return new Outcome(new CellResult(number, null), values);
        } finally {
            MemoryReserve.refill();
        }
    }

    private Problem evaluate(int number, CellSource source, Cell cell, Engine java, Engine.Session session) {
        try {
            Evaluation last = magics.run(source, new Magic.Context(cell, java, session, workspace));
            if (last.problem() != null) {
                return last.problem();
            }
            if (last.hasValue() && !(last.value() instanceof Display)) {
                MimeBundle shown = render(last.value(), cell, session);
                if (!cell.isCancelled()) {
                    cell.result(number, shown);
                }
            }
            // A renderer that was interrupted may have swallowed it.
            return cell.isCancelled() ? session.interrupted() : null;
        } catch (Magic.UsageError e) {
            return new Problem(
                    "UsageError", e.getMessage(), List.of("\u001b[31mUsageError\u001b[0m: " + e.getMessage()));
        } catch (Throwable e) {
            return session.problem(e);
        }
    }

    private static MimeBundle render(Object value, Cell cell, Engine.Session session) throws Exception {
        return value instanceof MimeBundle bundle ? bundle : session.call(() -> Displays.render(value, cell.options()));
    }

    private static Expression expression(String code, Cell cell, Engine.Session session) {
        var source = new CellSource("user expression", code);
        try {
            Evaluation evaluation = session.evaluate(source, 0, code.length());
            if (evaluation.problem() != null) {
                return new Expression(null, error(evaluation.problem()));
            }
            return new Expression(render(evaluation.hasValue() ? evaluation.value() : "", cell, session), null);
        } catch (Throwable e) {
            return new Expression(null, error(session.problem(e)));
        }
    }

    private static CellResult failed(int number, Cell cell, Problem problem) {
        cell.error(problem.name(), problem.value(), problem.traceback());
        return new CellResult(number, error(problem));
    }

    private static CellError error(Problem problem) {
        return new CellError(problem.name(), problem.value(), problem.traceback());
    }

    private static Problem broken(RuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String value = "the Java session did not start: " + cause;
        return new Problem("KernelError", value, List.of(value));
    }

    /** Stops every cell that runs, those of subshells too. */
    @Override
    public void interrupt() {
        running.keySet().forEach(this::interrupt);
    }

    /** Stops the cell that runs in a subshell, and no other. */
    public void interrupt(String subshell) {
        running.forEach((cell, of) -> {
            if (of.filter(subshell::equals).isPresent()) {
                interrupt(cell);
            }
        });
    }

    private void interrupt(Cell cell) {
        cell.cancel();
        if (engine.isDone() && !engine.isCompletedExceptionally()) {
            engine.join().interrupt(cell);
        }
    }

    /** Waits until no cell runs; false if one still does after {@code millis}. */
    public boolean awaitIdle(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!running.isEmpty()) {
            if (System.nanoTime() >= end) {
                return false;
            }
            Thread.sleep(IDLE_STEP_MILLIS);
        }
        return true;
    }

    @Override
    public void close() {
        interrupt();
        var _ = engine.whenComplete((java, _) -> {
            if (java != null) {
                workspace.end(problem -> StandardStreams.log().println("nibble: " + problem));
                java.close();
            }
        });
    }
}
