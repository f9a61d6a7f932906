package dev.nibble.kernel.jshell;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;

/** The compiler's files: the JDK's own manager, with a {@link SessionPath} for the class path. */
final class CompilerFiles extends ForwardingJavaFileManager<StandardJavaFileManager>
        implements StandardJavaFileManager {
    private final SessionPath path;

    /**
     * @param standard the JDK's
     * @param path of the session
     */
    CompilerFiles(StandardJavaFileManager standard, SessionPath path) {
        super(standard);
        this.path = path;
        try {
            fileManager.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("the class path can not be set", e);
        }
    }

    @Override
    public boolean handleOption(String option, Iterator<String> arguments) {
        if (!Set.of("-classpath", "-cp", "--class-path").contains(option)) {
            return fileManager.handleOption(option, arguments);
        }
        arguments.next(); // JShell repeats what the session's path knows
        return true;
    }

    @Override
    public Iterable<JavaFileObject> list(
            Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse) throws IOException {
        if (location != StandardLocation.CLASS_PATH) {
            return fileManager.list(location, packageName, kinds, recurse);
        }
        return kinds.contains(JavaFileObject.Kind.CLASS) ? path.list(packageName, recurse) : List.of();
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return file instanceof JarIndex.ClassFile ours
                ? ours.binaryName()
                : fileManager.inferBinaryName(location, file);
    }

    @Override
    public boolean contains(Location location, FileObject file) throws IOException {
        return file instanceof JarIndex.ClassFile
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

    private static boolean isIndexed(Location location) {
        return location == StandardLocation.CLASS_PATH || location == StandardLocation.PLATFORM_CLASS_PATH;
    }

    /**
     * Nothing for the class path and the JDK: nobody asks but JShell's own completion, which would open every jar and
     * list every class of the JDK while the first cell waits, for suggestions that {@link Completions} makes itself.
     */
    @Override
    public Iterable<? extends Path> getLocationAsPaths(Location location) {
        return isIndexed(location) ? null : fileManager.getLocationAsPaths(location);
    }

    @Override
    public Iterable<? extends File> getLocation(Location location) {
        return isIndexed(location) ? null : fileManager.getLocation(location);
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
        boolean ours = a instanceof JarIndex.ClassFile || b instanceof JarIndex.ClassFile;
        return ours ? a.equals(b) : fileManager.isSameFile(a, b);
    }
}
