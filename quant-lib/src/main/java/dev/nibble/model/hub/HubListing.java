package dev.nibble.model.hub;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a model consists of at one commit: the answer to {@code /api/models/ID/revision/REV?blobs=true}.
 *
 * @param commit its hash, 40 hexadecimal digits
 * @param names of all files, whose paths are safe
 * @param files what is known of them; of some perhaps nothing but the name
 * @param blobs git's hashes of them, of large ones that of what git has in their place
 */
record HubListing(String commit, Set<String> names, Map<String, HubFile> files, Map<String, String> blobs) {
    private static final int MOST_FILES = 1 << 18;

    /**
     * Reads the answer of a server.
     *
     * @param from for messages
     * @throws HubException if it is not one, or names a file that would not stay in its folder
     */
    static HubListing of(Map<String, Object> answer, String from) {
        String commit = text(answer.get("sha")).toLowerCase(Locale.ROOT);
        if (!HubName.isCommit(commit) || !(answer.get("siblings") instanceof List<?> siblings)) {
            throw new HubException(from + " did not answer as a Hugging Face hub does: no commit, or no list of files");
        }
        if (siblings.size() > MOST_FILES) {
            throw new HubException(from + " lists " + siblings.size() + " files; at most " + MOST_FILES + " are read");
        }
        Map<String, HubFile> files = new LinkedHashMap<>();
        Map<String, String> blobs = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (Object sibling : siblings) {
            Map<?, ?> entry = sibling instanceof Map<?, ?> map ? map : Map.of();
            String name = text(entry.get("rfilename"));
            if (!HubName.isSafe(name)) {
                throw new HubException(from + " lists the file \"" + name.replaceAll("\\p{Cntrl}", "?")
                        + "\", which would not stay in its folder: nothing was fetched");
            }
            names.add(name);
            blobs.put(name, text(entry.get("blobId")));
            file(name, entry).ifPresent(file -> files.put(name, file));
        }
        return new HubListing(
                commit, Collections.unmodifiableSet(new LinkedHashSet<>(names)), Map.copyOf(files), Map.copyOf(blobs));
    }

    private static Optional<HubFile> file(String name, Map<?, ?> entry) {
        Map<?, ?> large = entry.get("lfs") instanceof Map<?, ?> map ? map : Map.of();
        Object size = large.isEmpty() || large.get("size") == null ? entry.get("size") : large.get("size");
        String hash = text(large.isEmpty() ? entry.get("blobId") : large.get("sha256"));
        try {
            return size instanceof Long bytes
                    ? Optional.of(new HubFile(name, bytes, hash.toLowerCase(Locale.ROOT)))
                    : Optional.empty();
        } catch (IllegalArgumentException incomplete) {
            return Optional.empty();
        }
    }

    private static String text(Object value) {
        return value instanceof String text ? text : "";
    }
}
