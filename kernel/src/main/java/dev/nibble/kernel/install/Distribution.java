package dev.nibble.kernel.install;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * The built program: {@code nibble.jar} and the libraries that its manifest names.
 *
 * @param jar nibble.jar, absolute
 * @param libraries paths relative to the jar's folder, in the order of the class path
 * @param sources jars with the sources of our own classes, relative too: documentation at the cursor reads them, nothing
 *     else does; empty if there are none
 * @param version of the program
 */
public record Distribution(Path jar, List<String> libraries, List<String> sources, String version) {
    /** The folder beside nibble.jar that holds the sources. */
    public static final String SOURCES = "sources";

    public Distribution {
        libraries = List.copyOf(libraries);
        sources = List.copyOf(sources);
    }

    /**
     * The one that this class was loaded from.
     *
     * @throws InstallException if it was not loaded from a built nibble.jar with all its libraries beside it
     */
    public static Distribution running() throws IOException {
        Path origin;
        try {
            origin = Path.of(Distribution.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException strange) {
            throw new InstallException("this program does not run from a file: " + strange.getMessage());
        }
        return of(origin.toAbsolutePath());
    }

    /** The one whose jar this is. */
    public static Distribution of(Path jar) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new InstallException(jar + " is not nibble.jar: the kernel is installed from the built program;"
                    + " build it with install/nibble, then run this again");
        }
        try (var file = new JarFile(jar.toFile())) {
            var manifest = file.getManifest();
            var attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
            String classPath = attributes.getValue(Attributes.Name.CLASS_PATH);
            if (classPath == null) {
                throw new InstallException(jar + " names no class path: it is not the built nibble.jar");
            }
            var libraries = new ArrayList<String>();
            for (String library : classPath.strip().split("\\s+", -1)) {
                if (!Files.isRegularFile(jar.resolveSibling(library))) {
                    throw new InstallException(
                            jar.resolveSibling(library) + " is missing: nibble.jar needs the lib folder beside it");
                }
                libraries.add(library);
            }
            String version = attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
            return new Distribution(jar, libraries, sources(jar), version == null ? "unknown" : version);
        }
    }

    private static List<String> sources(Path jar) throws IOException {
        Path folder = jar.resolveSibling(SOURCES);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .map(name -> SOURCES + "/" + name)
                    .toList();
        }
    }
}
