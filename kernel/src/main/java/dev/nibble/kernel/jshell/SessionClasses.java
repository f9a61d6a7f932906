package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.Cell;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final SessionPath path;
    private final SourceJars sources = new SourceJars();
    /** How often something was added, or loaded anew. */
    private final AtomicInteger changes = new AtomicInteger();

    SessionClasses(JShell shell, Analysis analysis, CellControl control, SessionPath path) {
        this.shell = shell;
        this.analysis = analysis;
        this.control = control;
        this.path = path;
    }

    /** Where the sources of added jars are. */
    public SourceJars sources() {
        return sources;
    }

    /** Where classes come from. */
    SessionPath path() {
        return path;
    }

    /** Counts how often something was added or loaded anew. */
    int changes() {
        return changes.get();
    }

    /**
     * What of a jar or folder is there already.
     *
     * @param replaced the kernel's jars that have classes of it, which the session takes from the added one instead
     * @param kept the kernel's jars, or the JDK, that have classes of it which go on to be used, because objects of them
     *     go to and from the library
     * @param before jars and folders that were added before and have classes of it too
     * @param isNew whether it has packages besides those that are kept
     */
    public record Overlap(Set<String> replaced, Set<String> kept, Set<String> before, boolean isNew) {
        public Overlap {
            replaced = Collections.unmodifiableSet(replaced);
            kept = Collections.unmodifiableSet(kept);
            before = Collections.unmodifiableSet(before);
        }
    }

    /**
     * Compares a jar or folder with the class path as it is.
     *
     * @throws java.io.UncheckedIOException if it is neither; the message names it
     */
    public Overlap overlap(Path place) {
        return path.overlap(new JarIndex(place));
    }

    /**
     * Adds jars to the class path, for the rest of the session. Classes of them come before the kernel's own; if cells
     * used one of those already, everything that was added and all that cells declared is made anew.
     *
     * @return the variables that lost their values
     */
    public List<String> add(List<Path> jars) {
        return analysis.alone(() -> {
            List<JarIndex> indexed = jars.stream().map(JarIndex::new).toList();
            boolean inChanging = indexed.stream().anyMatch(path::isInChanging);
            indexed.forEach(path::addFixed);
            jars.forEach(control.loaders()::add);
            boolean replaces = inChanging || indexed.stream().anyMatch(this::replaces);
            return changed(jars, replaces ? control.loaders()::renewAll : null);
        });
    }

    /**
     * Adds a place whose classes can be loaded anew.
     *
     * @param compiled a folder of class files, for the compiler
     * @param run a folder or jar with the same classes, for running them
     * @return the variables that lost their values, as with {@link #add}
     */
    public List<String> addChanging(Path compiled, Path run) {
        return analysis.alone(() -> {
            var index = new JarIndex(compiled);
            path.addChanging(index);
            control.loaders().addChanging(run);
            return changed(List.of(compiled), replaces(index) ? control.loaders()::renewAll : null);
        });
    }

    /** To be asked after it was added: what other threads load from then on comes from there. */
    private boolean replaces(JarIndex index) {
        return control.loaders()
                .hasTaken(name -> index.list(SessionPath.packageOf(name)).stream()
                        .anyMatch(file -> JarIndex.name(file).equals(name)));
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
        return analysis.alone(() -> changed(compiled, () -> control.loaders().renew(run)));
    }

    /** Makes the compiler forget which classes it has read, and could not read. */
    void readAnew() {
        shell.addToClasspath("");
    }

    /**
     * Has everybody look again.
     *
     * @param places that are new, or have changed
     * @param renewal makes loaders afresh; null if those that there are will do
     * @return the variables that lost their values
     */
    private List<String> changed(Collection<Path> places, Runnable renewal) {
        Map<VarSnippet, Object> values = new LinkedHashMap<>();
        if (renewal != null) {
            active(VarSnippet.class).forEach(variable -> {
                Object value = read(variable);
                if (value != null) {
                    values.put(variable, value);
                }
            });
            renewal.run();
        }
        // The compiler forgets what it has read.
        places.forEach(place -> shell.addToClasspath(place.toString()));
        changes.incrementAndGet();
        control.classPathChanged();
        var lost = new ArrayList<String>();
        values.forEach((variable, value) -> {
            if (isGone(value, 0) || !write(variable, value)) {
                lost.add(variable.name());
            }
        });
        return lost;
    }

    /** Says in a cell that variables lost their values, and because of what; nothing if none did. */
    public static void noteLost(List<String> variables, String because, Cell cell) {
        if (!variables.isEmpty()) {
            boolean one = variables.size() == 1;
            cell.note("note: " + String.join(", ", variables) + " lost " + (one ? "its value" : "their values")
                    + ", because " + because + "; run the code again that sets " + (one ? "it" : "them"));
        }
    }

    private boolean isGone(Object value, int depth) {
        if (value == null) {
            return false;
        }
        if (control.loaders().isGone(value.getClass())) {
            return true;
        }
        if (depth == LOOK_DEEP) {
            return false;
        }
        Predicate<Object> inside = element -> isGone(element, depth + 1);
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
    public List<String> forgetAll() {
        return analysis.alone(() -> {
            List<String> gone = drop(name -> true);
            control.loaders().renew();
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
