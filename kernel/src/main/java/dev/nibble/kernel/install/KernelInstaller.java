package dev.nibble.kernel.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.JvmFlags;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Installs the kernel into a folder of its own: kernel.json, pictures, the plotly.js that figures load, and all the
 * jars, so that it outlives the place it was built in. Installing again replaces only what differs, each file by a
 * rename, so that a kernel that runs from there goes on with the jars it has open.
 */
public final class KernelInstaller {
    /** The name that notebooks ask for. */
    public static final String DEFAULT_NAME = "nibble";

    /** plotly.js in the kernel's folder, which Jupyter serves at {@code kernelspecs/NAME/plotly.min.js}. */
    public static final String PLOTLY_FILE = "plotly.min.js";

    private static final String PLOTLY_VERSIONS = "META-INF/maven/org.webjars.npm/plotly.js-dist/pom.properties";
    private static final List<String> PICTURES = List.of("logo-32x32.png", "logo-64x64.png", "logo-svg.svg");

    private final Distribution distribution;
    private final Path java;

    /**
     * @param distribution what is installed
     * @param java the JVM's launcher that will run it, absolute
     */
    public KernelInstaller(Distribution distribution, Path java) {
        this.distribution = distribution;
        this.java = java;
    }

    /** Installs the program that is running, to be run by the JDK that runs it. */
    public static KernelInstaller ofRunning() throws IOException {
        return new KernelInstaller(Distribution.running(), Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    /**
     * @param folder the kernel's own folder, see {@link KernelFolders}
     * @param displayName what a person reads in JupyterLab
     * @throws InstallException if there is another kernel of that name
     */
    public void install(Path folder, String displayName) throws IOException {
        if (Files.exists(folder.resolve("kernel.json")) && !isOurs(folder)) {
            throw new InstallException(
                    folder + " holds another kernel: --name gives this one another name, or remove that one first");
        }
        Files.createDirectories(folder.resolve("lib"));
        Set<Path> wanted = new HashSet<>();
        wanted.add(put(folder, "nibble.jar", distribution.jar()));
        for (String library : distribution.libraries()) {
            wanted.add(put(folder, library, distribution.jar().resolveSibling(library)));
        }
        for (String picture : PICTURES) {
            try (InputStream in = resource(KernelInstaller.class.getResourceAsStream(picture), picture)) {
                wanted.add(put(folder, picture, in));
            }
        }
        try (InputStream in = plotly()) {
            wanted.add(put(folder, PLOTLY_FILE, in));
        }
        byte[] kernelJson = (kernelJson(folder, displayName).toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
        // Last: Jupyter sees the kernel when this is there.
        wanted.add(put(folder, "kernel.json", new ByteArrayInputStream(kernelJson)));
        removeOthers(folder, wanted);
    }

    /**
     * Removes a kernel that was installed here, and folders above it that are empty then.
     *
     * @return false if there was none
     * @throws InstallException if the folder holds another kernel
     */
    public static boolean uninstall(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return false;
        }
        if (!isOurs(folder)) {
            throw new InstallException(folder + " holds another kernel, which is not removed by this");
        }
        // First: what is half removed is no kernel any more.
        Files.delete(folder.resolve("kernel.json"));
        removeOthers(folder, Set.of());
        Files.deleteIfExists(folder);
        for (Path above = folder.getParent(), end = aboveJupyter(folder);
                !above.equals(end);
                above = above.getParent()) {
            try {
                Files.delete(above);
            } catch (DirectoryNotEmptyException others) {
                break;
            }
        }
        return true;
    }

    /** Whether a folder's kernel.json was written by this class. */
    static boolean isOurs(Path folder) {
        try {
            JsonNode json =
                    new ObjectMapper().readTree(folder.resolve("kernel.json").toFile());
            return json != null && json.path("metadata").path("nibble").isObject();
        } catch (IOException unreadable) {
            return false;
        }
    }

    private ObjectNode kernelJson(Path folder, String displayName) {
        var json = new ObjectMapper().createObjectNode();
        var argv = json.putArray("argv");
        JvmFlags.kernelCommand(java, folder.resolve("nibble.jar").toString()).forEach(argv::add);
        json.put("display_name", displayName);
        json.put("language", "java");
        json.put("interrupt_mode", "message");
        json.putObject("env");
        var metadata = json.putObject("metadata");
        metadata.put("debugger", false);
        metadata.putObject("nibble").put("version", distribution.version());
        return json;
    }

    private static Path put(Path folder, String name, Path source) throws IOException {
        Path target = folder.resolve(name).normalize();
        if (Files.isRegularFile(target) && Files.mismatch(source, target) < 0) {
            return target;
        }
        try (InputStream in = Files.newInputStream(source)) {
            return put(folder, name, in);
        }
    }

    private static Path put(Path folder, String name, InputStream content) throws IOException {
        Path target = folder.resolve(name).normalize();
        if (!target.startsWith(folder)) {
            throw new InstallException("\"" + name + "\" leads out of " + folder);
        }
        Files.createDirectories(target.getParent());
        Path temporary = Files.createTempFile(target.getParent(), ".new", null);
        try {
            Files.copy(content, temporary, StandardCopyOption.REPLACE_EXISTING);
            if (Files.isRegularFile(target) && Files.mismatch(temporary, target) < 0) {
                return target;
            }
            makeReadable(temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return target;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Temporary files are their owner's alone; a kernel that is installed for everyone is read by everyone. */
    private static void makeReadable(Path file) {
        boolean done = file.toFile().setReadable(true, false);
        assert done || !Files.isReadable(file) : file;
    }

    private static void removeOthers(Path folder, Set<Path> wanted) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!wanted.contains(file)) {
                    Files.deleteIfExists(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failed) throws IOException {
                try (var left = Files.list(directory)) {
                    if (!directory.equals(folder) && left.findAny().isEmpty()) {
                        Files.deleteIfExists(directory);
                    }
                } catch (NotDirectoryException gone) {
                    throw new InstallException(directory + " changed while it was being cleaned");
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The first folder above that is not Jupyter's own, which stays even if it is empty. */
    private static Path aboveJupyter(Path folder) {
        Path kernels = folder.getParent();
        Path data = kernels.getParent();
        boolean jupyters = data != null
                && data.getFileName() != null
                && Arrays.asList("jupyter", "Jupyter")
                        .contains(data.getFileName().toString());
        return jupyters ? data.getParent() : data;
    }

    private static InputStream plotly() throws IOException {
        ClassLoader loader = KernelInstaller.class.getClassLoader();
        var properties = new java.util.Properties();
        try (InputStream in = resource(loader.getResourceAsStream(PLOTLY_VERSIONS), PLOTLY_VERSIONS)) {
            properties.load(in);
        }
        String path = "META-INF/resources/webjars/plotly.js-dist/" + properties.getProperty("version") + "/plotly.js";
        return resource(loader.getResourceAsStream(path), path);
    }

    private static InputStream resource(InputStream stream, String name) throws InstallException {
        if (stream == null) {
            throw new InstallException(name + " is missing in the built program: build it again");
        }
        return stream;
    }
}
