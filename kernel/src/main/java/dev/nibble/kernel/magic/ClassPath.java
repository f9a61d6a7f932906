package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.SessionClasses;
import dev.nibble.kernel.maven.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code %maven} and {@code %jars} added to the session. Used by one cell at a time. */
final class ClassPath {
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

    /** The place that was given, of a place of {@code %jars} that the session names after its copy; others as they are. */
    synchronized String original(String home) {
        return places.values().stream()
                .filter(place -> place.compiled().equals(Path.of(home)))
                .map(place -> place.original().toString())
                .findFirst()
                .orElse(home);
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

    /** Says which classes of something that was added are the kernel's own, or the JDK's. */
    static void noteKept(String what, SessionClasses.Overlap overlap, Magic.Context context) {
        if (!overlap.kept().isEmpty()) {
            boolean library = overlap.kept().stream().anyMatch(jar -> jar.endsWith(".jar"));
            context.cell()
                    .note("note: classes of " + what + " that are in " + String.join(", ", overlap.kept())
                            + " too are taken from there"
                            + (library ? ", because objects of them go to and from the library" : ""));
        }
    }

    /** Says which variables something that was added cost their values. */
    static void noteLost(List<String> lost, Magic.Context context) {
        SessionClasses.noteLost(lost, "of objects of classes that were made anew", context.cell());
    }

    /** The version in the file name of a kernel's jar that is an artifact of that name; empty if there is none. */
    static Optional<String> version(Collection<String> jars, String artifact) {
        var named = Pattern.compile(Pattern.quote(artifact) + "-(\\d.*)\\.jar");
        return jars.stream()
                .map(named::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .findFirst();
    }
}
