package dev.nibble.kernel.jshell;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Where the sources of classes are: the JDK's in its {@code src.zip}, which some packages of it leave out; ours in
 * {@code sources/} beside the program, or where they are compiled; those of added jars where {@link SourceJars} says.
 */
final class SourceTexts {
    /** More than any class has, in bytes. */
    private static final int LONGEST = 4 << 20;

    private final SourceJars added;
    private final List<Path> own;
    private final Path jdk = Path.of(System.getProperty("java.home"), "lib", "src.zip");

    /** @param added sources of jars that come later */
    SourceTexts(SourceJars added) {
        this.added = added;
        this.own = own();
    }

    /** Where the JDK's sources should be. */
    Path jdk() {
        return jdk;
    }

    /** Whether the JDK's sources are at hand. */
    boolean hasJdk() {
        return Files.isRegularFile(jdk);
    }

    /**
     * The source file of a class.
     *
     * @param module the JDK's that it is in; empty for classes of the class path
     * @param className of the class around all others, in full
     */
    Optional<String> of(String module, String className) {
        String file = className.replace('.', '/') + ".java";
        if (!module.isEmpty()) {
            return read(jdk, module + "/" + file);
        }
        var places = new ArrayList<>(own);
        places.addAll(added.all());
        return places.stream()
                .map(place -> read(place, file))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> read(Path place, String file) {
        try {
            if (Files.isDirectory(place)) {
                Path source = place.resolve(file);
                return Files.isRegularFile(source) && Files.size(source) <= LONGEST
                        ? Optional.of(Files.readString(source))
                        : Optional.empty();
            }
            if (!Files.isRegularFile(place)) {
                return Optional.empty();
            }
            try (var zip = new ZipFile(place.toFile())) {
                ZipEntry entry = zip.getEntry(file);
                if (entry == null) {
                    return Optional.empty();
                }
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readNBytes(LONGEST + 1);
                    return bytes.length > LONGEST
                            ? Optional.empty()
                            : Optional.of(new String(bytes, StandardCharsets.UTF_8));
                }
            }
        } catch (IOException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    private static List<Path> own() {
        var places = new ArrayList<Path>();
        try {
            Path origin = Path.of(SourceTexts.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path beside = origin.resolveSibling("sources");
            if (Files.isDirectory(beside)) {
                File[] jars = beside.toFile().listFiles((_, name) -> name.endsWith(".jar"));
                for (File jar : jars == null ? new File[0] : jars) {
                    places.add(jar.toPath());
                }
            } else if (Files.isDirectory(origin)) {
                // Compiled, but not packed: target/classes, or target/quick/classes.
                for (Path at = origin; at != null; at = at.getParent()) {
                    if (at.endsWith("target") && at.getParent() != null) {
                        Path root = at.getParent().resolveSibling("quant-lib");
                        places.add(root.resolve("src/main/java"));
                        places.add(at.resolveSibling("src/main/java"));
                        break;
                    }
                }
            }
        } catch (URISyntaxException | RuntimeException elsewhere) {
            // then there is no documentation of ours
        }
        return places;
    }
}
