package dev.nibble.kernel.jshell;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.ForwardingJavaFileObject;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;

/**
 * The classes that code may refer to, kept between one look and the next: those of the JDK, of the class path, and those
 * that cells defined. What a package of the JDK or of a jar holds is listed once. For one caller at a time.
 */
final class SessionFiles extends ForwardingJavaFileManager<CompilerFiles> {
    private static final String CELLS = "REPL";
    /** Class files kept in memory, in bytes: those that every look needs. */
    private static final int KEPT_BYTES = 12 << 20;

    private record Key(String location, String name, Set<JavaFileObject.Kind> kinds, boolean recurse) {}

    private final Map<Key, List<JavaFileObject>> listed = new HashMap<>();
    private final Map<String, Location> modules = new HashMap<>();
    private final Map<String, String> moduleOfPackage = new HashMap<>();
    private Map<String, byte[]> cells = Map.of();
    private int kept;

    /** @param path of the session, which its compiler reads too */
    SessionFiles(JavaCompiler compiler, SessionPath path) {
        super(new CompilerFiles(compiler.getStandardFileManager(null, Locale.ROOT, null), path));
        ModuleLayer.boot().modules().forEach(module -> addPackages(module.getDescriptor()));
        // The compiler sees it in any case, and a kernel may take it in later.
        ModuleFinder.ofSystem().find(VectorModule.NAME).ifPresent(module -> addPackages(module.descriptor()));
    }

    private void addPackages(ModuleDescriptor module) {
        module.exports().stream()
                .filter(export -> !export.isQualified())
                .forEach(export -> moduleOfPackage.put(export.source(), module.name()));
    }

    /** The classes of cells from now on. */
    void show(Map<String, byte[]> classes) {
        cells = classes;
    }

    /** Lists the class path anew, which has changed. */
    void follow() {
        listed.entrySet().removeIf(entry -> {
            boolean gone = entry.getKey().location().startsWith(StandardLocation.CLASS_PATH.getName());
            if (gone) {
                entry.getValue().forEach(this::forget);
            }
            return gone;
        });
    }

    private void forget(JavaFileObject file) {
        if (file instanceof Kept one && one.bytes != null) {
            kept -= one.bytes.length;
        }
    }

    /** The exported packages of the JDK's modules, with their module. */
    Map<String, String> modulePackages() {
        return moduleOfPackage;
    }

    /** The simple names of the top-level classes in a package, public or not, of the JDK and of the class path. */
    List<String> classesOf(String packageName) {
        var names = new LinkedHashMap<String, Boolean>();
        try {
            String module = moduleOfPackage.get(packageName);
            if (module != null) {
                Location location = modules.get(module);
                if (location == null) {
                    location = getLocationForModule(StandardLocation.SYSTEM_MODULES, module);
                    modules.put(module, location);
                }
                collect(location, packageName, names);
            }
            collect(StandardLocation.CLASS_PATH, packageName, names);
        } catch (IOException unreadable) {
            // What can not be listed can not be offered either.
        }
        return List.copyOf(names.keySet());
    }

    private void collect(Location location, String packageName, Map<String, Boolean> names) throws IOException {
        if (location == null) {
            return;
        }
        for (JavaFileObject file : list(location, packageName, Set.of(JavaFileObject.Kind.CLASS), false)) {
            String name = inferBinaryName(location, file);
            String simple = name.substring(name.lastIndexOf('.') + 1);
            if (simple.indexOf('$') < 0 && !simple.equals("package-info") && !simple.equals("module-info")) {
                names.put(simple, true);
            }
        }
    }

    @Override
    public Iterable<JavaFileObject> list(
            Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse) throws IOException {
        if (packageName.equals(CELLS) && location == StandardLocation.CLASS_PATH) {
            return kinds.contains(JavaFileObject.Kind.CLASS) ? cellClasses() : List.of();
        }
        var key = new Key(location.getName(), packageName, kinds, recurse);
        List<JavaFileObject> found = listed.get(key);
        if (found == null) {
            found = new ArrayList<>();
            for (JavaFileObject file : super.list(location, packageName, kinds, recurse)) {
                found.add(file.getKind() == JavaFileObject.Kind.CLASS ? new Kept(file) : file);
            }
            listed.put(key, found);
        }
        return found;
    }

    private List<JavaFileObject> cellClasses() {
        var files = new ArrayList<JavaFileObject>(cells.size());
        cells.forEach((name, bytes) -> files.add(new CellClass(name, bytes)));
        return files;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return switch (file) {
            case CellClass cell -> cell.name;
            case Kept kept -> {
                if (kept.name == null) {
                    kept.name = super.inferBinaryName(location, kept.original());
                }
                yield kept.name;
            }
            default -> super.inferBinaryName(location, file);
        };
    }

    @Override
    public boolean isSameFile(FileObject a, FileObject b) {
        if (a instanceof CellClass one && b instanceof CellClass other) {
            return one.name.equals(other.name);
        }
        return !(a instanceof CellClass) && !(b instanceof CellClass) && super.isSameFile(original(a), original(b));
    }

    @Override
    public boolean contains(Location location, FileObject file) throws IOException {
        return file instanceof CellClass
                ? location == StandardLocation.CLASS_PATH
                : super.contains(location, original(file));
    }

    private static FileObject original(FileObject file) {
        return file instanceof Kept kept ? kept.original() : file;
    }

    /** A class that a cell defined. */
    private static final class CellClass extends SimpleJavaFileObject {
        private final String name;
        private final byte[] bytes;

        CellClass(String name, byte[] bytes) {
            super(URI.create("cell:///" + name.replace('.', '/') + ".class"), JavaFileObject.Kind.CLASS);
            this.name = name;
            this.bytes = bytes;
        }

        @Override
        public InputStream openInputStream() {
            return new ByteArrayInputStream(bytes);
        }
    }

    /** A class file that is read once. */
    private final class Kept extends ForwardingJavaFileObject<JavaFileObject> {
        private String name;
        private byte[] bytes;

        Kept(JavaFileObject file) {
            super(file);
        }

        JavaFileObject original() {
            return fileObject;
        }

        @Override
        public InputStream openInputStream() throws IOException {
            if (bytes != null) {
                return new ByteArrayInputStream(bytes);
            }
            byte[] read;
            try (InputStream in = super.openInputStream()) {
                read = in.readAllBytes();
            }
            if (kept + read.length <= KEPT_BYTES) {
                kept += read.length;
                bytes = read;
            }
            return new ByteArrayInputStream(read);
        }
    }
}
