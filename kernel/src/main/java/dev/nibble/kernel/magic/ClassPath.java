package dev.nibble.kernel.magic;

import dev.nibble.kernel.maven.Found;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** What {@code %maven} and {@code %jars} added to the session. Used by one cell at a time. */
final class ClassPath {
    /** Classes of a jar that are looked up among the kernel's own. */
    private static final int SAMPLE = 40;

    private final Map<String, Found> artifacts = new LinkedHashMap<>();
    private final Map<Path, LocalClasses.Place> places = new LinkedHashMap<>();
    private LocalClasses local;

    /** Of {@code %maven}, by group and name. */
    synchronized Map<String, Found> artifacts() {
        return Map.copyOf(artifacts);
    }

    synchronized List<Found> artifactsInOrder() {
        return List.copyOf(artifacts.values());
    }

    synchronized void add(Found artifact) {
        artifacts.put(artifact.key(), artifact);
    }

    /** Of {@code %jars}, in the order in which they came. */
    synchronized List<LocalClasses.Place> places() {
        return List.copyOf(places.values());
    }

    synchronized Optional<LocalClasses.Place> place(Path original) {
        return Optional.ofNullable(places.get(original));
    }

    synchronized void add(LocalClasses.Place place) {
        places.put(place.original(), place);
    }

    /** Where all changing classes are run from. */
    synchronized Collection<Path> run() {
        return places.values().stream().map(LocalClasses.Place::run).toList();
    }

    synchronized LocalClasses local() throws IOException {
        if (local == null) {
            local = new LocalClasses();
        }
        return local;
    }

    /**
     * How much of a jar the kernel has itself.
     *
     * @param jar its own that holds the classes; empty if it has none of them
     * @param whole whether it has all that were looked for
     */
    record Ours(String jar, boolean whole) {}

    /** Looks some of a jar's classes up among the kernel's own, which win. */
    static Ours ours(Path jar) throws IOException {
        ClassLoader kernel = ClassPath.class.getClassLoader();
        List<String> classes = new ArrayList<>();
        try (var zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/") && !name.contains("-info"))
                    .forEach(classes::add);
        }
        int step = Math.max(1, classes.size() / SAMPLE);
        int looked = 0;
        int found = 0;
        String where = "";
        for (int i = 0; i < classes.size(); i += step) {
            looked++;
            URL resource = kernel.getResource(classes.get(i));
            if (resource != null) {
                found++;
                where = where.isEmpty() ? holder(resource) : where;
            }
        }
        return new Ours(where, found > 0 && found == looked);
    }

    /** The jar's file name in {@code jar:file:/…/name.jar!/…}; the module of one of the JDK's classes. */
    private static String holder(URL resource) {
        String address = resource.toString();
        int end = address.indexOf("!/");
        String path = end < 0 ? address : address.substring(0, end);
        if (path.startsWith("jrt:/")) {
            return "the JDK";
        }
        return path.substring(path.lastIndexOf('/') + 1).replace(File.separator, "");
    }
}
