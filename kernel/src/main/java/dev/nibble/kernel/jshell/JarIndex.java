package dev.nibble.kernel.jshell;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import javax.lang.model.SourceVersion;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;

/**
 * What classes lie in the jars that the kernel itself runs from, by package. The compiler's own way opens each jar as a
 * file system, with an object for every file in it, which takes a good part of the time until the first cell can run;
 * these jars are open already, because our classes come from them.
 */
final class JarIndex {
    private final List<Path> jars = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private final Map<String, List<JavaFileObject>> classes = new HashMap<>();

    /**
     * Reads the directories of jars.
     *
     * @param classPath entries as in {@code java.class.path}; what a jar's manifest names belongs to it
     */
    JarIndex(String classPath) {
        Set<Path> open = new LinkedHashSet<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                add(Path.of(entry).toAbsolutePath().normalize(), open);
            }
        }
    }

    private void add(Path entry, Set<Path> seen) {
        if (!seen.add(entry)) {
            return;
        }
        if (!Files.isRegularFile(entry)) {
            if (Files.isDirectory(entry)) {
                folders.add(entry);
            }
            return;
        }
        JarFile jar;
        Manifest manifest;
        try {
            jar = new JarFile(entry.toFile(), false, JarFile.OPEN_READ, Runtime.version());
            manifest = jar.getManifest();
        } catch (IOException noJar) { // the launcher ignores it as well
            return;
        }
        jars.add(entry);
        jar.entries().asIterator().forEachRemaining(file -> index(jar, file));
        String more = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        if (more != null) {
            for (String name : more.strip().split("\\s+", -1)) {
                add(entry.resolveSibling(name).normalize(), seen);
            }
        }
    }

    private void index(JarFile jar, JarEntry file) {
        String path = file.getName();
        int slash = path.lastIndexOf('/');
        if (!path.endsWith(".class") || slash < 0 || path.startsWith("META-INF/")) {
            return;
        }
        String name = path.substring(slash + 1, path.length() - ".class".length());
        if (SourceVersion.isIdentifier(name)) {
            classes.computeIfAbsent(path.substring(0, slash).replace('/', '.'), _ -> new ArrayList<>())
                    .add(new ClassInJar(jar, path.substring(0, path.length() - ".class".length())));
        }
    }

    /** Those folders of the class path that are not jars, which are not looked into. */
    List<Path> folders() {
        return Collections.unmodifiableList(folders);
    }

    /** The jars, those that manifests name too. */
    List<Path> jars() {
        return Collections.unmodifiableList(jars);
    }

    /** The classes of a package. */
    List<JavaFileObject> list(String packageName) {
        return Collections.unmodifiableList(classes.getOrDefault(packageName, List.of()));
    }

    /** The classes of a package and those below it. */
    List<JavaFileObject> listAll(String packageName) {
        var all = new ArrayList<JavaFileObject>();
        String prefix = packageName.isEmpty() ? "" : packageName + ".";
        classes.forEach((name, files) -> {
            if (name.equals(packageName) || name.startsWith(prefix)) {
                all.addAll(files);
            }
        });
        return all;
    }

    /** A class file. */
    static final class ClassInJar extends SimpleJavaFileObject {
        private final JarFile jar;
        private final String path;

        private ClassInJar(JarFile jar, String path) {
            // The address is made when somebody asks: thousands are indexed, and a few of them read.
            super(NOWHERE, Kind.CLASS);
            this.jar = jar;
            this.path = path;
        }

        private static final URI NOWHERE = URI.create("jar:///");

        /** Looked up when it is read: kept for each class of the path they would take megabytes. */
        private JarEntry entry() {
            return jar.getJarEntry(path + ".class");
        }

        /** The class's name, with dots. */
        String binaryName() {
            return path.replace('/', '.');
        }

        @Override
        public URI toUri() {
            return URI.create("jar:" + Path.of(jar.getName()).toUri() + "!/" + path + ".class");
        }

        @Override
        public String getName() {
            return jar.getName() + "(/" + path + ".class)";
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.CLASS
                    && path.endsWith(simpleName)
                    && path.lastIndexOf('/') == path.length() - simpleName.length() - 1;
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
}
