package dev.nibble.tests.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.stream.Stream;

/** The project's sources, and copies of them. */
final class Clone {
    /** The folder that holds the modules; a test's working folder is its module. */
    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final Set<String> LEFT_OUT = Set.of("target", ".git", "__pycache__", ".ipynb_checkpoints");

    private Clone() {}

    /** Copies files and folders of the project, without what was built. */
    static void copy(Path target, String... parts) {
        for (String part : parts) {
            Path source = PROJECT.resolve(part);
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Path relative = PROJECT.relativize(file);
                    boolean leftOut = Stream.iterate(relative, path -> path != null, Path::getParent)
                            .anyMatch(
                                    path -> LEFT_OUT.contains(path.getFileName().toString()));
                    if (!leftOut && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                        Path to = target.resolve(relative);
                        Files.createDirectories(to.getParent());
                        Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                    }
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    /**
     * A folder of the programs that a bare system has, without Java and Maven.
     *
     * @param folder is made
     */
    static Path bareTools(Path folder) {
        String[] names = {
            "awk", "basename", "bash", "cat", "cksum", "cp", "curl", "cut", "dirname", "env", "find", "grep", "gzip",
            "head", "id", "kill", "ls", "mkdir", "mv", "od", "readlink", "rm", "rmdir", "sed", "sh", "sha256sum",
            "shasum", "sleep", "sort", "tail", "tar", "touch", "tr", "uname", "wget", "xargs"
        };
        try {
            Files.createDirectories(folder);
            for (String name : names) {
                for (String place : new String[] {"/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"}) {
                    Path program = Path.of(place, name);
                    if (Files.isExecutable(program)) {
                        script(folder.resolve(name), "exec '" + program + "' \"$@\"");
                        break;
                    }
                }
            }
            return folder;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static void script(Path file, String lines) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "#!/bin/sh\n" + lines + "\n");
            if (!file.toFile().setExecutable(true)) {
                throw new IOException(file + " can not be made executable");
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
