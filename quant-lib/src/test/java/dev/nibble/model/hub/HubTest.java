package dev.nibble.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.JsonFile;
import dev.nibble.checkpoint.ModelFile;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.model.hub.FakeHub.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubTest {
    private static final HubName NAME = HubName.parse(FakeHub.REPOSITORY).orElseThrow();
    private static final String COMMIT = FakeHub.COMMIT;
    private static final String WEIGHTS = "model.safetensors";
    private static final String SNAPSHOT = "models--org--tiny-model/snapshots/" + COMMIT + "/";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private FakeHub server;
    private byte[] weights;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHub();
        environment.put("HF_HUB_CACHE", folder.resolve("hub").toString());
        environment.put("HF_ENDPOINT", server.endpoint());
        environment.put("HF_HOME", folder.resolve("home").toString());
        float[] values = new float[300_000]; // more than a buffer
        Random random = new Random(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        weights =
                Files.readAllBytes(new ModelFile().vector("a", values).safetensors(folder.resolve("made.safetensors")));
        server.file("config.json", "{\"model_type\": \"llama\"}")
                .file(WEIGHTS, weights)
                .file("tokenizer.json", "{\"version\": \"1.0\"}")
                .file("README.md", "not needed")
                .file("pytorch_model.bin", "PK")
                .file("onnx/model.onnx", "not needed");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Hub hub() {
        return new Hub(HubSettings.of(environment, "/nowhere"), Duration.ofSeconds(5), Duration.ofMillis(5));
    }

    private Hub.Snapshot fetch(HubName name) {
        return hub().fetch(name, Progress.NONE);
    }

    private Path repository() {
        return folder.resolve("hub/models--org--tiny-model");
    }

    private Path blob(byte[] content) {
        return repository().resolve("blobs").resolve(FakeHub.sha256(content));
    }

    private Path partial() throws IOException {
        Files.createDirectories(repository().resolve("blobs"));
        return repository().resolve("blobs").resolve(FakeHub.sha256(weights) + ".nibble.incomplete");
    }

    private void fails(HubName name, String... words) {
        assertThatThrownBy(() -> fetch(name)).isInstanceOf(HubException.class).hasMessageContainingAll(words);
    }

    @Test
    void aFileIsFetchedAloneAndLeavesTheModelUnfetched() throws IOException {
        Path config = hub().file(NAME, "config.json", Progress.NONE);

        assertThat(config).isEqualTo(folder.resolve("hub").resolve(SNAPSHOT + "config.json"));
        assertThat(config).hasContent("{\"model_type\": \"llama\"}");
        assertThat(config.resolveSibling(WEIGHTS)).doesNotExist();
        assertThat(hub().isCached(NAME)).isFalse();
        assertThatThrownBy(() -> hub().file(NAME, "params.json", Progress.NONE))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("has no file \"params.json\"");
        server.close();
        assertThat(hub().file(NAME, "config.json", Progress.NONE)).isEqualTo(config);
        environment.put("HF_HUB_OFFLINE", "1");
        assertThat(hub().file(NAME, "config.json", Progress.NONE)).isEqualTo(config);
    }

    @Test
    void aModelIsFetchedOnceAsFewFilesAsItTakes() throws IOException {
        Hub.Snapshot snapshot = fetch(NAME);

        assertThat(snapshot.path()).isEqualTo(repository().resolve("snapshots").resolve(COMMIT));
        assertThat(snapshot.commit()).isEqualTo(COMMIT);
        try (Stream<Path> files = Files.list(snapshot.path())) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("config.json", WEIGHTS, "tokenizer.json");
        }
        try (Checkpoint read = Checkpoint.open(snapshot.path())) {
            assertThat(read.matrix("a").size()).isEqualTo(300_000);
            assertThat(read.config()).contains(Map.of("model_type", "llama"));
        }
        assertThat(repository().resolve("refs/main")).hasContent(COMMIT);
        assertThat(Files.readSymbolicLink(snapshot.path().resolve(WEIGHTS)))
                .isEqualTo(Path.of("../../blobs/" + FakeHub.sha256(weights)));
        byte[] config = "{\"model_type\": \"llama\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(Files.readSymbolicLink(snapshot.path().resolve("config.json")))
                .isEqualTo(Path.of("../../blobs/" + FakeHub.gitHash(config)));
        assertThat(folder.resolve("hub/.locks/models--org--tiny-model/" + FakeHub.sha256(weights) + ".lock"))
                .exists();
        assertThat(folder.resolve("hub/CACHEDIR.TAG"))
                .content()
                .startsWith("Signature: 8a477f597d28d172789f06886806bc55");
        try (Stream<Path> blobs = Files.list(repository().resolve("blobs"))) {
            assertThat(blobs).hasSize(3);
        }

        server.forget();
        assertThat(fetch(NAME)).isEqualTo(snapshot);
        assertThat(server.requests())
                .singleElement()
                .satisfies(r -> assertThat(r.path()).isEqualTo("/api/models/org/tiny-model/revision/main"));

        environment.put("HF_HUB_OFFLINE", "1");
        server.forget();
        assertThat(fetch(NAME)).isEqualTo(snapshot);
        assertThat(server.requests()).isEmpty();
        assertThat(hub().isCached(NAME)).isTrue();
        assertThat(hub().models()).singleElement().satisfies(model -> {
            assertThat(model.repository()).isEqualTo("org/tiny-model");
            assertThat(model.refs()).isEqualTo(Map.of("main", COMMIT));
            assertThat(model.commits()).containsExactly(COMMIT);
            assertThat(model.bytes()).isGreaterThan(weights.length);
        });
    }

    @Test
    void shardsAreTheOnesThatTheIndexNames() throws IOException {
        server.close();
        server = new FakeHub();
        environment.put("HF_ENDPOINT", server.endpoint());
        byte[] first = Files.readAllBytes(new ModelFile().vector("a", 1).safetensors(folder.resolve("1.safetensors")));
        byte[] second = Files.readAllBytes(new ModelFile().vector("b", 2).safetensors(folder.resolve("2.safetensors")));
        server.file("x-00001-of-00002.safetensors", first)
                .file("x-00002-of-00002.safetensors", second)
                .file("consolidated.safetensors", weights)
                .file(
                        "model.safetensors.index.json",
                        "{\"weight_map\": {\"a\": \"x-00001-of-00002.safetensors\", \"b\":"
                                + " \"x-00002-of-00002.safetensors\"}}");
        try (Checkpoint read = Checkpoint.open(fetch(NAME).path())) {
            assertThat(read.tensors()).hasSize(2);
        }
        assertThat(server.requests("hub", "consolidated.safetensors")).isEmpty();

        server.file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../../x.safetensors\"}}");
        fails(NAME, "not in the folder of the index");
        server.file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"y.safetensors\"}}");
        fails(NAME, "names y.safetensors, which is not there");
    }

    @Test
    void aGgufFileIsNamedUnlessItIsTheOnlyOne() throws IOException {
        server.close();
        server = new FakeHub();
        environment.put("HF_ENDPOINT", server.endpoint());
        byte[] gguf = Files.readAllBytes(new ModelFile().vector("a", 1).gguf(folder.resolve("m.gguf")));
        server.file("tiny-Q4_K_M.gguf", gguf).file("config.json", "{}");
        assertThat(fetch(NAME).path().getFileName()).hasToString("tiny-Q4_K_M.gguf");
        server.file("sub/tiny-Q8_0.gguf", gguf);
        fails(NAME, "has 2 models", "org/tiny-model/sub/tiny-Q8_0.gguf", "tiny-Q4_K_M.gguf");
        Path named = fetch(HubName.parse("org/tiny-model/sub/tiny-Q8_0.gguf").orElseThrow())
                .path();
        assertThat(named).endsWithRaw(Path.of("snapshots", COMMIT, "sub", "tiny-Q8_0.gguf"));
        assertThat(Files.readSymbolicLink(named)).isEqualTo(Path.of("../../../blobs/" + FakeHub.sha256(gguf)));
        try (Checkpoint read = Checkpoint.open(named)) {
            assertThat(read.tensors()).hasSize(1);
        }
        fails(HubName.parse("org/tiny-model/tiny-Q4_K.gguf").orElseThrow(), "did you mean \"tiny-Q4_K_M.gguf\"?");
        server.file("cut-00001-of-00002.gguf", gguf);
        fails(HubName.parse("org/tiny-model/cut-00001-of-00002.gguf").orElseThrow(), "has 1 of the 2 files");
        fails(HubName.parse("org/tiny-model/config.json").orElseThrow(), "is no model file");
    }

    @Test
    void picklesAreNotFetched() throws IOException {
        server.close();
        server = new FakeHub();
        environment.put("HF_ENDPOINT", server.endpoint());
        server.file("config.json", "{}").file("pytorch_model.bin", "PK");
        fails(NAME, "only as pytorch_model.bin", "can run code", "save_file");
        fails(HubName.parse("org/tiny-model/pytorch_model.bin").orElseThrow(), "can run code");
        assertThat(server.requests("hub", "pytorch_model.bin")).isEmpty();
    }

    @Test
    void whatAnEarlierTryLeftIsContinued() throws IOException {
        Files.write(partial(), Arrays.copyOf(weights, 500_000));
        var bytes = new AtomicLong();
        Hub.Snapshot snapshot = hub().fetch(NAME, counting(bytes, new CancelToken()));
        assertThat(server.requests("storage", WEIGHTS))
                .singleElement()
                .satisfies(r -> assertThat(r.range()).isEqualTo("bytes=500000-"));
        assertThat(snapshot.path().resolve(WEIGHTS)).hasBinaryContent(weights);
        assertThat(partial()).doesNotExist();
        assertThat(bytes.get()).isEqualTo(weights.length + 23 + 18);
    }

    /** Older versions of huggingface_hub keep HASH.incomplete and continue it. */
    @Test
    void whatHuggingfaceHubLeftIsContinuedInACopy() throws IOException {
        Path theirs = partial().resolveSibling(FakeHub.sha256(weights) + ".incomplete");
        Files.write(theirs, Arrays.copyOf(weights, 400_000));
        fetch(NAME);
        assertThat(server.requests("storage", WEIGHTS))
                .singleElement()
                .satisfies(r -> assertThat(r.range()).isEqualTo("bytes=400000-"));
        assertThat(theirs).hasSize(400_000);
        assertThat(blob(weights)).hasBinaryContent(weights);
    }

    @Test
    void aBeginningOfSomethingElseIsFetchedAnew() throws IOException {
        Files.write(partial(), new byte[500_000]);
        fetch(NAME);
        assertThat(server.requests("storage", WEIGHTS).stream().map(Request::range))
                .containsExactly("bytes=500000-", null);
        assertThat(blob(weights)).hasBinaryContent(weights);

        Files.delete(blob(weights));
        Files.write(partial(), Arrays.copyOf(weights, weights.length + 1));
        fetch(NAME);
        assertThat(blob(weights)).hasBinaryContent(weights);
        Files.delete(blob(weights));
        server.forget();
        Files.write(partial(), weights);
        fetch(NAME);
        assertThat(server.requests("storage", WEIGHTS)).as("it was whole").isEmpty();
        assertThat(blob(weights)).hasBinaryContent(weights);
    }

    @Test
    void aConnectionThatBreaksIsMadeAgain() throws IOException {
        var tries = new AtomicInteger();
        server.when(WEIGHTS, exchange -> {
            if (exchange.getRequestURI().getPath().startsWith("/org") || tries.incrementAndGet() > 3) {
                return false;
            }
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (weights.length - 1) + "/" + weights.length);
            exchange.sendResponseHeaders(range == null ? 200 : 206, weights.length - from);
            OutputStream out = exchange.getResponseBody();
            out.write(weights, from, 300_000);
            out.flush();
            return true; // the connection is closed before all was sent
        });
        fetch(NAME);
        assertThat(blob(weights)).hasBinaryContent(weights);
        assertThat(server.requests("storage", WEIGHTS)).hasSize(4);
        assertThat(server.requests("storage", WEIGHTS).getFirst().range()).isNull();
        assertThat(server.requests("storage", WEIGHTS).getLast().range()).isNotNull();
    }

    @Test
    void aServerThatAlwaysSendsTooLittleIsGivenUpAndWhatCameIsKept() throws IOException {
        server.when(WEIGHTS, exchange -> {
            if (exchange.getRequestURI().getPath().startsWith("/org")) {
                return false;
            }
            if (exchange.getRequestHeaders().getFirst("Range") != null) {
                exchange.sendResponseHeaders(503, -1);
            } else {
                exchange.sendResponseHeaders(200, 1000);
                exchange.getResponseBody().write(weights, 0, 1000);
            }
            return true;
        });
        fails(NAME, "1,000 of 1,200,", "try again to continue", "status 503");
        assertThat(partial()).hasBinaryContent(Arrays.copyOf(weights, 1000));
        assertThat(blob(weights)).doesNotExist();
        assertThat(repository().resolve("refs/main")).doesNotExist();
    }

    @Test
    void aServerThatKnowsNoRangesOrSendsTooMuchServesToo() throws IOException {
        Files.write(partial(), Arrays.copyOf(weights, 500_000));
        byte[] more = Arrays.copyOf(weights, weights.length + 1000);
        server.when(WEIGHTS, exchange -> {
            if (exchange.getRequestURI().getPath().startsWith("/org")) {
                return false;
            }
            exchange.sendResponseHeaders(200, more.length);
            exchange.getResponseBody().write(more);
            return true;
        });
        fetch(NAME);
        assertThat(blob(weights)).hasBinaryContent(weights);
    }

    @Test
    void contentThatIsNotWhatTheHubListsIsNotKept() throws IOException {
        byte[] changed = weights.clone();
        changed[700_000] ^= 1;
        server.when(WEIGHTS, exchange -> {
            if (exchange.getRequestURI().getPath().startsWith("/org")) {
                return false;
            }
            FakeHub.content(exchange, changed);
            return true;
        });
        fails(NAME, WEIGHTS, "SHA-256", FakeHub.sha256(weights), "nothing was kept");
        assertThat(partial()).doesNotExist();
        assertThat(blob(weights)).doesNotExist();
        environment.put("HF_HUB_CACHE", folder.resolve("another").toString());
        server.usual(WEIGHTS).when("tokenizer.json", exchange -> {
            FakeHub.send(exchange, 200, "{\"version\": \"9.9\"}");
            return true;
        });
        fails(NAME, "tokenizer.json", "git blob SHA-1");
    }

    @Test
    void aDamagedBlobIsReplaced() throws IOException {
        Path file = fetch(NAME).path().resolve(WEIGHTS);
        Files.write(blob(weights), new byte[10]);
        fetch(NAME);
        assertThat(file).hasBinaryContent(weights);
        Files.delete(blob(weights));
        environment.put("HF_HUB_OFFLINE", "1");
        fails(NAME, "is not in the cache", "only in part", "HF_HUB_OFFLINE");
        environment.remove("HF_HUB_OFFLINE");
        fetch(NAME);
        assertThat(file).hasBinaryContent(weights);
    }

    @Test
    void theTokenGoesToTheHubAndToNobodyElse() throws IOException {
        environment.put("HF_TOKEN", " hf_secret\n");
        fetch(NAME);
        assertThat(server.requests())
                .allSatisfy(r ->
                        assertThat(r.authorization()).isEqualTo(r.server().equals("hub") ? "Bearer hf_secret" : null));
        assertThat(server.requests("storage", WEIGHTS)).hasSize(1);
        environment.remove("HF_TOKEN");
        Files.createDirectories(folder.resolve("home"));
        Files.writeString(folder.resolve("home/token"), "hf_filed\n");
        server.forget();
        fetch(NAME);
        assertThat(server.requests().getFirst().authorization()).isEqualTo("Bearer hf_filed");
        environment.put("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
        server.forget();
        fetch(NAME);
        assertThat(server.requests().getFirst().authorization()).isNull();
        environment.remove("HF_HUB_DISABLE_IMPLICIT_TOKEN");
        environment.put("HF_TOKEN", "häßlich");
        fails(NAME, "HF_TOKEN", "no token");
    }

    @Test
    void refusalsSayWhatToDo() {
        server.when("main", exchange -> {
            boolean known = "Bearer hf_good".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            FakeHub.refuse(exchange, known ? 403 : 401, "GatedRepo", "Access to model is restricted");
            return true;
        });
        fails(NAME, "org/tiny-model is gated", server.endpoint() + "/org/tiny-model", "set HF_TOKEN");
        environment.put("HF_TOKEN", "hf_good");
        fails(NAME, "is gated", "account of your token");
        server.when("main", exchange -> {
            FakeHub.refuse(exchange, 401, "", "Invalid credentials in Authorization header");
            return true;
        });
        fails(NAME, "does not know your token");
        server.usual("main");
        environment.remove("HF_TOKEN");
        fails(HubName.parse("org/tiny").orElseThrow(), "no model \"org/tiny\"", "private", "HF_TOKEN");
        server.branch("v1.0", COMMIT);
        fails(
                HubName.parse("org/tiny-model@v1.1").orElseThrow(),
                "has no revision \"v1.1\"",
                "it has ",
                "v1.0",
                "did you mean \"v1.0\"?");
    }

    @Test
    void withoutTheHubWhatWasFetchedLastServes() {
        Hub.Snapshot before = fetch(NAME);
        server.when("main", exchange -> {
            exchange.sendResponseHeaders(502, -1);
            return true;
        });
        Hub.Snapshot now = fetch(NAME);
        assertThat(now.path()).isEqualTo(before.path());
        assertThat(now.note()).contains("status 502", "fetched last");
        server.when("main", exchange -> {
            FakeHub.send(exchange, 200, "<html>Please log in to the network</html>");
            return true;
        });
        assertThat(fetch(NAME).note()).contains("page to log in");
        server.close();
        assertThat(fetch(NAME).note()).contains("can not be reached", "nothing answers there");
        fails(HubName.parse("org/other").orElseThrow(), "can not be reached");
        environment.put("HF_HUB_OFFLINE", "true");
        fails(HubName.parse("org/other").orElseThrow(), "org/other is not in the cache", "HF_HUB_OFFLINE");
    }

    @Test
    void aRevisionHasItsOwnRef() {
        server.branch("refs/pr/1", COMMIT);
        Hub.Snapshot snapshot = fetch(HubName.parse("org/tiny-model@refs/pr/1").orElseThrow());
        assertThat(repository().resolve("refs/refs/pr/1")).hasContent(COMMIT);
        assertThat(repository().resolve("refs/main")).doesNotExist();
        environment.put("HF_HUB_OFFLINE", "1");
        assertThat(fetch(HubName.parse("org/tiny-model@" + COMMIT).orElseThrow()))
                .isEqualTo(snapshot);
        fails(NAME, "is not in the cache");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../evil.json",
                "/etc/evil.json",
                "a/../../evil.json",
                "a//b.json",
                "./a.json",
                "..\\\\evil.json",
                "C:evil.json",
                "a\\u0000b.json",
                "",
                "a/"
            })
    void namesThatLeaveTheFolderEndTheFetch(String evil) {
        server.answering("{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"" + evil
                + "\", \"size\": 1, \"blobId\": \"" + COMMIT + "\"}]}");
        fails(NAME, "would not stay in its folder");
        assertThat(folder.resolve("hub")).doesNotExist();
    }

    @Test
    void commitsHashesAndSizesOfTheServerAreNotTrusted() {
        server.answering("{\"sha\": \"../../../evil\", \"siblings\": []}");
        fails(NAME, "did not answer as a Hugging Face hub does");
        server.answering("{\"sha\": \"" + COMMIT + "\"}");
        fails(NAME, "did not answer as a Hugging Face hub does");
        server.answering("{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"model.safetensors\","
                + " \"size\": 9000000000000000000, \"blobId\": \"" + COMMIT + "\"}]}");
        fails(NAME, "9,000,000,000,000 MB more", "MB free", "HF_HUB_CACHE");
        server.when("0123456789abcdef0123456789abcdef01234567", exchange -> false);
        server.when(WEIGHTS, exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"../../evil\"");
            exchange.sendResponseHeaders(200, -1);
            return true;
        });
        server.answering("{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"model.safetensors\"}]}");
        fails(NAME, "no size and hash", WEIGHTS);
    }

    /** As mirrors answer that do not know what blobs=true asks for. */
    @Test
    void hashesThatTheListDoesNotHaveAreAskedForOneByOne() {
        server.answering("{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"model.safetensors\"},"
                + " {\"rfilename\": \"config.json\"}]}");
        fetch(NAME);
        assertThat(blob(weights)).hasBinaryContent(weights);
        assertThat(server.requests().stream().filter(r -> r.method().equals("HEAD")))
                .hasSize(2);
    }

    @Test
    void redirectsAreFollowedOnlyWhereTheyMayLead() {
        server.when(WEIGHTS, exchange -> {
            exchange.getResponseHeaders().set("Location", "file:///etc/passwd");
            exchange.sendResponseHeaders(302, -1);
            return true;
        });
        fails(NAME, "redirects to \"file:///etc/passwd\"", "not followed");
        server.when(WEIGHTS, exchange -> {
            exchange.getResponseHeaders()
                    .set("Location", exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(302, -1);
            return true;
        });
        fails(NAME, "in circles");
    }

    @Test
    void aStopIsNoticedWhileTheServerSaysNothingAndWhatCameIsKept() throws Exception {
        var never = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        var token = new CancelToken();
        var bytes = new AtomicLong();
        server.when(WEIGHTS, exchange -> {
            if (exchange.getRequestURI().getPath().startsWith("/org")) {
                return false;
            }
            exchange.sendResponseHeaders(200, weights.length);
            exchange.getResponseBody().write(weights, 0, 600_000);
            exchange.getResponseBody().flush();
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> fetching = executor.submit(() -> hub().fetch(NAME, counting(bytes, token)));
            begun.await();
            while (bytes.get() < 600_000) {
                Thread.sleep(5);
            }
            token.cancel();
            assertThatThrownBy(fetching::get).hasCauseInstanceOf(Cancelled.class);
        } finally {
            never.countDown();
        }
        assertThat(partial()).hasBinaryContent(Arrays.copyOf(weights, 600_000));
        server.usual(WEIGHTS);
        server.forget();
        fetch(NAME);
        assertThat(server.requests("storage", WEIGHTS).getFirst().range()).isEqualTo("bytes=600000-");
        assertThat(blob(weights)).hasBinaryContent(weights);
    }

    @Test
    void aStopIsNoticedBeforeTheHubAnswers() throws Exception {
        var never = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        var token = new CancelToken();
        server.when("main", exchange -> {
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> fetching = executor.submit(() -> hub().fetch(NAME, counting(new AtomicLong(), token)));
            begun.await();
            token.cancel();
            assertThatThrownBy(fetching::get).hasCauseInstanceOf(Cancelled.class);
        } finally {
            never.countDown();
        }
    }

    @Test
    void threadsThatWantTheSameFetchItOnce() throws Exception {
        slowly(50);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Hub.Snapshot>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(executor.submit(() -> fetch(NAME)));
            }
            for (Future<Hub.Snapshot> one : all) {
                assertThat(one.get().path().resolve(WEIGHTS)).hasBinaryContent(weights);
            }
        }
        assertThat(server.requests("storage", WEIGHTS)).hasSize(1);
        assertThat(server.requests("hub", "config.json")).hasSize(1);
    }

    @Test
    void processesThatWantTheSameFetchItOnce() throws Exception {
        slowly(400);
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            var builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            FetchOnce.class.getName())
                    .redirectErrorStream(true);
            builder.environment().putAll(environment);
            processes.add(builder.start());
        }
        for (Process process : processes) {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(said).contains(COMMIT);
        }
        assertThat(server.requests("storage", WEIGHTS)).hasSize(1);
        assertThat(blob(weights)).hasBinaryContent(weights);
    }

    private void slowly(int millis) {
        server.when(WEIGHTS, exchange -> {
            try {
                Thread.sleep(exchange.getRequestURI().getPath().startsWith("/org") ? 0 : millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
    }

    /** What the second process runs. */
    static final class FetchOnce {
        private FetchOnce() {}

        public static void main(String[] arguments) {
            System.out.println(new Hub(HubSettings.ofThisMachine())
                    .fetch(NAME, Progress.NONE)
                    .commit());
        }
    }

    @Test
    void whereThereAreNoLinksTheSnapshotHasTheFiles() throws IOException {
        environment.put("HF_HUB_DISABLE_SYMLINKS", "1");
        Path file = fetch(NAME).path().resolve(WEIGHTS);
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(file).hasBinaryContent(weights);
        assertThat(blob(weights)).doesNotExist();
        server.forget();
        fetch(NAME);
        assertThat(server.requests()).hasSize(1);
    }

    /** A folder as it is in cache.json, which tests/oracles/hub.py lets huggingface_hub make. */
    private static Map<String, Object> original() throws IOException {
        try (var in = HubTest.class.getResourceAsStream("cache.json")) {
            return JsonFile.read("cache.json", in.readAllBytes());
        }
    }

    private static Map<String, Map<String, String>> tree(Object json) {
        Map<String, Map<String, String>> tree = new TreeMap<>();
        ((Map<?, ?>) json).forEach((path, entry) -> {
            Map<String, String> is = new HashMap<>();
            ((Map<?, ?>) entry).forEach((key, value) -> is.put(String.valueOf(key), String.valueOf(value)));
            tree.put(String.valueOf(path), is);
        });
        return tree;
    }

    /** The same of a folder. */
    private static Map<String, Map<String, String>> tree(Path folder) throws IOException {
        Map<String, Map<String, String>> tree = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                String name = folder.relativize(file).toString();
                if (Files.isSymbolicLink(file)) {
                    tree.put(name, Map.of("link", Files.readSymbolicLink(file).toString()));
                } else if (Files.isRegularFile(file)) {
                    tree.put(name, Map.of("hex", HexFormat.of().formatHex(Files.readAllBytes(file))));
                }
            }
        }
        return tree;
    }

    /** Serves the repository that the folder was made from. */
    private void serve(Map<String, Map<String, String>> tree) throws IOException {
        server.close();
        server = new FakeHub();
        environment.put("HF_ENDPOINT", server.endpoint());
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            String hash = tree.get(SNAPSHOT + file).get("link").replace("../../blobs/", "");
            server.file(
                    file,
                    HexFormat.of()
                            .parseHex(tree.get("models--org--tiny-model/blobs/" + hash)
                                    .get("hex")));
        }
    }

    @Test
    void whatHuggingfaceHubFetchedIsUsed() throws IOException {
        Map<String, Map<String, String>> tree = tree(original().get("tree"));
        for (var entry : tree.entrySet()) {
            Path file = folder.resolve("hub").resolve(entry.getKey());
            Files.createDirectories(file.getParent());
            if (entry.getValue().containsKey("link")) {
                Files.createSymbolicLink(file, Path.of(entry.getValue().get("link")));
            } else {
                Files.write(file, HexFormat.of().parseHex(entry.getValue().get("hex")));
            }
        }
        serve(tree);
        Path snapshot = folder.resolve("hub").resolve(SNAPSHOT).normalize();
        assertThat(fetch(NAME)).isEqualTo(new Hub.Snapshot(snapshot, COMMIT, ""));
        assertThat(server.requests()).as("only what there is now was asked").hasSize(1);
        server.forget();
        assertThat(fetch(HubName.parse(FakeHub.REPOSITORY + "@" + COMMIT).orElseThrow())
                        .path())
                .isEqualTo(snapshot);
        assertThat(server.requests()).as("a commit stays what it is").isEmpty();
        environment.put("HF_HUB_OFFLINE", "yes");
        assertThat(fetch(NAME).path()).isEqualTo(snapshot);
        try (Checkpoint read = Checkpoint.open(snapshot)) {
            assertThat(read.tensors()).hasSize(1);
        }
    }

    @Test
    void whatWeFetchIsWhatHuggingfaceHubFetches() throws IOException {
        Map<String, Map<String, String>> theirs = tree(original().get("tree"));
        serve(theirs);
        fetch(NAME);
        Map<String, Map<String, String>> ours = tree(folder.resolve("hub"));
        assertThat(ours.keySet()).isEqualTo(theirs.keySet());
        String list = "models--org--tiny-model/trees/" + COMMIT + ".json";
        assertThat(parsed(ours.remove(list))).isEqualTo(parsed(theirs.remove(list)));
        String tag = "CACHEDIR.TAG"; // of which only the first line means something
        assertThat(ours.remove(tag).get("hex").substring(0, 86))
                .isEqualTo(theirs.remove(tag).get("hex").substring(0, 86));
        assertThat(ours).isEqualTo(theirs);
    }

    private static Map<String, Object> parsed(Map<String, String> file) {
        return JsonFile.read("tree", HexFormat.of().parseHex(file.get("hex")));
    }

    @Test
    void weightsWithoutATokenizerServeWhereThereIsNoNetwork() throws IOException {
        Path file = fetch(NAME).path().resolve("tokenizer.json");
        Files.delete(file);
        environment.put("HF_HUB_OFFLINE", "1");
        assertThat(fetch(NAME).note()).isEqualTo("not fetched: tokenizer.json");
        environment.remove("HF_HUB_OFFLINE");
        HubName pinned = HubName.parse(FakeHub.REPOSITORY + "@" + COMMIT).orElseThrow();
        assertThat(fetch(pinned).note()).isEmpty();
        assertThat(file).exists();
        Files.delete(file.resolveSibling(WEIGHTS));
        environment.put("HF_HUB_OFFLINE", "1");
        fails(pinned, "only in part");
    }

    private static Progress counting(AtomicLong bytes, CancelToken token) {
        return new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return new Task() {
                    @Override
                    public void step(long amount) {
                        token.check(title);
                        bytes.addAndGet(amount);
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
    }
}
