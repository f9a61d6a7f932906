package dev.nibble.kernel.cell;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.ProgressState;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Hands a cell's output to its receiver. While the receiver works, the thread does not belong to the cell: what a
 * terminal receiver prints goes to the terminal, not round in a circle.
 */
final class Delivery implements Output {
    private static final ThreadLocal<Boolean> BUSY = new ThreadLocal<>();

    // Guarded by this for changes.
    private volatile Output receiver;
    private boolean silenced;

    Delivery(Output receiver) {
        this.receiver = receiver;
    }

    /** Nothing is handed over any more. */
    synchronized void silence() {
        silenced = true;
        receiver = new NoOutput();
    }

    /** Hands over to another receiver from now on, unless silenced, and says which it was. */
    synchronized Output redirect(UnaryOperator<Output> other) {
        Output before = receiver;
        receiver = silenced ? before : other.apply(before);
        return before;
    }

    static boolean busy() {
        return BUSY.get() != null;
    }

    private static void deliver(Runnable work) {
        BUSY.set(true);
        try {
            work.run();
        } finally {
            BUSY.remove();
        }
    }

    @Override
    public void stream(String name, String text) {
        deliver(() -> receiver.stream(name, text));
    }

    @Override
    public void display(MimeBundle bundle, String displayId) {
        deliver(() -> receiver.display(bundle, displayId));
    }

    @Override
    public void update(MimeBundle bundle, String displayId) {
        deliver(() -> receiver.update(bundle, displayId));
    }

    @Override
    public void result(int executionCount, MimeBundle bundle) {
        deliver(() -> receiver.result(executionCount, bundle));
    }

    @Override
    public void clear(boolean wait) {
        deliver(() -> receiver.clear(wait));
    }

    @Override
    public void error(String name, String value, List<String> traceback) {
        deliver(() -> receiver.error(name, value, traceback));
    }

    @Override
    public void page(MimeBundle bundle) {
        deliver(() -> receiver.page(bundle));
    }

    @Override
    public void nextInput(String code, boolean replace) {
        deliver(() -> receiver.nextInput(code, replace));
    }

    @Override
    public void exit(int status) {
        deliver(() -> receiver.exit(status));
    }

    @Override
    public void progress(ProgressState state) {
        deliver(() -> receiver.progress(state));
    }
}
