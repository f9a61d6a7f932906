package dev.nibble.model.hub;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.JsonFile;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the hub: what a model consists of, and for its files. Every wait ends within 50 ms of a request to stop. */
final class HubClient implements AutoCloseable {
    private static final int POLL_MILLIS = 20;
    private static final int MOST_REDIRECTS = 10;
    private static final int LONGEST_ANSWER = 1 << 26;
    private static final int TRIES = 4;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private final URI endpoint;
    private final Optional<String> token;
    private final HttpClient client;
    private final Duration patience;
    private final Duration pause;

    /**
     * @param patience how long a server may say nothing
     * @param pause before the first new try; the second waits twice as long
     */
    HubClient(HubSettings settings, Duration patience, Duration pause) {
        this.endpoint = settings.endpoint();
        this.token = settings.token();
        this.patience = patience;
        this.pause = pause;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER) // the token goes to no other host
                .connectTimeout(patience)
                .proxy(settings.proxies())
                .build();
    }

    URI endpoint() {
        return endpoint;
    }

    Duration patience() {
        return patience;
    }

    /**
     * What a model consists of.
     *
     * @throws HubException if there is no such model or revision, or it may not be read
     * @throws HubException.Unreachable if the hub does not answer
     */
    HubListing listing(HubName name, Progress progress) {
        URI uri = uri("api/models/" + name.repository() + "/revision/" + encoded(name.revision()) + "?blobs=true");
        return HubListing.of(json(name, uri, progress), endpoint.toString());
    }

    /** Size and hash of a file that the listing does not have them of, as mirrors may answer. */
    HubFile metadata(HubName name, String commit, String file, Progress progress) {
        HttpResponse<InputStream> response = send(name, fileUri(name, commit, file), true, 0, progress);
        try (InputStream body = response.body()) {
            body.skip(0);
            var headers = response.headers();
            String hash = headers.firstValue("X-Linked-Etag")
                    .or(() -> headers.firstValue("ETag"))
                    .orElse("")
                    .replaceFirst("^W/", "")
                    .replace("\"", "")
                    .toLowerCase(Locale.ROOT);
            long size = headers.firstValueAsLong("X-Linked-Size")
                    .orElse(headers.firstValueAsLong("Content-Length").orElse(-1));
            return new HubFile(file, size, hash);
        } catch (IllegalArgumentException noHash) {
            throw new HubException(
                    endpoint + " gives no size and hash that " + file + " of " + name.repository()
                            + " could be verified by: it is not fetched",
                    noHash);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /**
     * The content of a file from a byte on: status 206, or 200 with all of it, or 416 if it has fewer bytes.
     *
     * @throws HubException.Unreachable if the server does not answer, once
     */
    HttpResponse<InputStream> content(HubName name, String commit, String file, long from, Progress progress) {
        return send(name, fileUri(name, commit, file), false, from, progress);
    }

    private URI fileUri(HubName name, String commit, String file) {
        return uri(name.repository() + "/resolve/" + commit + "/" + encodedPath(file));
    }

    private URI uri(String path) {
        return URI.create(endpoint + "/" + path);
    }

    private static String encoded(String component) {
        return URLEncoder.encode(component, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String encodedPath(String path) {
        List<String> components = new ArrayList<>();
        for (String component : path.split("/", -1)) {
            components.add(encoded(component));
        }
        return String.join("/", components);
    }

    private Map<String, Object> json(HubName name, URI uri, Progress progress) {
        HubException.Unreachable last = null;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (attempt > 0) {
                rest(pause.multipliedBy(1L << (attempt - 1)), progress);
            }
            try (InputStream body = send(name, uri, false, 0, progress).body()) {
                byte[] answer = body.readNBytes(LONGEST_ANSWER + 1);
                if (answer.length > LONGEST_ANSWER) {
                    throw new HubException(endpoint + " answered with more than any list of files takes");
                }
                return JsonFile.read("the answer of " + endpoint, answer);
            } catch (CheckpointException notJson) {
                throw new HubException.Unreachable(
                        notJson.getMessage() + ". Is HF_ENDPOINT right, and is there no page to log in to a network"
                                + " before it?",
                        notJson);
            } catch (IOException e) {
                last = unreachable(e);
            } catch (HubException.Unreachable e) {
                if (isHopeless(e)) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }

    /** No such host, nothing listens there: another try in a second would say the same. */
    private static boolean isHopeless(HubException.Unreachable e) {
        return e.getCause() instanceof ConnectException || e.getCause() instanceof UnknownHostException;
    }

    /** Sends one request, to wherever the hub says that it is to be sent. The caller closes the body. */
    private HttpResponse<InputStream> send(HubName name, URI first, boolean head, long from, Progress progress) {
        URI uri = first;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(uri).header("User-Agent", "nibble").header("Accept-Encoding", "identity");
            if (isEndpoint(uri)) {
                token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
            }
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            if (head) {
                request.method("HEAD", HttpRequest.BodyPublishers.noBody());
            }
            HttpResponse<InputStream> response =
                    await(client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream()), progress);
            int status = response.statusCode();
            boolean isAnswer = status == 200 || status == 206 || (status == 416 && from > 0);
            if (isAnswer
                    || (head && response.headers().firstValue("X-Linked-Etag").isPresent())) {
                return response;
            }
            close(response);
            if (status / 100 != 3) {
                throw refusal(name, response, progress);
            }
            uri = target(uri, response);
        }
        throw new HubException.Unreachable(first + " leads in circles: more than " + MOST_REDIRECTS + " redirects");
    }

    private URI target(URI from, HttpResponse<InputStream> response) {
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI to = from.resolve(location);
            boolean plain = "http".equals(to.getScheme());
            boolean secure = "https".equals(to.getScheme());
            if (to.getHost() != null && (secure || (plain && "http".equals(from.getScheme())))) {
                return to;
            }
        } catch (IllegalArgumentException noAddress) {
            throw new HubException.Unreachable(
                    from.getHost() + " redirects to \"" + location + "\", which is no address", noAddress);
        }
        throw new HubException.Unreachable(from.getHost() + " redirects to \"" + location
                + "\", which is not followed: it is not as safe as where it came from");
    }

    private boolean isEndpoint(URI uri) {
        return uri.getScheme().equals(endpoint.getScheme())
                && uri.getHost().equalsIgnoreCase(endpoint.getHost())
                && uri.getPort() == endpoint.getPort();
    }

    private static void close(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            body.skip(0);
        } catch (IOException alreadyGone) {
            // nothing more is wanted of it
        }
    }

    /** What a refusal means, and what to do. */
    private HubException refusal(HubName name, HttpResponse<InputStream> response, Progress progress) {
        int status = response.statusCode();
        String code = response.headers().firstValue("X-Error-Code").orElse("");
        String said = response.headers().firstValue("X-Error-Message").orElse("");
        String page = endpoint + "/" + name.repository();
        if (status == 429 || status == 408 || status >= 500) {
            return new HubException.Unreachable(endpoint + " can not answer now (status " + status
                    + (said.isEmpty() ? "" : ", \"" + said + "\"") + "): try again in some minutes");
        }
        if (code.equals("GatedRepo") || (status == 403 && code.isEmpty())) {
            return new HubException(name.repository() + " is gated: its owner asks for consent first. Open " + page
                    + ", log in and ask for access"
                    + (token.isEmpty()
                            ? "; then make a token (" + endpoint + "/settings/tokens) and set HF_TOKEN, or run: hf auth"
                                    + " login"
                            : " with the account of your token (HF_TOKEN); the token must be allowed to read gated"
                                    + " models"));
        }
        if (code.equals("RevisionNotFound")) {
            return new HubException(
                    name.repository() + " has no revision \"" + name.revision() + "\"" + revisions(name, progress));
        }
        if (code.equals("EntryNotFound")) {
            return new HubException(name.repository() + " has no such file at " + name.revision());
        }
        if (status == 401 && said.startsWith("Invalid credentials")) {
            return new HubException("the hub does not know your token: HF_TOKEN, or the one of hf auth login, is"
                    + " mistyped or has expired; make one at " + endpoint + "/settings/tokens");
        }
        if (status == 404 || status == 401) {
            return new HubException("there is no model \"" + name.repository() + "\" at " + endpoint
                    + (token.isEmpty()
                            ? ", or it is private: check its name; to read a private one, set HF_TOKEN"
                            : ", or it is private and your token does not reach it: check its name"));
        }
        return new HubException(
                endpoint + " refuses " + name + " (status " + status + (said.isEmpty() ? ")" : ", \"" + said + "\")"));
    }

    /** The revisions that there are, the nearest first; nothing if they can not be had. */
    private String revisions(HubName name, Progress progress) {
        List<String> names = new ArrayList<>();
        try (InputStream body = send(
                        new HubName(name.repository(), "main", ""),
                        uri("api/models/" + name.repository() + "/refs"),
                        false,
                        0,
                        progress)
                .body()) {
            Map<String, Object> refs = JsonFile.read("refs", body.readNBytes(LONGEST_ANSWER));
            for (String kind : List.of("branches", "tags")) {
                if (refs.get(kind) instanceof List<?> list) {
                    list.forEach(ref -> names.add(
                            ref instanceof Map<?, ?> map && map.get("name") instanceof String text ? text : ""));
                }
            }
        } catch (HubException | CheckpointException | IOException unknown) {
            return "";
        }
        names.removeIf(String::isBlank);
        String nearest = Recipe.nearest(name.revision(), names);
        return (names.isEmpty() ? "" : "; it has " + String.join(", ", names.subList(0, Math.min(8, names.size()))))
                + (nearest.isEmpty() ? "" : "; did you mean \"" + nearest + "\"?");
    }

    private HttpResponse<InputStream> await(CompletableFuture<HttpResponse<InputStream>> answer, Progress progress) {
        // not the request's own time limit, which from JDK 26 on also ends a long download
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (true) {
                try {
                    return answer.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException notYet) {
                    progress.cancelToken().check("ask " + endpoint.getHost());
                    if (System.nanoTime() > end) {
                        throw unreachable(new HttpTimeoutException("no answer"));
                    }
                }
            }
        } catch (ExecutionException e) {
            throw unreachable(e.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Cancelled("ask " + endpoint.getHost());
        } finally {
            if (!answer.isDone()) {
                answer.cancel(true);
            }
        }
    }

    /** Waits before another try. */
    void rest(Duration duration, Progress progress) {
        long end = System.nanoTime() + (duration.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : duration).toNanos();
        try {
            while (System.nanoTime() < end) {
                progress.cancelToken().check("fetch from " + endpoint.getHost());
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Cancelled("fetch from " + endpoint.getHost());
        }
    }

    /** Before the n-th new try, counted from 1. */
    Duration pause(int n) {
        return pause.multipliedBy(1L << Math.min(n - 1, 10));
    }

    HubException.Unreachable unreachable(Throwable e) {
        String reason = switch (e) {
            case UnknownHostException unknown -> "there is no network, or no such host";
            case HttpConnectTimeoutException slow -> "it did not answer within " + patience.toSeconds() + " s";
            case ConnectException refused ->
                refused.getCause() instanceof UnresolvedAddressException
                        ? "there is no network, or no such host"
                        : "nothing answers there";
            case HttpTimeoutException slow -> "it did not answer within " + patience.toSeconds() + " s";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
        return new HubException.Unreachable(endpoint + " can not be reached: " + reason, e);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
