package dev.nibble.kernel.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.JvmFlags;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
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

    /** In kernel.json, see {@link #foldersMade}. */
    private static final String FOLDERS_MADE = "folders_made";

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
        try {
            fill(folder, displayName);
        } catch (FileSystemException failed) {
            throw notInstalled(folder, failed);
        }
    }

    private static InstallException notInstalled(Path folder, FileSystemException failed) {
        Path there = folder;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        String why = failed.getReason() == null ? "" : " (" + failed.getReason() + ")";
        if (!Files.isDirectory(there)) {
            why = ", because " + there + " is a file";
        } else if (failed instanceof AccessDeniedException || !Files.isWritable(there)) {
            why = ", because you may not write in " + there;
        } else if (failed instanceof NoSuchFileException) {
            why = ", because no folder can be made in " + there;
        }
        return new InstallException("the kernel can not be installed in " + folder + why
                + "; --user installs it for you alone, --prefix FOLDER for an environment");
    }

    private void fill(Path folder, String displayName) throws IOException {
        int made = foldersMade(folder) + missingAbove(folder);
        Files.createDirectories(folder.resolve("lib"));
        Set<Path> wanted = new HashSet<>();
        wanted.add(put(folder, "nibble.jar", distribution.jar()));
        for (String library : distribution.libraries()) {
            wanted.add(put(folder, library, distribution.jar().resolveSibling(library)));
        }
        for (String sources : distribution.sources()) {
            wanted.add(put(folder, sources, distribution.jar().resolveSibling(sources)));
        }
        for (String picture : PICTURES) {
            try (InputStream in = resource(KernelInstaller.class.getResourceAsStream(picture), picture)) {
                wanted.add(put(folder, picture, in));
            }
        }
        try (InputStream in = plotly()) {
            wanted.add(put(folder, PLOTLY_FILE, in));
        }
        byte[] kernelJson =
                (kernelJson(folder, displayName, made).toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
        // Last: Jupyter sees the kernel when this is there.
        wanted.add(put(folder, "kernel.json", new ByteArrayInputStream(kernelJson)));
        removeOthers(folder, wanted);
    }

    /**
     * Removes a kernel that was installed here, and those folders above it that its installation made, if they are
     * empty then.
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
        int made = foldersMade(folder);
        // First: what is half removed is no kernel any more.
        Files.delete(folder.resolve("kernel.json"));
        removeOthers(folder, Set.of());
        Files.deleteIfExists(folder);
        Path above = folder.getParent();
        for (int i = 0; i < made; i++, above = above.getParent()) {
            try {
                if (!Files.isSymbolicLink(above)) {
                    Files.deleteIfExists(above);
                }
            } catch (FileSystemException kept) { // others use it, or it is not ours to remove
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

    private ObjectNode kernelJson(Path folder, String displayName, int made) {
        var json = new ObjectMapper().createObjectNode();
        var argv = json.putArray("argv");
        JvmFlags.kernelCommand(java, folder.resolve("nibble.jar").toString()).forEach(argv::add);
        json.put("display_name", displayName);
        json.put("language", "java");
        json.put("interrupt_mode", "message");
        json.putObject("env");
        var metadata = json.putObject("metadata");
        metadata.put("debugger", false);
        metadata.putObject("nibble").put("version", distribution.version()).put(FOLDERS_MADE, made);
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

    /** How many folders above a kernel's, counted from its parent, its installation made; 0 if there is none of ours. */
    private static int foldersMade(Path folder) {
        try {
            JsonNode json =
                    new ObjectMapper().readTree(folder.resolve("kernel.json").toFile());
            int made = json.path("metadata").path("nibble").path(FOLDERS_MADE).asInt();
            return Math.clamp(made, 0, ownedAbove(folder));
        } catch (IOException unreadable) {
            return 0;
        }
    }

    /** How many folders above, counted from the parent, an installation is about to make. */
    private static int missingAbove(Path folder) {
        int missing = 0;
        Path above = folder.getParent();
        while (missing < ownedAbove(folder) && above.getParent() != null && !Files.exists(above)) {
            missing++;
            above = above.getParent();
        }
        return missing;
    }

    /** Folders above that can be an installation's: PREFIX/share/jupyter/kernels, or a data folder and its kernels. */
    private static int ownedAbove(Path folder) {
        return folder.getParent().endsWith(Path.of("share", "jupyter", "kernels")) ? 4 : 2;
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
