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
import java.util.function.Consumer;

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

    private static final String JAR = "nibble.jar";
    private static final String START = "start.py";

    /** In kernel.json, see {@link #foldersMade}. */
    private static final String FOLDERS_MADE = "folders_made";

    private static final String PLOTLY_VERSIONS = "META-INF/maven/org.webjars.npm/plotly.js-dist/pom.properties";
    private static final List<String> PICTURES = List.of("logo-32x32.png", "logo-64x64.png", "logo-svg.svg");

    private final Distribution distribution;
    private final Path java;
    private final Consumer<String> remark;

    /**
     * @param distribution what is installed
     * @param java the JVM's launcher that will run it, absolute
     * @param remark gets a sentence where something is not as good as it could be
     */
    public KernelInstaller(Distribution distribution, Path java, Consumer<String> remark) {
        this.distribution = distribution;
        this.java = java;
        this.remark = remark;
    }

    /** Installs the program that is running, to be run by the JDK that runs it. */
    public static KernelInstaller ofRunning(Consumer<String> remark) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new KernelInstaller(Distribution.running(), java, remark);
    }

    /** The version of what is installed. */
    public String version() {
        return distribution.version();
    }

    /**
     * @param folder the kernel's own folder, see {@link KernelFolders}
     * @param displayName what a person reads in JupyterLab
     * @param archive whether to make its {@linkplain ClassArchive class archive}, which takes some seconds
     * @throws InstallException if there is another kernel of that name
     */
    public void install(Path folder, String displayName, boolean archive) throws IOException {
        if (Files.exists(folder.resolve("kernel.json")) && !isOurs(folder)) {
            throw new InstallException(
                    folder + " holds another kernel: --name gives this one another name, or remove that one first");
        }
        try {
            fill(folder, displayName, archive);
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

    /**
     * Fills a folder from which a package can be made, for machines whose JDK is not known: its kernel.json starts
     * {@code start.py}, which looks for one. The class archive is an empty file, so that the package's manager, which
     * removes what it brought, removes what is made in its place as well.
     *
     * @param folder empty or missing
     * @param displayName what a person reads in JupyterLab
     */
    public void stage(Path folder, String displayName) throws IOException {
        copyParts(folder);
        try (InputStream in = resource(KernelInstaller.class.getResourceAsStream(START), START)) {
            put(folder, START, in);
        }
        put(folder, ClassArchive.FILE, InputStream.nullInputStream());
        put(folder, ClassArchive.STAMP, InputStream.nullInputStream());
        write(folder, kernelJson(JvmFlags.portableCommand(START, JAR), displayName));
    }

    private void fill(Path folder, String displayName, boolean archive) throws IOException {
        int made = foldersMade(folder) + missingAbove(folder);
        Set<Path> wanted = copyParts(folder);
        Path archiveFile = archive && makeArchive(folder, wanted) ? folder.resolve(ClassArchive.FILE) : null;
        String classPath = folder.resolve(JAR).toString();
        ObjectNode json = kernelJson(JvmFlags.kernelCommand(java, classPath, archiveFile), displayName);
        json.withObject("metadata").withObject("nibble").put(FOLDERS_MADE, made);
        // Last: Jupyter sees the kernel when this is there.
        wanted.add(write(folder, json));
        removeOthers(folder, wanted);
    }

    private static Path write(Path folder, ObjectNode kernelJson) throws IOException {
        byte[] text = (kernelJson.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
        return put(folder, "kernel.json", new ByteArrayInputStream(text));
    }

    private Set<Path> copyParts(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("lib"));
        Set<Path> wanted = new HashSet<>();
        wanted.add(put(folder, JAR, distribution.jar()));
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
        return wanted;
    }

    /** A kernel without one starts later, but it starts. */
    private boolean makeArchive(Path folder, Set<Path> wanted) throws IOException {
        var archive = new ClassArchive(folder, java);
        try {
            if (!archive.isCurrent()) {
                remark.accept("making the class archive that lets the kernel start in half the time (some seconds)…");
                archive.make();
            }
            wanted.add(folder.resolve(ClassArchive.FILE));
            wanted.add(folder.resolve(ClassArchive.STAMP));
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InstallException("the installation was interrupted");
        } catch (IOException failed) {
            remark.accept("the kernel will start more slowly than it could, because its class archive could not be"
                    + " made: " + failed.getMessage());
            return false;
        }
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

    private ObjectNode kernelJson(List<String> command, String displayName) {
        var json = new ObjectMapper().createObjectNode();
        var argv = json.putArray("argv");
        command.forEach(argv::add);
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
    static void makeReadable(Path file) {
        boolean done = file.toFile().setReadable(true, false);
        assert done || !Files.isReadable(file) : file;
    }

    static void removeOthers(Path folder, Set<Path> wanted) throws IOException {
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
