package dev.nibble.kernel.magic;

import dev.nibble.core.CancelToken;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * Copies of local class folders and jars. The session reads the copies, so that a build can write over the originals
 * while it runs; the copies are taken anew when the session is asked to.
 */
final class LocalClasses {
    private static final String CLASS = ".class";
    /** How a class file begins. */
    private static final byte[] MAGIC = {(byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe};

    /** More is a mistake, such as a home folder. */
    private static final long MOST_BYTES = 2L << 30;

    private static final int MOST_FILES = 200_000;

    private final Path root;
    private int copies;

    /**
     * One place.
     *
     * @param original as it was given
     * @param compiled class files for the compiler, always in the same folder
     * @param run what the loader reads, another place after each copy
     * @param classes how many there are
     */
    record Place(Path original, Path compiled, Path run, int classes) {}

    LocalClasses() throws IOException {
        root = Files.createTempDirectory("nibble-classes-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root), "nibble-classes"));
    }

    /** Copies a place for the first time. */
    Place take(Path original, CancelToken stop) throws IOException {
        return copy(original, root.resolve("compiled-" + ++copies), stop);
    }

    /** Copies it again, since it has changed. */
    Place again(Place before, CancelToken stop) throws IOException {
        return copy(before.original(), before.compiled(), stop);
    }

    private Place copy(Path original, Path compiled, CancelToken stop) throws IOException {
        if (!Files.exists(original)) {
            throw new Magic.UsageError("there is no " + original);
        }
        Path run = root.resolve("run-" + ++copies);
        // First beside what is there, which stays if this fails.
        Path fresh = root.resolve("fresh-" + copies);
        Files.createDirectories(fresh);
        int classes;
        if (Files.isDirectory(original)) {
            classes = copyFolder(original, run, fresh, stop);
        } else {
            Path jar =
                    Files.createDirectories(run).resolve(original.getFileName().toString());
            Files.copy(original, jar, StandardCopyOption.REPLACE_EXISTING);
            run = jar;
            classes = unpack(original, jar, fresh, stop);
        }
        delete(compiled);
        Files.move(fresh, compiled);
        return new Place(original, compiled, run, classes);
    }

    private static int copyFolder(Path from, Path run, Path compiled, CancelToken stop) throws IOException {
        int[] classes = {0};
        long[] sizes = {0, 0};
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                stop.check("%jars");
                Path inside = from.relativize(file);
                if (++sizes[0] > MOST_FILES || (sizes[1] += attributes.size()) > MOST_BYTES) {
                    throw tooLarge(from);
                }
                Path copy = run.resolve(inside.toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
                if (file.toString().endsWith(CLASS)) {
                    classes[0]++;
                    Path second = compiled.resolve(inside.toString());
                    Files.createDirectories(second.getParent());
                    Files.copy(file, second);
                    check(second, from, inside.toString());
                }
                return FileVisitResult.CONTINUE;
            }
        });
        if (classes[0] == 0) {
            throw new Magic.UsageError(from + " holds neither jars nor .class files");
        }
        return classes[0];
    }

    private static int unpack(Path original, Path jar, Path folder, CancelToken stop) throws IOException {
        if (!isZip(jar)) {
            throw new Magic.UsageError(original + " is no jar, or not all of one");
        }
        int classes = 0;
        long bytes = 0;
        String last = "";
        try (InputStream file = Files.newInputStream(jar);
                var zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                stop.check("%jars");
                last = " at " + entry.getName();
                Path target = folder.resolve(entry.getName()).normalize();
                if (!entry.getName().endsWith(CLASS) || !target.startsWith(folder)) {
                    continue;
                }
                Files.createDirectories(target.getParent());
                long room = MOST_BYTES - bytes;
                try (var out = Files.newOutputStream(target)) {
                    bytes += copy(zip, out, room);
                }
                check(target, original, entry.getName());
                if (++classes > MOST_FILES || bytes >= MOST_BYTES) {
                    throw tooLarge(original);
                }
            }
        } catch (ZipException | EOFException e) {
            throw new Magic.UsageError(
                    original + " is damaged" + last + " (" + e.getMessage() + "); build it again, or copy it again");
        }
        return classes;
    }

    private static void check(Path copy, Path original, String inside) throws IOException {
        try (InputStream file = Files.newInputStream(copy)) {
            if (!Arrays.equals(file.readNBytes(MAGIC.length), MAGIC)) {
                throw new Magic.UsageError(original + ": " + inside
                        + " is no class file, since it does not begin with CAFEBABE; build it again");
            }
        }
    }

    private static long copy(InputStream from, java.io.OutputStream to, long most) throws IOException {
        byte[] some = new byte[1 << 16];
        long all = 0;
        int count;
        while (all < most && (count = from.read(some)) > 0) {
            to.write(some, 0, count);
            all += count;
        }
        return all;
    }

    private static boolean isZip(Path file) {
        try (var zip = new ZipFile(file.toFile())) {
            return zip.size() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Magic.UsageError tooLarge(Path place) {
        return new Magic.UsageError(String.format(
                Locale.ROOT,
                "%s is too large for classes (more than %,d files or %d GB); give the folder that holds the packages",
                place,
                MOST_FILES,
                MOST_BYTES >> 30));
    }

    static void delete(Path folder) {
        var all = new ArrayList<Path>();
        try (var files = Files.walk(folder)) {
            files.forEach(all::add);
        } catch (IOException | java.io.UncheckedIOException gone) {
            return;
        }
        for (Path one : List.copyOf(all).reversed()) {
            try {
                Files.deleteIfExists(one);
            } catch (IOException inUse) {
                // the system empties its folder for temporary files
            }
        }
    }
}
