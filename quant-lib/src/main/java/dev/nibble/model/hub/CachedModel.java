package dev.nibble.model.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model that is in the cache of the hub, perhaps only in part.
 *
 * @param repository {@code org/name}
 * @param refs the commits that branches and tags were at when they were fetched
 * @param commits those of which files are there
 * @param bytes of everything that is there
 * @param folder where it lies
 */
public record CachedModel(String repository, Map<String, String> refs, List<String> commits, long bytes, Path folder) {
    public CachedModel {
        refs = Map.copyOf(refs);
        commits = List.copyOf(commits);
    }
}
