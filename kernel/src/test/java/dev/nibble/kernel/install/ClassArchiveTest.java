package dev.nibble.kernel.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How a class archive is made, with a program in the JVM's place that shows what it is called with. */
@DisabledOnOs(OS.WINDOWS)
class ClassArchiveTest {
    private static final long TEXT = 1 << 20;

    @TempDir
    private Path temporary;

    private Path folder;
    private Path java;

    @BeforeEach
    void fill() throws IOException {
        folder = Files.createDirectories(temporary.resolve("kernel"));
        Files.createDirectories(temporary.resolve("work"));
        java = temporary.resolve("java");
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "library.jar");
        new JarOutputStream(Files.newOutputStream(folder.resolve("nibble.jar")), manifest).close();
        Files.createFile(folder.resolve("library.jar"));
    }

    /** @param script which finds the place of the archive in {@code $out} */
    private void java(String script) throws IOException {
        Files.writeString(
                java,
                "#!/bin/sh\nfor word; do case $word in -XX:AOTCacheOutput=*) out=${word#*=} ;; esac; done\n" + script
                        + "\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void isMadeWhileOthersReadWhatTheOldOneWasMadeFrom() throws Exception {
        java("echo archive >\"$out\"");
        Files.createFile(folder.resolve(".aot1.tmp"));
        Path stamp = Files.createFile(folder.resolve(ClassArchive.STAMP));
        var archive = new ClassArchive(folder, java);
        // Windows lets nobody read what is locked: so the lock must leave the text free.
        try (var reader = FileChannel.open(stamp, StandardOpenOption.WRITE);
                var text = reader.tryLock(0, TEXT, false)) {
            assertThat(text).isNotNull();
            archive.make();
        }
        assertThat(archive.isCurrent()).isTrue();
        assertThat(folder.resolve(ClassArchive.FILE)).hasContent("archive");
        assertThat(files()).containsExactly("library.jar", ClassArchive.FILE, ClassArchive.STAMP, "nibble.jar");
    }

    @Test
    void aProgramThatEndsLeavesNeitherProcessesNorFiles() throws Exception {
        Path started = temporary.resolve("started");
        java("echo half >\"$out.config\"; sh -c 'echo $$ >\"$0.new\"; mv \"$0.new\" \"$0\"; exec sleep 600' " + started
                + "; echo whole >\"$out\"");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + temporary.resolve("work"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Maker.class.getName(),
                        folder.toString(),
                        java.toString(),
                        started.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(program.waitFor()).as(said).isZero();
        assertThat(said).isEmpty();
        long child = Long.parseLong(Files.readString(started).strip());
        boolean ended = false;
        for (int i = 0; i < 500 && !ended; i++) {
            // A process that nobody has waited for still has its number, but no program.
            ended = ProcessHandle.of(child).flatMap(one -> one.info().command()).isEmpty();
            Thread.sleep(ended ? 0 : 10);
        }
        assertThat(ended).isTrue();
        assertThat(files()).containsExactly("library.jar", ClassArchive.STAMP, "nibble.jar");
        assertThat(temporary.resolve("work")).isEmptyDirectory();
    }

    /** A program that is told to end once the process of a process works. */
    static final class Maker {
        private Maker() {}

        public static void main(String[] arguments) throws InterruptedException {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    new ClassArchive(Path.of(arguments[0]), Path.of(arguments[1])).make();
                } catch (IOException e) {
                    System.out.println(e);
                } catch (InterruptedException asExpected) {
                    Thread.currentThread().interrupt();
                }
            });
            while (!Files.exists(Path.of(arguments[2]))) {
                Thread.sleep(10);
            }
            System.exit(0);
        }
    }
}
