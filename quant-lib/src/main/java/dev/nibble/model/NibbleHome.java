package dev.nibble.model;

import java.nio.file.Path;
import java.util.Map;

/** The folder where everything fetched is kept; deleting it loses nothing that can not be fetched again. */
public final class NibbleHome {
    private NibbleHome() {}

    /**
     * {@code NIBBLE_HOME} if it is set (the system property {@code nibble.home} before the environment), else
     * {@code nibble} in {@code XDG_CACHE_HOME}, else {@code ~/.cache/nibble}, where {@code ~} is {@code HOME} if that
     * is set, else the home that the system knows. Absolute; not created by this.
     */
    public static Path path() {
        return path(System.getProperty("nibble.home"), System.getenv(), System.getProperty("user.home"));
    }

    static Path path(String property, Map<String, String> environment, String userHome) {
        if (isSet(property)) {
            return Path.of(property).toAbsolutePath();
        }
        String own = environment.get("NIBBLE_HOME");
        if (isSet(own)) {
            return Path.of(own).toAbsolutePath();
        }
        String cache = environment.get("XDG_CACHE_HOME");
        // The XDG specification: a relative path is to be ignored.
        if (isSet(cache) && Path.of(cache).isAbsolute()) {
            return Path.of(cache, "nibble");
        }
        String home = environment.get("HOME");
        return Path.of(isSet(home) ? home : userHome, ".cache", "nibble").toAbsolutePath();
    }

    private static boolean isSet(String value) {
        return value != null && !value.isBlank();
    }
}
