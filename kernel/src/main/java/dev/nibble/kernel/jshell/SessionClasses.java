package dev.nibble.kernel.jshell;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import jdk.jshell.JShell;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.VarSnippet;

/**
 * The classes and variables of a session: what is added to its class path, what is loaded anew, what is forgotten. Safe
 * to call from any thread; waits for the compiler, not for cells.
 */
public final class SessionClasses {
    /** How much of a collection is looked at for objects of classes that are made anew. */
    private static final int LOOK_ELEMENTS = 1000;

    private static final int LOOK_DEEP = 3;

    private final JShell shell;
    private final Analysis analysis;
    private final CellControl control;
    private final SourceJars sources = new SourceJars();
    /** What the compiler reads besides the kernel's own class path, and how often that changed. */
    private final List<Path> added = new CopyOnWriteArrayList<>();

    private final AtomicInteger changes = new AtomicInteger();

    SessionClasses(JShell shell, Analysis analysis, CellControl control) {
        this.shell = shell;
        this.analysis = analysis;
        this.control = control;
    }

    /** Where the sources of added jars are. */
    public SourceJars sources() {
        return sources;
    }

    /** The jars and folders that were added for the compiler. */
    List<Path> added() {
        return added;
    }

    /** Counts how often something was added or loaded anew. */
    int changes() {
        return changes.get();
    }

    private void changed(Collection<Path> more) {
        added.addAll(more);
        changes.incrementAndGet();
        control.classPathChanged();
    }

    /** Adds jars and folders to the class path, for the rest of the session. */
    public void add(List<Path> entries) {
        analysis.alone(() -> {
            for (Path entry : entries) {
                shell.addToClasspath(entry.toString());
            }
            changed(entries);
            return null;
        });
    }

    /**
     * Adds a place whose classes can be loaded anew.
     *
     * @param compiled a folder of class files, for the compiler
     * @param run a folder or jar with the same classes, for running them
     */
    public void addChanging(Path compiled, Path run) {
        analysis.alone(() -> {
            control.loaders().changing(compiled, run);
            shell.addToClasspath(compiled.toString());
            changed(List.of(compiled));
            return null;
        });
    }

    /**
     * Loads the changing places anew. The classes that cells define are made anew with them. Variables keep their
     * values, except objects of such classes, and collections of them.
     *
     * @param compiled the folders that the compiler reads, whose content has changed
     * @param run where all changing classes are now
     * @return the variables that lost their values
     */
    public List<String> renew(Collection<Path> compiled, Collection<Path> run) {
        return analysis.alone(() -> {
            Map<VarSnippet, Object> values = new LinkedHashMap<>();
            active(VarSnippet.class).forEach(variable -> {
                Object value = read(variable);
                if (value != null) {
                    values.put(variable, value);
                }
            });
            control.loaders().renew(run);
            // Makes the compiler forget what it has read.
            compiled.forEach(folder -> shell.addToClasspath(folder.toString()));
            changed(List.of());
            var lost = new ArrayList<String>();
            values.forEach((variable, value) -> {
                if (madeAnew(value, 0) || !write(variable, value)) {
                    lost.add(variable.name());
                }
            });
            return lost;
        });
    }

    private boolean madeAnew(Object value, int depth) {
        if (value == null) {
            return false;
        }
        if (control.loaders().isOfCells(value.getClass())) {
            return true;
        }
        if (depth == LOOK_DEEP) {
            return false;
        }
        Predicate<Object> inside = element -> madeAnew(element, depth + 1);
        return switch (value) {
            case Collection<?> all -> all.stream().limit(LOOK_ELEMENTS).anyMatch(inside);
            case Map<?, ?> all ->
                all.entrySet().stream()
                        .limit(LOOK_ELEMENTS)
                        .anyMatch(entry -> inside.test(entry.getKey()) || inside.test(entry.getValue()));
            case Optional<?> one -> one.filter(inside).isPresent();
            case Object[] all -> {
                for (int i = 0; i < Math.min(Array.getLength(all), LOOK_ELEMENTS); i++) {
                    if (inside.test(all[i])) {
                        yield true;
                    }
                }
                yield false;
            }
            default -> false;
        };
    }

    /** Whether there is a variable, a method or a class of that name. */
    public boolean knows(String name) {
        return analysis.alone(() -> active(PersistentSnippet.class).stream()
                .anyMatch(snippet ->
                        snippet.kind() != Snippet.Kind.IMPORT && snippet.name().equals(name)));
    }

    /**
     * Forgets variables, methods and classes that cells declared, so that what they hold is free. Other variables keep
     * their values, even where the code that set them refers to what is gone.
     *
     * @param which by name
     * @return the names that are gone, each once
     */
    public List<String> forget(Predicate<String> which) {
        return analysis.alone(() -> {
            Map<VarSnippet, Object> others = new LinkedHashMap<>();
            active(VarSnippet.class).stream()
                    .filter(variable -> !which.test(variable.name()))
                    .forEach(variable -> others.put(variable, read(variable)));
            List<String> gone = drop(which);
            others.forEach((variable, value) -> {
                VarSnippet now = shell.status(variable) == Snippet.Status.VALID ? variable : declared(variable);
                if (now != null && value != null) {
                    boolean _ = write(now, value);
                }
            });
            return gone;
        });
    }

    /** The variable declared once more, without what set it; null if its type has no name, or is gone. */
    private VarSnippet declared(VarSnippet variable) {
        return shell.eval(variable.typeName() + " " + variable.name() + ";").stream()
                .filter(event -> event.status() == Snippet.Status.VALID)
                .map(SnippetEvent::snippet)
                .filter(VarSnippet.class::isInstance)
                .map(VarSnippet.class::cast)
                .findFirst()
                .orElse(null);
    }

    private List<String> drop(Predicate<String> which) {
        List<PersistentSnippet> gone = active(PersistentSnippet.class).stream()
                .filter(snippet -> snippet.kind() != Snippet.Kind.IMPORT && which.test(snippet.name()))
                .toList();
        // What was declared last goes first: nothing that is about to go is then compiled again for its sake.
        for (PersistentSnippet snippet : gone.reversed()) {
            if (snippet instanceof VarSnippet variable) {
                boolean _ = write(variable, null);
            }
            shell.drop(snippet);
        }
        return gone.stream().map(PersistentSnippet::name).distinct().toList();
    }

    /**
     * Sets variables to null, without a compiler, which needs memory.
     *
     * @return those that held an object
     */
    List<String> clear(List<String> names) {
        return analysis.alone(() -> active(VarSnippet.class).stream()
                .filter(variable -> names.contains(variable.name()) && isObject(variable) && write(variable, null))
                .map(VarSnippet::name)
                .toList());
    }

    private boolean isObject(VarSnippet variable) {
        try {
            return !field(variable).getType().isPrimitive() && read(variable) != null;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError notMade) {
            return false;
        }
    }

    /** Forgets everything that cells declared, and lets go of its classes. Imports and the class path stay. */
    public List<String> forgetAll(Collection<Path> run) {
        return analysis.alone(() -> {
            List<String> gone = drop(name -> true);
            control.loaders().renew(run);
            control.classPathChanged();
            return gone;
        });
    }

    /** The value of a variable of the session; empty if there is no such variable, or it is null. */
    Optional<Object> value(String name) {
        return analysis.alone(() -> active(VarSnippet.class).stream()
                .filter(variable -> variable.name().equals(name))
                .findFirst()
                .map(this::read));
    }

    private <S extends Snippet> List<S> active(Class<S> kind) {
        return shell.snippets()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(snippet -> shell.status(snippet).isActive())
                .toList();
    }

    private Object read(VarSnippet variable) {
        try {
            return field(variable).get(null);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError notMade) {
            return null;
        }
    }

    private boolean write(VarSnippet variable, Object value) {
        try {
            Field field = field(variable);
            if (value != null || !field.getType().isPrimitive()) {
                field.set(null, value);
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError notItsType) {
            return false;
        }
    }

    private Field field(VarSnippet variable) throws ReflectiveOperationException {
        String holder = analysis.wrapper(variable).fullClassName();
        Field field = Class.forName(holder, false, control.loader()).getField(variable.name());
        field.setAccessible(true);
        return field;
    }
}
