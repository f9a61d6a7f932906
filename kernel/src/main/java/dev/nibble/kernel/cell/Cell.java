package dev.nibble.kernel.cell;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Live;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.RenderOptions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One run of one cell. A thread belongs to the cell that started it, for ever; workers of shared pools belong to the
 * cell that runs, and where several do, to the oldest. What a thread prints, displays or reports as progress goes to
 * its cell, also after the cell's end.
 */
public final class Cell {
    private static final InheritableThreadLocal<Cell> OWNER = new InheritableThreadLocal<>();
    /** Those that run, the oldest first. */
    private static final List<Cell> RUNNING = new CopyOnWriteArrayList<>();

    private static volatile Cell latest;

    private final Delivery output;
    private final LineSource lines;
    private final RenderOptions options;
    private final CancelToken token = new CancelToken();
    private final CellStreams streams;
    private final CellInput input;
    private final CellProgress progress;
    private volatile Function<Throwable, List<String>> explainer = error -> List.of(String.valueOf(error));

    /** Who answers when a cell reads a line. */
    @FunctionalInterface
    public interface LineSource {
        /** One line without its end, or null at the end of the input. */
        String readLine(String prompt, boolean password) throws InterruptedException;
    }

    /**
     * @param receiver where everything that the cell shows goes
     * @param lines who answers {@code System.in}, or null when there is nobody
     * @param options how values are rendered
     */
    public Cell(Output receiver, LineSource lines, RenderOptions options) {
        this.output = new Delivery(receiver);
        this.lines = lines;
        this.options = options;
        this.streams = new CellStreams(output);
        this.input = new CellInput(this);
        this.progress = new CellProgress(output, token);
    }

    /** The cell of the calling thread, or null if the thread has nothing to do with any cell. */
    public static Cell current() {
        if (Delivery.busy()) {
            return null;
        }
        if (Thread.currentThread() instanceof ForkJoinWorkerThread) {
            Cell oldest = oldest();
            return oldest == null ? latest : oldest;
        }
        return OWNER.get();
    }

    private static Cell oldest() {
        for (Cell cell : RUNNING) {
            return cell;
        }
        return null;
    }

    /** Makes the calling thread, and all that it starts from now on, this cell's. */
    public void enter() {
        OWNER.set(this);
        RUNNING.add(this);
    }

    /** Ends what {@link #enter()} began, on the same thread: unfinished bars close, all text is handed over. */
    public void leave() {
        progress.closeAll();
        streams.flush();
        latest = this;
        RUNNING.remove(this);
        OWNER.remove();
    }

    /** Throws away what it would still show: it is over, but a thread of it could not be stopped. */
    public void silence() {
        progress.closeAll();
        streams.flush();
        output.silence();
    }

    /** Asks everything that works for this cell to stop. */
    public void cancel() {
        token.cancel();
    }

    /** Whether it was asked to stop. */
    public boolean isCancelled() {
        return token.isCancelled();
    }

    /** How values are shown. */
    public RenderOptions options() {
        return options;
    }

    /** The bars of its long calls. */
    public CellProgress progress() {
        return progress;
    }

    /** A place for a result that grows. */
    public Live live() {
        return new CellLive();
    }

    CellStreams streams() {
        return streams;
    }

    CellInput input() {
        return input;
    }

    LineSource lines() {
        return lines;
    }

    /**
     * Shows something, after all text printed before.
     *
     * @param displayId under which it can be updated later; null if it will not be
     */
    public void display(MimeBundle bundle, String displayId) {
        streams.flush();
        output.display(bundle, displayId);
    }

    /** Replaces what was shown under that id, in every cell. */
    public void update(MimeBundle bundle, String displayId) {
        streams.flush();
        output.update(bundle, displayId);
    }

    /** Shows the value of the cell, with its number. */
    public void result(int executionCount, MimeBundle bundle) {
        streams.flush();
        output.result(executionCount, bundle);
    }

    /** Shows help, in the front end's pager where it has one. */
    public void page(MimeBundle bundle) {
        streams.flush();
        output.page(bundle);
    }

    /**
     * Offers code to run next.
     *
     * @param replace in place of this cell's code, instead of in a new cell below
     */
    public void nextInput(String code, boolean replace) {
        output.nextInput(code, replace);
    }

    /** Its code asks for the end of the program, which happens only if the receiver grants it. */
    public void exit(int status) {
        streams.flush();
        output.exit(status);
    }

    /**
     * Takes away what the cell has shown so far.
     *
     * @param wait only when something new comes
     */
    public void clear(boolean wait) {
        streams.flush();
        output.clear(wait);
    }

    /**
     * Closes the bars and shows an error.
     *
     * @param name the kind, such as a class
     * @param value the message
     * @param traceback lines for people, with ANSI colours
     */
    public void error(String name, String value, List<String> traceback) {
        progress.closeAll();
        streams.flush();
        output.error(name, value, traceback);
    }

    /** Sets how exceptions of its code read. */
    public void explainWith(Function<Throwable, List<String>> lines) {
        explainer = lines;
    }

    /** An exception of its code as its error would be shown: lines for people, with ANSI colours. */
    public List<String> explain(Throwable error) {
        return explainer.apply(error);
    }

    /**
     * Has everything that the cell shows while {@code work} runs go somewhere else: all text, displays and bars of all
     * its threads. What {@code work} throws is thrown on.
     *
     * @param instead gives where, told what it takes the place of
     */
    public <T> T showingOn(UnaryOperator<Output> instead, Callable<T> work) throws Exception {
        streams.flush();
        Output before = output.redirect(instead);
        try {
            return work.call();
        } finally {
            streams.flush();
            var _ = output.redirect(_ -> before);
        }
    }

    /** Text of the kernel, on the cell's standard output. */
    public void say(String text) {
        streams.write("stdout", text + "\n");
    }

    /** A remark of the kernel, on the cell's standard error. */
    public void note(String text) {
        streams.write("stderr", text + "\n");
    }
}
