package dev.nibble.kernel.jshell;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;

/** The compiler's files: the JDK's own manager, which finds what the kernel runs from in a {@link JarIndex}. */
final class CompilerFiles extends ForwardingJavaFileManager<StandardJavaFileManager>
        implements StandardJavaFileManager {
    private final JarIndex index;
    private final String own;
    /** What was added to the class path later, or does not lie in jars. */
    private List<Path> rest;

    /**
     * @param standard the JDK's
     * @param index of the class path
     * @param own the class path that is indexed, as JShell repeats it before what it adds
     */
    CompilerFiles(StandardJavaFileManager standard, JarIndex index, String own) {
        super(standard);
        this.index = index;
        this.own = own;
        setRest(List.of());
    }

    private void setRest(List<Path> added) {
        var all = new ArrayList<>(index.folders());
        all.addAll(added);
        rest = all;
        try {
            fileManager.setLocationFromPaths(StandardLocation.CLASS_PATH, rest);
        } catch (IOException e) {
            throw new UncheckedIOException("the class path can not be set to " + rest, e);
        }
    }

    @Override
    public boolean handleOption(String option, Iterator<String> arguments) {
        if (!Set.of("-classpath", "-cp", "--class-path").contains(option)) {
            return fileManager.handleOption(option, arguments);
        }
        String path = arguments.next();
        String added = path.startsWith(own) ? path.substring(own.length()) : path;
        setRest(Arrays.stream(added.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList());
        return true;
    }

    @Override
    public Iterable<JavaFileObject> list(
            Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse) throws IOException {
        Iterable<JavaFileObject> standard = fileManager.list(location, packageName, kinds, recurse);
        if (location != StandardLocation.CLASS_PATH || !kinds.contains(JavaFileObject.Kind.CLASS)) {
            return standard;
        }
        List<JavaFileObject> indexed = recurse ? index.listAll(packageName) : index.list(packageName);
        if (rest.isEmpty()) {
            return indexed;
        }
        var all = new ArrayList<>(indexed);
        standard.forEach(all::add);
        return all;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return file instanceof JarIndex.ClassInJar ours
                ? ours.binaryName()
                : fileManager.inferBinaryName(location, file);
    }

    @Override
    public boolean contains(Location location, FileObject file) throws IOException {
        return file instanceof JarIndex.ClassInJar
                ? location == StandardLocation.CLASS_PATH
                : fileManager.contains(location, file);
    }

    /** Compiler plug-ins are looked for in the JDK alone: the class path is not searched for them before every cell. */
    @Override
    public ClassLoader getClassLoader(Location location) {
        return location == StandardLocation.CLASS_PATH
                ? ClassLoader.getPlatformClassLoader()
                : fileManager.getClassLoader(location);
    }

    @Override
    public Iterable<? extends Path> getLocationAsPaths(Location location) {
        if (location != StandardLocation.CLASS_PATH) {
            return fileManager.getLocationAsPaths(location);
        }
        var all = new ArrayList<>(index.jars());
        all.addAll(rest);
        return all;
    }

    @Override
    public Iterable<? extends File> getLocation(Location location) {
        if (location != StandardLocation.CLASS_PATH) {
            return fileManager.getLocation(location);
        }
        var files = new ArrayList<File>();
        getLocationAsPaths(location).forEach(path -> files.add(path.toFile()));
        return files;
    }

    @Override
    public Iterable<? extends JavaFileObject> getJavaFileObjectsFromFiles(Iterable<? extends File> files) {
        return fileManager.getJavaFileObjectsFromFiles(files);
    }

    @Override
    public Iterable<? extends JavaFileObject> getJavaFileObjects(File... files) {
        return fileManager.getJavaFileObjects(files);
    }

    @Override
    public Iterable<? extends JavaFileObject> getJavaFileObjects(Path... paths) {
        return fileManager.getJavaFileObjects(paths);
    }

    @Override
    public Iterable<? extends JavaFileObject> getJavaFileObjectsFromPaths(Collection<? extends Path> paths) {
        return fileManager.getJavaFileObjectsFromPaths(paths);
    }

    @Override
    public Iterable<? extends JavaFileObject> getJavaFileObjectsFromStrings(Iterable<String> names) {
        return fileManager.getJavaFileObjectsFromStrings(names);
    }

    @Override
    public Iterable<? extends JavaFileObject> getJavaFileObjects(String... names) {
        return fileManager.getJavaFileObjects(names);
    }

    @Override
    public void setLocation(Location location, Iterable<? extends File> files) throws IOException {
        fileManager.setLocation(location, files);
    }

    @Override
    public void setLocationFromPaths(Location location, Collection<? extends Path> paths) throws IOException {
        fileManager.setLocationFromPaths(location, paths);
    }

    @Override
    public Path asPath(FileObject file) {
        return fileManager.asPath(file);
    }

    @Override
    public boolean isSameFile(FileObject a, FileObject b) {
        boolean ours = a instanceof JarIndex.ClassInJar || b instanceof JarIndex.ClassInJar;
        return ours ? a.equals(b) : fileManager.isSameFile(a, b);
    }
}
