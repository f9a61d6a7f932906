package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.Completions.Match;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Files and folders whose path begins with what was typed, relative to the folder of the notebook. */
public final class PathWords {
    /** Entries of a folder that are looked at, and how many of those that fit are offered. */
    private static final int MOST_READ = 20_000;

    private static final int MOST = 500;

    private PathWords() {}

    /** Where in a path the name begins that is being typed. */
    public static int nameStart(String typed) {
        return typed.lastIndexOf('/') + 1;
    }

    /** Whether a text reads like the beginning of a path. */
    static boolean looksLikeOne(String typed) {
        return typed.startsWith("~/") || typed.startsWith("./") || typed.startsWith("../") || typed.startsWith("/");
    }

    /** Names that stand in place of the part after the last slash; folders end in a slash. Hidden ones if they are asked for. */
    public static List<Match> complete(String typed) {
        int slash = nameStart(typed);
        String parent = typed.substring(0, slash);
        String begun = typed.substring(slash);
        List<Match> found = new ArrayList<>();
        try {
            Path folder =
                    Path.of(parent.startsWith("~/") ? System.getProperty("user.home") + parent.substring(1) : parent);
            int read = 0;
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    String name = entry.getFileName().toString();
                    boolean isHidden = name.startsWith(".") && !begun.startsWith(".");
                    if (!isHidden && name.regionMatches(true, 0, begun, 0, begun.length())) {
                        boolean isFolder = Files.isDirectory(entry);
                        found.add(new Match(isFolder ? name + "/" : name, "path", isFolder ? "" : size(entry)));
                    }
                    if (++read == MOST_READ || found.size() == MOST) {
                        break;
                    }
                }
            }
        } catch (IOException | InvalidPathException | SecurityException noSuchFolder) {
            return List.of();
        }
        found.sort(Comparator.comparing((Match match) -> !match.text().startsWith(begun))
                .thenComparing(Match::text, String.CASE_INSENSITIVE_ORDER));
        return found;
    }

    private static String size(Path file) {
        try {
            long bytes = Files.size(file);
            return bytes < 10_000
                    ? bytes + " bytes"
                    : bytes < 10_000_000
                            ? String.format(Locale.ROOT, "%.0f kB", bytes / 1e3)
                            : String.format(Locale.ROOT, "%,.0f MB", bytes / 1e6);
        } catch (IOException gone) {
            return "";
        }
    }
}
