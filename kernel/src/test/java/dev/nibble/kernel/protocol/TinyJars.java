package dev.nibble.kernel.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles small libraries, and lays them out as Maven repositories do. */
final class TinyJars {
    private TinyJars() {}

    /**
     * Compiles classes.
     *
     * @param sources by their paths, such as {@code lab/Answer.java}
     */
    static Path compile(Path folder, Map<String, String> sources) throws IOException {
        return compile(folder, null, sources);
    }

    /** The same with a folder of classes that comes before the class path; null for none. */
    static Path compile(Path folder, Path first, Map<String, String> sources) throws IOException {
        Path from = Files.createTempDirectory(folder.getParent(), "sources");
        List<String> arguments = new ArrayList<>(List.of(
                "-d",
                Files.createDirectories(folder).toString(),
                "-proc:none",
                "-nowarn",
                "-classpath",
                (first == null ? "" : first + File.pathSeparator) + System.getProperty("java.class.path")));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = from.resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
            arguments.add(file.toString());
        }
        var said = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjectsFromStrings(arguments.subList(6, arguments.size()));
            boolean ok = compiler.getTask(said, files, null, arguments.subList(0, 6), null, units)
                    .call();
            assertThat(ok).as(said.toString()).isTrue();
        }
        return folder;
    }

    /** Writes services into a folder of classes: the interface's name to the classes'. */
    static void services(Path folder, Map<String, String> services) throws IOException {
        Path where = Files.createDirectories(folder.resolve("META-INF/services"));
        for (Map.Entry<String, String> service : services.entrySet()) {
            Files.writeString(where.resolve(service.getKey()), service.getValue() + "\n");
        }
    }

    /** Packs a folder. */
    static Path jar(Path folder, Path jar) throws IOException {
        Files.createDirectories(jar.getParent());
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(folder.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    /** Puts a jar into a repository, with what it needs as {@code group:name:version} and scope. */
    static void publish(
            Path repository, String group, String name, String version, Path classes, Map<String, String> needs)
            throws IOException {
        Path folder = Files.createDirectories(
                repository.resolve(group.replace('.', '/')).resolve(name).resolve(version));
        sums(jar(classes, folder.resolve(name + "-" + version + ".jar")));
        var pom = new StringBuilder("<project><modelVersion>4.0.0</modelVersion><groupId>" + group
                + "</groupId><artifactId>" + name + "</artifactId><version>" + version + "</version><dependencies>");
        needs.forEach((coordinates, scope) -> {
            String[] parts = coordinates.split(":", -1);
            pom.append("<dependency><groupId>" + parts[0] + "</groupId><artifactId>" + parts[1]
                    + "</artifactId><version>" + parts[2] + "</version><scope>" + scope + "</scope></dependency>");
        });
        pom.append("</dependencies></project>");
        sums(Files.writeString(folder.resolve(name + "-" + version + ".pom"), pom));
        var versions = new StringBuilder();
        try (Stream<Path> all = Files.list(folder.getParent())) {
            all.filter(Files::isDirectory)
                    .map(one -> one.getFileName().toString())
                    .sorted()
                    .forEach(one -> versions.append("<version>" + one + "</version>"));
        }
        sums(Files.writeString(
                folder.resolveSibling("maven-metadata.xml"),
                "<metadata><groupId>" + group + "</groupId><artifactId>" + name + "</artifactId><versioning><versions>"
                        + versions + "</versions></versioning></metadata>"));
    }

    private static void sums(Path file) throws IOException {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(file));
            Files.writeString(
                    file.resolveSibling(file.getFileName() + ".sha1"),
                    HexFormat.of().formatHex(sum),
                    StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
