package dev.nibble.kernel.widget;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.RenderOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Code that runs with the values of controls, and again whenever one of them changes; its result stands below them.
 *
 * <pre>
 *   Interact.with(slider("bits", 2, 8), choice("format", "int", "nf", "fp"),
 *           (bits, format) -&gt; Charts.numberLine(format, bits))
 * </pre>
 *
 * <p>The result is shown as a cell's would be: a chart, a table, a text, another widget; {@code null} shows nothing but
 * what was printed or displayed meanwhile. An exception is shown in its place. Changes that come while the code runs
 * wait; when it is over it runs once more, with the newest values. An interrupt stops it.
 */
public final class Interact implements Widget {
    private final List<Control<?>> controls;
    private final Callback callback;
    private final Panel panel;
    private final ReentrantLock running = new ReentrantLock();
    private final AtomicLong wanted = new AtomicLong(1);
    private volatile long done;

    /** The code with its values as they come. */
    @FunctionalInterface
    private interface Callback {
        Object run(List<Object> values) throws Exception;
    }

    /** Code for one control. */
    @FunctionalInterface
    public interface Of1<A> {
        Object run(A a) throws Exception;
    }

    /** Code for two controls. */
    @FunctionalInterface
    public interface Of2<A, B> {
        Object run(A a, B b) throws Exception;
    }

    /** Code for three controls. */
    @FunctionalInterface
    public interface Of3<A, B, C> {
        Object run(A a, B b, C c) throws Exception;
    }

    /** Code for four controls. */
    @FunctionalInterface
    public interface Of4<A, B, C, D> {
        Object run(A a, B b, C c, D d) throws Exception;
    }

    /** Code for five controls. */
    @FunctionalInterface
    public interface Of5<A, B, C, D, E> {
        Object run(A a, B b, C c, D d, E e) throws Exception;
    }

    /** Code for six controls. */
    @FunctionalInterface
    public interface Of6<A, B, C, D, E, F> {
        Object run(A a, B b, C c, D d, E e, F f) throws Exception;
    }

    private Interact(List<Control<?>> controls, Callback callback) {
        this.controls = controls;
        this.callback = callback;
        this.panel = new Panel(controls);
        var follower = new Follower();
        controls.forEach(control -> control.follow(follower));
    }

    /** One control. */
    public static <A> Interact with(Control<A> a, Of1<? super A> code) {
        return new Interact(all(code, a), values -> code.run(as(values, 0)));
    }

    /** Two controls. */
    public static <A, B> Interact with(Control<A> a, Control<B> b, Of2<? super A, ? super B> code) {
        return new Interact(all(code, a, b), values -> code.run(as(values, 0), as(values, 1)));
    }

    /** Three controls. */
    public static <A, B, C> Interact with(
            Control<A> a, Control<B> b, Control<C> c, Of3<? super A, ? super B, ? super C> code) {
        return new Interact(all(code, a, b, c), values -> code.run(as(values, 0), as(values, 1), as(values, 2)));
    }

    /** Four controls. */
    public static <A, B, C, D> Interact with(
            Control<A> a,
            Control<B> b,
            Control<C> c,
            Control<D> d,
            Of4<? super A, ? super B, ? super C, ? super D> code) {
        return new Interact(
                all(code, a, b, c, d), values -> code.run(as(values, 0), as(values, 1), as(values, 2), as(values, 3)));
    }

    /** Five controls. */
    public static <A, B, C, D, E> Interact with(
            Control<A> a,
            Control<B> b,
            Control<C> c,
            Control<D> d,
            Control<E> e,
            Of5<? super A, ? super B, ? super C, ? super D, ? super E> code) {
        return new Interact(
                all(code, a, b, c, d, e),
                values -> code.run(as(values, 0), as(values, 1), as(values, 2), as(values, 3), as(values, 4)));
    }

    /** Six controls. */
    public static <A, B, C, D, E, F> Interact with(
            Control<A> a,
            Control<B> b,
            Control<C> c,
            Control<D> d,
            Control<E> e,
            Control<F> f,
            Of6<? super A, ? super B, ? super C, ? super D, ? super E, ? super F> code) {
        return new Interact(
                all(code, a, b, c, d, e, f),
                values -> code.run(
                        as(values, 0), as(values, 1), as(values, 2), as(values, 3), as(values, 4), as(values, 5)));
    }

    private static List<Control<?>> all(Object code, Control<?>... controls) {
        for (int i = 0; i < controls.length; i++) {
            Controls.given(controls[i], "Interact.with: control " + (i + 1) + " of " + controls.length);
        }
        Controls.given(code, "Interact.with: the code");
        return List.of(controls);
    }

    /** The values come from controls of these very types. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <V> V as(List<Object> values, int i) {
        return (V) values.get(i);
    }

    @Override
    public AnyWidget model() {
        settle();
        return panel.model();
    }

    @Override
    public MimeBundle still(RenderOptions options) {
        settle();
        return Stills.of(controls, panel.shown(), options);
    }

    /** Runs the code if it has not run with the values of now. */
    private void settle() {
        if (running.isHeldByCurrentThread()) {
            return; // code that sets its own controls does not start itself again
        }
        running.lock();
        try {
            for (long now = wanted.get(); done != now; now = wanted.get()) {
                done = now;
                panel.run(() -> callback.run(
                        controls.stream().<Object>map(Control::value).toList()));
            }
        } finally {
            running.unlock();
        }
    }

    /** Runs the code when a control has changed. */
    private final class Follower implements Changes.Follower {
        @Override
        public void stale() {
            if (!running.isHeldByCurrentThread()) {
                wanted.incrementAndGet();
            }
        }

        @Override
        public void settle() {
            // Nobody sees it yet: it runs when it is shown.
            if (done != 0) {
                Interact.this.settle();
            }
        }
    }

    @Override
    public String toString() {
        return controls.stream().map(Control::said).collect(Collectors.joining(", "));
    }
}
