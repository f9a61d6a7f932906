package dev.nibble.kernel.widget;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.RenderOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A value that a person sets in the notebook, and code can read and set. Made by {@link Controls}. All its views, alone
 * or as part of an {@link Interact}, show the same value. Safe to use from any thread.
 *
 * @param <T> of the value
 */
public final class Control<T> implements Widget {
    /** How values travel, and which there are. */
    interface Codec<T> {
        /** The value as JSON; itself, unless it says otherwise. */
        default Object write(T value) {
            return value;
        }

        /**
         * The value that JSON stands for, brought to the nearest there is.
         *
         * @throws RuntimeException if it stands for none
         */
        T read(Object json);

        /** The value as a person reads it. */
        default String text(T value) {
            return String.valueOf(value);
        }
    }

    /** What stands behind tabs; as a trait. */
    record Panes(List<Shown> shown) {
        Panes {
            shown = List.copyOf(shown);
        }
    }

    /** A model that shows the control under a name. */
    private record Place(AnyWidget model, String name) {}

    private final String kind;
    private final String label;
    private final Map<String, Object> traits;
    private final Codec<T> codec;
    private final List<Place> places = new CopyOnWriteArrayList<>();
    private final List<Changes.Follower> followers = new CopyOnWriteArrayList<>();
    private volatile T value;
    private Listening listening;

    /**
     * @param kind which of the browser module's controls
     * @param traits what that control needs to know
     */
    Control(String kind, String label, Map<String, Object> traits, Codec<T> codec, T value) {
        this.kind = kind;
        this.label = Controls.given(label, kind + ": the name that stands beside it");
        this.traits = new LinkedHashMap<>(traits);
        this.codec = codec;
        this.value = value;
    }

    /** What stands beside it. */
    public String label() {
        return label;
    }

    /** The value now. */
    public T value() {
        return value;
    }

    /**
     * Sets the value, in every view; what depends on it has run when this returns.
     *
     * @throws IllegalArgumentException if there is no such value
     */
    public Control<T> value(T wanted) {
        T fitting;
        Controls.given(wanted, "the value for \"" + label + "\"");
        try {
            fitting = codec.read(codec.write(wanted));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("\"" + label + "\" has no value " + wanted + ": " + e.getMessage(), e);
        }
        Changes.during(
                () -> {
                    for (Place place : places) {
                        place.model.set(place.name, codec.write(fitting));
                    }
                    changed(fitting);
                },
                () -> false);
        return this;
    }

    /**
     * Has code run whenever the value has changed, with the newest value; changes that come faster than it runs are
     * skipped. What it prints, and what it throws, stands below the control.
     */
    public synchronized Control<T> onChange(Consumer<? super T> code) {
        Controls.given(code, "the code that hears of \"" + label + "\"");
        if (listening == null) {
            listening = new Listening();
            followers.add(listening);
        }
        listening.listeners.add(code);
        return this;
    }

    /** What a view has set; a value that there is not is put right in the views. */
    private void received(Object json, AnyWidget from) {
        T read;
        try {
            read = codec.read(json);
        } catch (RuntimeException wrong) {
            read = value;
        }
        Object written = codec.write(read);
        for (Place place : places) {
            if (place.model != from || !written.equals(json)) {
                place.model.set(place.name, written);
            }
        }
        changed(read);
    }

    private void changed(T now) {
        boolean same = now.equals(value);
        value = now;
        if (!same) {
            followers.forEach(Changes::of);
        }
    }

    // ---- for the models that show it

    /** Shows it in a model, under a name, from now on. */
    void showIn(AnyWidget model, String name) {
        places.add(new Place(model, name));
        model.set(name, codec.write(value));
    }

    /** A view of the model has set the value of the name. */
    static void received(Map<String, Object> state, AnyWidget model, List<Control<?>> controls) {
        Changes.during(
                () -> {
                    for (int i = 0; i < controls.size(); i++) {
                        if (state.containsKey(name(i))) {
                            controls.get(i).received(state.get(name(i)), model);
                        }
                    }
                },
                model::hasMore);
    }

    /** The name of the i-th control's value in a model. */
    static String name(int i) {
        return "v" + i;
    }

    /** For the browser module: what it is, besides its value. */
    Map<String, Object> description() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", kind);
        all.put("label", label);
        traits.forEach((name, trait) -> all.put(
                name,
                trait instanceof Panes panes
                        ? panes.shown.stream().map(shown -> shown.state(false)).toList()
                        : trait));
        return all;
    }

    void follow(Changes.Follower follower) {
        followers.add(follower);
    }

    /** "bits = 4". */
    String said() {
        return label + " = " + codec.text(value);
    }

    /** What it holds besides its value: what is behind the tab that is seen. */
    Optional<Shown> inside() {
        return traits.get("panes") instanceof Panes panes && codec.write(value) instanceof Integer at
                ? Optional.of(panes.shown.get(at))
                : Optional.empty();
    }

    String kind() {
        return kind;
    }

    // ---- as a widget of its own

    @Override
    public synchronized AnyWidget model() {
        if (listening == null) {
            listening = new Listening();
            followers.add(listening);
        }
        return listening.panel.model();
    }

    @Override
    public MimeBundle still(RenderOptions options) {
        return Stills.of(List.of(this), listening == null ? Shown.NOTHING : listening.panel.shown(), options);
    }

    @Override
    public String toString() {
        return said();
    }

    /** Its own panel, and the code of {@link #onChange}. */
    private final class Listening implements Changes.Follower {
        private final List<Consumer<? super T>> listeners = new CopyOnWriteArrayList<>();
        private final Panel panel = new Panel(List.of(Control.this));
        private final ReentrantLock running = new ReentrantLock();
        private volatile T told = value;
        private volatile boolean pressed;

        @Override
        public void stale() {
            pressed = true;
        }

        @Override
        public void settle() {
            if (running.isHeldByCurrentThread() || listeners.isEmpty()) {
                return; // a listener that sets its own control does not hear of that
            }
            running.lock();
            try {
                while (pressed) {
                    pressed = false;
                    T now = value;
                    if (!now.equals(told)) {
                        told = now;
                        panel.run(() -> {
                            listeners.forEach(listener -> listener.accept(now));
                            return null;
                        });
                    }
                }
            } finally {
                running.unlock();
            }
        }
    }
}
