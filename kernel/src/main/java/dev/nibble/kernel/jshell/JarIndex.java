package dev.nibble.kernel.jshell;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;

/**
 * What classes lie in the jars and folders of a class path, by package. The compiler's own way opens each jar as a file
 * system, with an object for every file in it, which takes a good part of the time until the first cell can run; these
 * jars are open already, because our classes come from them. Jars are read once, folders whenever somebody asks. Safe to
 * use from any thread.
 */
final class JarIndex {
    private static final String CLASS = ".class";

    private final List<Path> folders = new ArrayList<>();
    private final Map<String, List<JavaFileObject>> classes = new HashMap<>();

    /**
     * Reads the directories of jars.
     *
     * @param classPath entries as in {@code java.class.path}; what a jar's manifest names belongs to it
     */
    JarIndex(String classPath) {
        Set<Path> seen = new HashSet<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                add(Path.of(entry).toAbsolutePath().normalize(), seen);
            }
        }
    }

    /**
     * Reads one place.
     *
     * @param place a folder, or a jar with what its manifest names
     * @throws UncheckedIOException if it is neither; the message names it
     */
    JarIndex(Path place) {
        try {
            read(place.toAbsolutePath().normalize(), new HashSet<>());
        } catch (IOException e) {
            throw new UncheckedIOException(place + " is no readable jar (" + e.getMessage() + ")", e);
        }
    }

    private void add(Path entry, Set<Path> seen) {
        try {
            read(entry, seen);
        } catch (IOException noJar) {
            // the launcher ignores it as well
        }
    }

    private void read(Path entry, Set<Path> seen) throws IOException {
        if (!seen.add(entry)) {
            return;
        }
        if (Files.isDirectory(entry)) {
            folders.add(entry);
            return;
        }
        if (!Files.isRegularFile(entry)) {
            throw new IOException("there is no such file");
        }
        var jar = new JarFile(entry.toFile(), false, JarFile.OPEN_READ, Runtime.version());
        Manifest manifest;
        try {
            manifest = jar.getManifest();
        } catch (IOException e) {
            jar.close();
            throw e;
        }
        jar.entries().asIterator().forEachRemaining(file -> index(jar, file));
        String more = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        if (more != null) {
            URI own = entry.toUri();
            Stream.of(more.split("\\s+", -1))
                    .filter(address -> !address.isEmpty())
                    .forEach(address -> addNamed(address, own, seen));
        }
    }

    /** Adds what a jar's manifest names: an address, relative to the jar's own. */
    private void addNamed(String address, URI jar, Set<Path> seen) {
        Path named;
        try {
            named = Path.of(jar.resolve(address)).normalize();
        } catch (IllegalArgumentException | FileSystemNotFoundException noFile) { // the class loader ignores it as well
            return;
        }
        add(named, seen);
    }

    private void index(JarFile jar, JarEntry file) {
        String path = file.getName();
        int slash = path.lastIndexOf('/');
        if (!path.endsWith(CLASS) || slash < 0 || path.startsWith("META-INF/")) {
            return;
        }
        String name = path.substring(slash + 1, path.length() - CLASS.length());
        if (SourceVersion.isIdentifier(name)) {
            classes.computeIfAbsent(path.substring(0, slash).replace('/', '.'), _ -> new ArrayList<>())
                    .add(new ClassInJar(jar, path.substring(0, path.length() - CLASS.length())));
        }
    }

    /** The classes of a package, the first of each name first. */
    List<JavaFileObject> list(String packageName) {
        List<JavaFileObject> inJars = classes.getOrDefault(packageName, List.of());
        if (folders.isEmpty()) {
            return Collections.unmodifiableList(inJars);
        }
        var all = new ArrayList<JavaFileObject>();
        for (Path folder : folders) {
            Path inside = folder.resolve(packageName.replace('.', '/'));
            if (!Files.isDirectory(inside)) {
                continue;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(inside, "*" + CLASS)) {
                files.forEach(file -> addFile(folder, file, all));
            } catch (IOException | UncheckedIOException gone) {
                // as if it were empty
            }
        }
        all.addAll(inJars);
        return all;
    }

    private static void addFile(Path folder, Path file, Collection<JavaFileObject> all) {
        String path = folder.relativize(file).toString().replace(File.separatorChar, '/');
        String name = path.substring(path.lastIndexOf('/') + 1).replace(CLASS, "");
        if (SourceVersion.isIdentifier(name)) {
            all.add(new ClassInFolder(file, path.substring(0, path.length() - CLASS.length())));
        }
    }

    /** The classes of a package and those below it. */
    List<JavaFileObject> listAll(String packageName) {
        var all = new ArrayList<JavaFileObject>();
        String prefix = packageName.isEmpty() ? "" : packageName + ".";
        packages().stream()
                .filter(name -> name.equals(packageName) || name.startsWith(prefix))
                .forEach(name -> all.addAll(list(name)));
        return all;
    }

    /** The packages that hold classes; those of a name that Java can not write, such as META-INF, are none. */
    Set<String> packages() {
        var names = new TreeSet<>(classes.keySet());
        for (Path folder : folders) {
            try (Stream<Path> inside = Files.walk(folder)) {
                inside.filter(file -> file.toString().endsWith(CLASS))
                        .map(file -> folder.relativize(file).getParent())
                        .filter(parent -> parent != null)
                        .forEach(parent -> names.add(parent.toString().replace(File.separatorChar, '.')));
            } catch (IOException | UncheckedIOException gone) {
                // as if it were empty
            }
        }
        names.removeIf(name -> !SourceVersion.isName(name));
        return names;
    }

    /** The name of a class that {@link #list} gave, with dots. */
    static String name(JavaFileObject listed) {
        return ((ClassFile) listed).binaryName();
    }

    /** The file name of the jar, or the folder, that a class which {@link #list} gave lies in. */
    static String home(JavaFileObject listed) {
        return ((ClassFile) listed).home();
    }

    /** A class file. */
    abstract static sealed class ClassFile extends SimpleJavaFileObject {
        /** Without the ending, with slashes. */
        final String path;

        private ClassFile(String path) {
            // The address is made when somebody asks: thousands are indexed, and a few of them read.
            super(NOWHERE, Kind.CLASS);
            this.path = path;
        }

        private static final URI NOWHERE = URI.create("jar:///");

        /** The class's name, with dots. */
        final String binaryName() {
            return path.replace('/', '.');
        }

        abstract String home();

        @Override
        public final boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.CLASS
                    && path.endsWith(simpleName)
                    && path.lastIndexOf('/') == path.length() - simpleName.length() - 1;
        }
    }

    private static final class ClassInJar extends ClassFile {
        private final JarFile jar;

        private ClassInJar(JarFile jar, String path) {
            super(path);
            this.jar = jar;
        }

        /** Looked up when it is read: kept for each class of the path they would take megabytes. */
        private JarEntry entry() {
            return jar.getJarEntry(path + CLASS);
        }

        @Override
        String home() {
            return Path.of(jar.getName()).getFileName().toString();
        }

        @Override
        public URI toUri() {
            return URI.create("jar:" + Path.of(jar.getName()).toUri() + "!/" + path + CLASS);
        }

        @Override
        public String getName() {
            return jar.getName() + "(/" + path + CLASS + ")";
        }

        @Override
        public InputStream openInputStream() {
            try {
                return jar.getInputStream(entry());
            } catch (IOException e) {
                throw new UncheckedIOException(jar.getName() + ": " + path + ".class can not be read", e);
            }
        }

        @Override
        public long getLastModified() {
            return entry().getTime();
        }
    }

    private static final class ClassInFolder extends ClassFile {
        private final Path file;

        private ClassInFolder(Path file, String path) {
            super(path);
            this.file = file;
        }

        @Override
        String home() {
            return file.toString().replace(File.separatorChar, '/').replace("/" + path + CLASS, "");
        }

        @Override
        public URI toUri() {
            return file.toUri();
        }

        @Override
        public String getName() {
            return file.toString();
        }

        @Override
        public InputStream openInputStream() throws IOException {
            return Files.newInputStream(file);
        }

        @Override
        public long getLastModified() {
            return file.toFile().lastModified();
        }
    }
}
