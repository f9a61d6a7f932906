package dev.nibble.kernel.jshell;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import jdk.jshell.spi.ExecutionControl.InternalException;

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
 * The last two are made afresh when something is loaded anew: a JVM never looks up a class twice for one loader. The
 * classes of cells come along, from the same bytes, and find the new ones; they must stay together, for what is private
 * to a package is private to its loader too.
 */
final class CellLoaders implements LoaderDelegate {
    private final Jars fixed = new Jars(List.of(), CellLoaders.class.getClassLoader());
    /** What the compiler reads in another place than the loader. */
    private final Set<String> compilerOnly = new HashSet<>();

    private volatile Jars changing = new Jars(List.of(), fixed);
    private volatile Cells cells = new Cells(Map.of(), changing);

    /** Jars and folders. */
    private static final class Jars extends URLClassLoader {
        Jars(List<URL> urls, ClassLoader parent) {
            super(urls.toArray(URL[]::new), parent);
        }

        void add(URL url) {
            addURL(url);
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
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] found = bytes.get(name);
            if (found == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, found, 0, found.length);
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            byte[] found = name.endsWith(".class")
                    ? bytes.get(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
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

    /** Whether {@link #renew} makes a class anew, or has left it behind. */
    boolean isOfCells(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return element.getClassLoader() instanceof Cells
                || (element.getClassLoader() instanceof Jars jars && jars != fixed);
    }

    /**
     * Adds a place whose classes can be loaded anew.
     *
     * @param compiled where the compiler reads them; {@link #addToClasspath} leaves it alone
     * @param run where the loader reads them
     */
    void changing(Path compiled, Path run) {
        compilerOnly.add(compiled.toString());
        changing.add(url(run));
    }

    /**
     * Makes the classes of cells, and those that can be loaded anew, afresh. JShell takes all that it ever compiled for
     * loaded, so the cells' classes stay known even if nothing refers to them.
     *
     * @param run where the latter are now, all of them
     */
    void renew(Collection<Path> run) {
        changing = new Jars(run.stream().map(CellLoaders::url).toList(), fixed);
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

    @Override
    public void addToClasspath(String path) throws InternalException {
        for (String part : path.split(File.pathSeparator, -1)) {
            if (!compilerOnly.contains(part)) {
                fixed.add(url(Path.of(part)));
            }
        }
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
        return cells.loadClass(name);
    }
}
