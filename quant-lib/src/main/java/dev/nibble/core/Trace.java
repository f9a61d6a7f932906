package dev.nibble.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What an algorithm considered and what it chose, step by step, as plain data: steppers, films and teaching pictures
 * are drawn from this alone. A trace is asked for; when it is not, the algorithm builds no step at all.
 *
 * <pre>
 *   trace.add(() -&gt; new ScaleChosen(row, group, scale, error));    // the lambda runs only if someone listens
 * </pre>
 */
public final class Trace {
    /** One step: a record that names what happened. */
    public interface Step {}

    private static final Trace OFF = new Trace(null);

    private final List<Step> steps;

    private Trace(List<Step> steps) {
        this.steps = steps;
    }

    /** Keeps nothing and costs nothing. */
    public static Trace off() {
        return OFF;
    }

    /** Keeps every step. */
    public static Trace record() {
        return new Trace(new ArrayList<>());
    }

    /** Whether steps are kept; for work that is done only to be shown. */
    public boolean isOn() {
        return steps != null;
    }

    /** Adds a step, made only if steps are kept. Thread-safe; steps of one thread stay in order. */
    public void add(Supplier<? extends Step> step) {
        if (steps != null) {
            Step made = step.get();
            synchronized (steps) {
                steps.add(made);
            }
        }
    }

    /** The steps so far. */
    public List<Step> steps() {
        if (steps == null) {
            return List.of();
        }
        synchronized (steps) {
            return List.copyOf(steps);
        }
    }

    /** The steps of one kind, in order. */
    public <S extends Step> List<S> steps(Class<S> kind) {
        return steps().stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
