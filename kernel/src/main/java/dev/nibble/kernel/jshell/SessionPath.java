package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.SessionClasses.Overlap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;

/**
 * Where a session's classes come from, in the order that its compilers and its loaders share:
 *
 * <pre>
 *   the JDK
 *   what the session and the library hand each other objects of: the kernel's own class path
 *   added jars that stay as they are
 *   added places that can be loaded anew
 *   the kernel's own class path
 * </pre>
 *
 * So a library of the user's is used in the version that the user asked for, whatever the kernel itself is made of. Safe
 * to use from any thread.
 */
final class SessionPath {
    /**
     * Packages whose types occur in what cells call and get, directly or in the types that occur there. Guava and Pebble,
     * which three rarely used methods of Tablesaw name, are not among them: people want their own version more often than
     * those methods.
     */
    private static final List<String> SHARED = List.of(
            "dev.nibble.",
            "tech.tablesaw.",
            "it.unimi.dsi.fastutil.",
            "org.roaringbitmap.",
            "com.fasterxml.jackson.",
            "picocli.");

    private final CompletableFuture<JarIndex> kernel;
    private final List<JarIndex> fixed = new CopyOnWriteArrayList<>();
    private final List<JarIndex> changing = new CopyOnWriteArrayList<>();

    /** @param classPath the kernel's own; it is read in the background */
    SessionPath(String classPath) {
        kernel = CompletableFuture.supplyAsync(() -> new JarIndex(classPath));
    }

    /** Made when a class of neither java nor ours is first looked for. */
    private static final class Jdk {
        /** Of its modules, those that are not exported too: the JVM takes none of them from elsewhere. */
        private static final Set<String> PACKAGES = ModuleLayer.boot().modules().stream()
                .flatMap(module -> module.getPackages().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a package's classes are the kernel's or the JDK's, if these have them. */
    static boolean isShared(String packageName) {
        String name = packageName + ".";
        return name.startsWith("java.")
                || SHARED.stream().anyMatch(name::startsWith)
                || Jdk.PACKAGES.contains(packageName);
    }

    /** The package of a class, by its name. */
    static String packageOf(String className) {
        int dot = className.lastIndexOf('.');
        return dot < 0 ? "" : className.substring(0, dot);
    }

    void addFixed(JarIndex jar) {
        fixed.add(jar);
    }

    void addChanging(JarIndex place) {
        changing.add(place);
    }

    /** What was added, in its order. */
    List<JarIndex> added() {
        var all = new ArrayList<>(fixed);
        all.addAll(changing);
        return all;
    }

    /** What lies on the kernel's own class path; waits until it is read. */
    JarIndex kernel() {
        return kernel.join();
    }

    /** The classes of a package, each from where the session takes it. */
    List<JavaFileObject> list(String packageName, boolean recurse) {
        List<JavaFileObject> own = recurse ? kernel().listAll(packageName) : kernel().list(packageName);
        List<JarIndex> added = added();
        if (added.isEmpty()) {
            return own;
        }
        Map<String, JavaFileObject> byName = new LinkedHashMap<>();
        for (JarIndex index : added) {
            (recurse ? index.listAll(packageName) : index.list(packageName))
                    .forEach(file -> byName.putIfAbsent(JarIndex.name(file), file));
        }
        for (int i = own.size() - 1; i >= 0; i--) { // backwards, so that the first of a name stays
            String name = JarIndex.name(own.get(i));
            if (isShared(packageOf(name))) {
                byName.put(name, own.get(i));
            }
        }
        own.forEach(file -> byName.putIfAbsent(JarIndex.name(file), file));
        return List.copyOf(byName.values());
    }

    /** What of a jar or folder is there already. */
    Overlap overlap(JarIndex place) {
        Set<String> replaced = new TreeSet<>();
        Set<String> kept = new TreeSet<>();
        Set<String> before = new TreeSet<>();
        boolean isNew = false;
        for (String packageName : place.packages()) {
            Set<String> names = names(place, packageName);
            Set<String> homes = homes(kernel(), packageName, names);
            if (Jdk.PACKAGES.contains(packageName)) {
                homes.add("the JDK");
            }
            boolean shared = isShared(packageName);
            (shared ? kept : replaced).addAll(homes);
            isNew |= !shared || homes.isEmpty();
            added().forEach(index -> before.addAll(homes(index, packageName, names)));
        }
        return new Overlap(replaced, kept, before, isNew);
    }

    /** Whether a place that can be loaded anew has classes of a jar. */
    boolean isInChanging(JarIndex jar) {
        return jar.packages().stream()
                .anyMatch(packageName -> changing.stream()
                        .anyMatch(index -> !homes(index, packageName, names(jar, packageName))
                                .isEmpty()));
    }

    private static Set<String> names(JarIndex index, String packageName) {
        return index.list(packageName).stream().map(JarIndex::name).collect(Collectors.toSet());
    }

    /** Where those classes of a package lie that have one of these names. */
    private static Set<String> homes(JarIndex index, String packageName, Set<String> names) {
        return index.list(packageName).stream()
                .filter(file -> names.contains(JarIndex.name(file)))
                .map(JarIndex::home)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
