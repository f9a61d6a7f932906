package dev.nibble.model.hub;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is asked of the hub, written {@code org/name[@revision][/file]}, with or without {@code hf://} before it.
 *
 * @param repository {@code org/name}
 * @param revision a branch, tag, {@code refs/pr/1} or commit
 * @param file the path of one file in it; empty for the model as a whole
 */
public record HubName(String repository, String revision, String file) {
    private static final String MAIN = "main";
    private static final int LONGEST_REPOSITORY = 96;
    private static final int LONGEST_PATH = 1024;
    private static final int LONGEST_COMPONENT = 200;
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?");
    private static final Pattern WHOLE =
            Pattern.compile("(hf://(?:models/)?)?([^/@]+/[^/@]+)(?:@(refs/[^/]+/[^/]+|[^/]+))?(?:/(.+))?");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9._+/-]{1,200}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern FILE_NAME = Pattern.compile(".*\\.(gguf|safetensors|json|bin|pt|pth|zip)");

    public HubName {
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(revision, "revision");
        Objects.requireNonNull(file, "file");
        String[] parts = repository.split("/", -1);
        boolean plain = parts.length == 2
                && PART.matcher(parts[0]).matches()
                && PART.matcher(parts[1]).matches()
                && !repository.contains("--")
                && !repository.contains("..")
                && repository.length() <= LONGEST_REPOSITORY;
        if (!plain) {
            throw new IllegalArgumentException("\"" + repository + "\" is no name of the hub: expected org/name, of"
                    + " letters, digits and single - _ . between them");
        }
        if (!isRevision(revision)) {
            throw new IllegalArgumentException(
                    "\"" + revision + "\" is no revision: expected a branch, a tag or a" + " commit");
        }
        if (!file.isEmpty() && !isSafe(file)) {
            throw new IllegalArgumentException("\"" + file + "\" is no path of a file in a model");
        }
    }

    /**
     * Reads what a person typed.
     *
     * @return empty if it does not look like a model of the hub: a path, a name without a slash, a file in a folder
     */
    public static Optional<HubName> parse(String text) {
        Matcher whole = WHOLE.matcher(text.strip());
        if (!whole.matches()) {
            return Optional.empty();
        }
        String repository = whole.group(2);
        String revision = whole.group(3) == null
                ? MAIN
                : whole.group(3).replace("%2F", "/").replace("%2f", "/");
        String file = whole.group(4) == null ? "" : whole.group(4);
        boolean isFile = whole.group(1) == null
                && whole.group(3) == null
                && FILE_NAME.matcher(repository.toLowerCase(Locale.ROOT)).matches();
        try {
            return isFile ? Optional.empty() : Optional.of(new HubName(repository, revision, file));
        } catch (IllegalArgumentException notOne) {
            if (whole.group(1) != null) {
                throw notOne; // hf:// is nothing else
            }
            return Optional.empty();
        }
    }

    /**
     * Whether a path stays in the folder that it is put in, on any system: relative, without {@code ..}, backslashes,
     * drive letters or control characters. Names come from a server.
     */
    static boolean isSafe(String path) {
        if (path.isEmpty() || path.length() > LONGEST_PATH) {
            return false;
        }
        for (String component : path.split("/", -1)) {
            boolean plain = !component.isBlank()
                    && !component.equals(".")
                    && !component.equals("..")
                    && component.length() <= LONGEST_COMPONENT
                    && component.chars().noneMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c));
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /** Whether a text can be a branch, a tag or a commit. */
    static boolean isRevision(String text) {
        return REVISION.matcher(text).matches() && isSafe(text) && !text.startsWith("-");
    }

    /** Whether a text is the full hash of a commit, which means the same for ever. */
    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** As it is written, without what goes without saying. */
    @Override
    public String toString() {
        return repository + (revision.equals(MAIN) ? "" : "@" + revision) + (file.isEmpty() ? "" : "/" + file);
    }
}
