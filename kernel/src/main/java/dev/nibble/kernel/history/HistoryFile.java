package dev.nibble.kernel.history;

import java.nio.file.Path;
import java.util.Map;

/** Where the history of a person is kept. */
public final class HistoryFile {
    private HistoryFile() {}

    /**
     * The file that {@code NIBBLE_HISTORY} names, if it is set; null for none where it says {@code off}. Else
     * {@code nibble/history.sqlite} in {@code XDG_STATE_HOME}, whose default is {@code ~/.local/state}. Absolute; not
     * created by this.
     */
    public static Path path() {
        return path(System.getenv(), System.getProperty("user.home"));
    }

    static Path path(Map<String, String> environment, String userHome) {
        String own = environment.get("NIBBLE_HISTORY");
        if (isSet(own)) {
            return own.equals("off") ? null : Path.of(own).toAbsolutePath();
        }
        String state = environment.get("XDG_STATE_HOME");
        String home = environment.get("HOME");
        // The XDG specification: a relative path is to be ignored.
        Path folder = isSet(state) && Path.of(state).isAbsolute()
                ? Path.of(state)
                : Path.of(isSet(home) ? home : userHome, ".local", "state");
        return folder.resolve("nibble").resolve("history.sqlite").toAbsolutePath();
    }

    private static boolean isSet(String value) {
        return value != null && !value.isBlank();
    }
}
