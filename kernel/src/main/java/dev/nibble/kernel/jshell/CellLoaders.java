package dev.nibble.kernel.jshell;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;

/**
 * The class loaders of a session, each the parent of the next:
 *
 * <pre>
 *   the kernel's own class path
 *   jars that stay as they are
 *   folders and jars that can be loaded anew
 *   the classes of cells
 * </pre>
 *
 * A class is looked for in the order of {@link SessionPath}: in what was added before the kernel's own class path, unless
 * it is shared with the library. The last two loaders are made afresh when something is loaded anew, and all three when
 * something that is added replaces what was used already: a JVM never looks up a class twice for one loader. The classes
 * of cells come along, from the same bytes, and find the new ones; they must stay together, for what is private to a
 * package is private to its loader too.
 */
final class CellLoaders implements LoaderDelegate {
    private static final ClassLoader KERNEL = CellLoaders.class.getClassLoader();
    private static final String CLASS = ".class";
    private static final String SERVICES = "META-INF/services/";

    private final List<Path> fixedPlaces = new CopyOnWriteArrayList<>();
    private volatile List<Path> changingPlaces = List.of();
    /** Classes that were taken from the kernel's class path, and that an added jar would have replaced. */
    private final Set<String> taken = ConcurrentHashMap.newKeySet();

    private volatile Jars fixed = new Jars(List.of(), null);
    private volatile Jars changing = new Jars(List.of(), fixed);
    private volatile Cells cells = new Cells(Map.of(), changing);

    /** Jars and folders. */
    private final class Jars extends URLClassLoader {
        private final Jars before;

        /** @param before those whose classes come before these; null if there are none */
        Jars(Collection<Path> places, Jars before) {
            super(places.stream().map(CellLoaders::url).toArray(URL[]::new), KERNEL);
            this.before = before;
        }

        void add(Path place) {
            addURL(url(place));
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                boolean shared = SessionPath.isShared(SessionPath.packageOf(name));
                if (shared) {
                    try {
                        return KERNEL.loadClass(name);
                    } catch (ClassNotFoundException more) {
                        // an addition to a package that the kernel has
                    }
                }
                Class<?> added = added(name);
                if (added != null) {
                    return added;
                }
                if (shared) {
                    throw new ClassNotFoundException(name);
                }
                return ours(name);
            }
        }

        /** The kernel's own class, unless a jar with another is added at this very moment. */
        private Class<?> ours(String name) throws ClassNotFoundException {
            // Marked before the second look: either this sees a jar that was added, or who added it sees the mark.
            boolean marked = taken.add(name);
            Class<?> found = null;
            try {
                Class<?> added = added(name);
                if (added != null) {
                    return added;
                }
                found = KERNEL.loadClass(name);
                return found;
            } finally {
                if (marked && found == null) {
                    taken.remove(name);
                }
            }
        }

        /** The class, if it lies here or in what comes before; else null. */
        private Class<?> added(String name) throws ClassNotFoundException {
            Class<?> earlier = before == null ? null : before.added(name);
            if (earlier != null) {
                return earlier;
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known.getClassLoader() == this ? known : null;
                }
                return findResource(name.replace('.', '/') + CLASS) == null ? null : findClass(name);
            }
        }

        @Override
        public URL getResource(String name) {
            URL first = isKernels(name) ? KERNEL.getResource(name) : addedResource(name);
            if (first != null) {
                return first;
            }
            return isKernels(name) ? addedResource(name) : KERNEL.getResource(name);
        }

        private URL addedResource(String name) {
            URL earlier = before == null ? null : before.addedResource(name);
            return earlier == null ? findResource(name) : earlier;
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            var all = new ArrayList<URL>();
            addedResources(name, all);
            // The kernel's own providers know the kernel's own interface, and not one that takes its place.
            boolean replaced = name.startsWith(SERVICES)
                    && isReplaced(name.substring(SERVICES.length()).replace('.', '/') + CLASS);
            if (!replaced) {
                all.addAll(isKernels(name) ? 0 : all.size(), Collections.list(KERNEL.getResources(name)));
            }
            return Collections.enumeration(all);
        }

        private void addedResources(String name, List<URL> all) throws IOException {
            if (before != null) {
                before.addedResources(name, all);
            }
            all.addAll(Collections.list(findResources(name)));
        }

        private boolean isReplaced(String classFile) {
            return !isKernels(classFile) && addedResource(classFile) != null;
        }

        private static boolean isKernels(String resource) {
            int slash = resource.lastIndexOf('/');
            return slash > 0
                    && SessionPath.isShared(resource.substring(0, slash).replace('/', '.'));
        }
    }

    /** The classes of cells, defined when they are needed. */
    private static final class Cells extends ClassLoader {
        private final Map<String, byte[]> bytes = new ConcurrentHashMap<>();

        Cells(Map<String, byte[]> bytes, ClassLoader parent) {
            super(parent);
            this.bytes.putAll(bytes);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!bytes.containsKey(name)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? findClass(name) : known;
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] found = bytes.get(name);
            if (found == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, found, 0, found.length);
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            byte[] found = name.endsWith(CLASS)
                    ? bytes.get(
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
                    : null;
            return found == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(found);
        }
    }

    /** The loader of the cells' classes, which finds all others too. */
    ClassLoader loader() {
        return cells;
    }

    /** The loader of everything but the cells' classes. */
    ClassLoader library() {
        return changing;
    }

    /** Whether a class is left behind: made anew by {@link #renew}, or replaced by another of its name. */
    boolean isGone(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        ClassLoader loader = element.getClassLoader();
        return loader instanceof Cells
                || (loader instanceof Jars jars && jars != fixed)
                || (KERNEL.equals(loader)
                        && changing.isReplaced(element.getName().replace('.', '/') + CLASS));
    }

    /** Adds a jar that stays as it is. */
    void add(Path jar) {
        fixedPlaces.add(jar);
        fixed.add(jar);
    }

    /** Adds a place whose classes can be loaded anew. */
    void addChanging(Path run) {
        var all = new ArrayList<>(changingPlaces);
        all.add(run);
        changingPlaces = all;
        changing.add(run);
    }

    /** Whether the session used one of these classes already, as the kernel has it. */
    boolean hasTaken(Predicate<String> names) {
        return taken.stream().anyMatch(names);
    }

    /** Makes everything that was added afresh, and the classes of cells. */
    void renewAll() {
        taken.clear();
        fixed = new Jars(fixedPlaces, null);
        renew(changingPlaces);
    }

    /** Makes the classes of cells, and those that can be loaded anew, afresh. */
    void renew() {
        renew(changingPlaces);
    }

    /**
     * Makes the classes of cells, and those that can be loaded anew, afresh. JShell takes all that it ever compiled for
     * loaded, so the cells' classes stay known even if nothing refers to them.
     *
     * @param run where the latter are now, all of them
     */
    void renew(Collection<Path> run) {
        changingPlaces = List.copyOf(run);
        changing = new Jars(run, fixed);
        cells = new Cells(cells.bytes, changing);
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(path + ": no path for classes", e);
        }
    }

    @Override
    public void load(ClassBytecodes[] classes) throws ClassInstallException {
        boolean[] loaded = new boolean[classes.length];
        try {
            for (ClassBytecodes one : classes) {
                cells.bytes.put(one.name(), one.bytecodes());
            }
            for (int i = 0; i < classes.length; i++) {
                var _ = cells.loadClass(classes[i].name()).getDeclaredMethods(); // what is wrong with it shows now
                loaded[i] = true;
            }
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ClassInstallException("load: " + e.getMessage(), loaded);
        }
    }

    @Override
    public void classesRedefined(ClassBytecodes[] classes) {
        for (ClassBytecodes one : classes) {
            cells.bytes.put(one.name(), one.bytecodes());
        }
    }

    /** JShell repeats what it was told after {@link #add} and {@link #addChanging}. */
    @Override
    public void addToClasspath(String path) {}

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
        return cells.loadClass(name);
    }
}
