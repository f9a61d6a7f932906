package dev.nibble.model.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the hub is and where its cache is, by the environment variables of huggingface_hub: {@code HF_HOME}, {@code
 * HF_HUB_CACHE}, {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}, {@code
 * HF_HUB_DISABLE_SYMLINKS}, {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}, and their older names. Source: huggingface_hub 2.4,
 * constants.py.
 */
public final class HubSettings {
    private static final String PUBLIC = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    private static final int LONGEST_TOKEN = 1 << 14;

    private final Map<String, String> environment;
    private final String home;

    private HubSettings(Map<String, String> environment, String home) {
        this.environment = environment;
        this.home = home;
    }

    /** Those of this process. */
    public static HubSettings ofThisMachine() {
        return of(System.getenv(), System.getProperty("user.home"));
    }

    /** @param userHome what {@code ~} is where {@code HOME} is not set */
    public static HubSettings of(Map<String, String> environment, String userHome) {
        String home = environment.getOrDefault("HOME", "");
        return new HubSettings(Map.copyOf(environment), home.isBlank() ? Objects.requireNonNull(userHome) : home);
    }

    /** The first of these variables that is set, and not to nothing. */
    private Optional<String> first(String... names) {
        for (String name : names) {
            String value = environment.get(name);
            if (value != null && !value.isBlank()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private boolean isTrue(String... names) {
        return first(names)
                .filter(v -> TRUE.contains(v.toUpperCase(Locale.ROOT)))
                .isPresent();
    }

    private Path path(String text) {
        String whole = text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
        String expanded = VARIABLE.matcher(whole).replaceAll(match -> {
            String name = match.group(1) == null ? match.group(2) : match.group(1);
            return Matcher.quoteReplacement(environment.getOrDefault(name, match.group()));
        });
        try {
            return Path.of(expanded).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new HubException(
                    "\"" + text + "\" is no path: HF_HOME, HF_HUB_CACHE and HF_TOKEN_PATH name folders" + " and files",
                    e);
        }
    }

    private Path base() {
        return first("HF_HOME")
                .map(this::path)
                .orElseGet(() -> first("XDG_CACHE_HOME")
                        .map(this::path)
                        .orElseGet(() -> Path.of(home, ".cache"))
                        .resolve("huggingface"));
    }

    /** The cache folder; absolute, perhaps not there yet. */
    public Path cache() {
        return first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").map(this::path).orElseGet(() -> base().resolve("hub"));
    }

    /**
     * Where the hub is, without a slash at its end.
     *
     * @throws HubException if HF_ENDPOINT is no address
     */
    public URI endpoint() {
        String text = first("HF_ENDPOINT").orElse(PUBLIC).strip().replaceAll("/+$", "");
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new HubException("HF_ENDPOINT is \"" + text + "\", which is no address: " + e.getMessage(), e);
        }
        throw new HubException("HF_ENDPOINT is \"" + text + "\": expected an address such as " + PUBLIC);
    }

    /**
     * What a person proves with who they are, if they have it: from HF_TOKEN, else from the file that {@code hf auth
     * login} writes.
     *
     * @throws HubException if it can not be a token
     */
    Optional<String> token() {
        if (isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        String from = "HF_TOKEN";
        Optional<String> text = first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN");
        if (text.isEmpty()) {
            Path file = first("HF_TOKEN_PATH").map(this::path).orElseGet(() -> base().resolve("token"));
            from = file.toString();
            text = content(file);
        }
        Optional<String> token =
                text.map(t -> t.replaceAll("[\\r\\n]", "").strip()).filter(t -> !t.isEmpty());
        if (token.isPresent() && !token.get().chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new HubException(
                    from + " holds something that is no token: copy it again from " + PUBLIC + "/settings/tokens");
        }
        return token;
    }

    private static Optional<String> content(Path file) {
        try (var in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(LONGEST_TOKEN), StandardCharsets.UTF_8));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new HubException("the token in " + file + " can not be read: " + e.getMessage(), e);
        }
    }

    /** Whether no network is to be used. */
    public boolean offline() {
        return isTrue("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE");
    }

    /** Whether files of a snapshot are links to the blobs, where the file system has links. */
    boolean links() {
        return !isTrue("HF_HUB_DISABLE_SYMLINKS");
    }

    /** What the environment says about proxies. */
    EnvironmentProxies proxies() {
        return new EnvironmentProxies(environment);
    }
}
