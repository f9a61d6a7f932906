package dev.nibble.model.hub;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.ShardIndex;
import dev.nibble.core.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The Hugging Face hub and its cache on this machine. What is asked for is fetched unless it is there: as few files as
 * the model takes, each verified by the hash that the hub lists before it gets its name in the cache. What huggingface_hub
 * fetched is used, and what we fetch is there for it.
 *
 * <p>Two threads or processes of ours that want the same file fetch it once. Beside huggingface_hub, whose lock ours does
 * not see on Linux ({@link FileMutex}), a file may be fetched twice; each is written under a name of its own and moved
 * into its place whole.
 */
public final class Hub {
    /** How long a server may say nothing. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(500);
    /** Disk that is left free, for what other programs write meanwhile. */
    private static final long RESERVE = 64 << 20;

    private final HubSettings settings;
    private final HubCache cache;
    private final Duration patience;
    private final Duration pause;

    /** @param settings where hub and cache are */
    public Hub(HubSettings settings) {
        this(settings, PATIENCE, PAUSE);
    }

    Hub(HubSettings settings, Duration patience, Duration pause) {
        this.settings = settings;
        this.cache = new HubCache(settings.cache(), settings.links());
        this.patience = patience;
        this.pause = pause;
    }

    /**
     * A model in the cache, whole.
     *
     * @param path the file that was asked for, or the folder of the snapshot
     * @param commit that it is of
     * @param note what there is to know, such as that the hub could not be asked whether it is the newest; else empty
     */
    public record Snapshot(Path path, String commit, String note) {}

    /**
     * A model, from the cache if it is there at the commit that the hub has it at now; a revision that is a commit is
     * asked for only if something of it is missing. If the hub can not be reached, what was fetched last.
     *
     * @throws HubException if it can not be had: no such model, file or revision, no permission, no network, no room
     * @throws dev.nibble.core.Cancelled if a stop was asked for; what was fetched so far is continued the next time
     */
    public Snapshot fetch(HubName name, Progress progress) {
        try {
            if (HubName.isCommit(name.revision())) {
                Optional<Snapshot> there = cached(name, "", true);
                if (there.isPresent()) {
                    return there.get();
                }
            }
            if (settings.offline()) {
                return cached(name, "", false)
                        .orElseThrow(() -> missing(name, "HF_HUB_OFFLINE keeps it from being fetched"));
            }
            try (var client = new HubClient(settings, patience, pause)) {
                HubListing listing;
                try {
                    listing = client.listing(name, progress);
                } catch (HubException.Unreachable e) {
                    return cached(name, e.getMessage() + "; this is what was fetched last", false)
                            .orElseThrow(() -> e);
                }
                return fetch(client, name, listing, progress);
            }
        } catch (IOException | UncheckedIOException e) {
            throw unkept(name, e);
        }
    }

    /** Whether a model is in the cache, whole. */
    public boolean isCached(HubName name) {
        try {
            return cached(name, "", false).isPresent();
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }

    /**
     * What is in the cache, sorted by name.
     *
     * @throws HubException if it can not be read
     */
    public List<CachedModel> models() {
        try {
            return cache.models();
        } catch (IOException | UncheckedIOException e) {
            throw new HubException(settings.cache() + " can not be read: " + reason(e), e);
        }
    }

    /**
     * One file of a model, such as its config.json, without the weights; from the cache if the hub can not be reached. A
     * revision that is in the cache stays the one that offline work finds.
     *
     * @param file its name in the repository
     * @throws HubException if it can not be had
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public Path file(HubName name, String file, Progress progress) {
        try {
            if (settings.offline()) {
                return cached(name, file)
                        .orElseThrow(() -> missing(name, "HF_HUB_OFFLINE keeps it from being fetched"));
            }
            try (var client = new HubClient(settings, patience, pause)) {
                HubListing listing = client.listing(name, progress);
                if (!listing.names().contains(file)) {
                    throw new HubException(name.repository() + " has no file \"" + file + "\" at " + name.revision());
                }
                fetchAll(client, name, listing, Set.of(file), progress);
                if (cache.commit(name).isEmpty()) {
                    cache.setCommit(name, listing.commit());
                }
                return cache.snapshot(name.repository(), listing.commit()).resolve(file);
            } catch (HubException.Unreachable e) {
                return cached(name, file).orElseThrow(() -> e);
            }
        } catch (IOException | UncheckedIOException e) {
            throw unkept(name, e);
        }
    }

    private Optional<Path> cached(HubName name, String file) throws IOException {
        return cache.commit(name)
                .map(commit -> cache.snapshot(name.repository(), commit).resolve(file))
                .filter(Files::isRegularFile);
    }

    private HubException unkept(HubName name, Exception e) {
        return new HubException(
                name + " can not be kept in " + settings.cache() + ": " + reason(e)
                        + "; HF_HUB_CACHE or HF_HOME names another place",
                e);
    }

    private static String reason(Exception e) {
        Throwable inner = e instanceof UncheckedIOException ? e.getCause() : e;
        String message = inner.getMessage() == null ? "" : inner.getMessage();
        return message.isEmpty() || inner.getClass() != IOException.class
                ? inner.getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ") + " " + message
                : message;
    }

    private HubException missing(HubName name, String why) {
        return new HubException(name + " is not in the cache (" + settings.cache() + "), or only in part, and " + why);
    }

    /**
     * A model as it is in the cache.
     *
     * @param note what is to be said with it
     * @param whole whether it must be known that nothing is missing; else the weights are enough
     */
    private Optional<Snapshot> cached(HubName name, String note, boolean whole) throws IOException {
        Optional<String> commit = cache.commit(name);
        if (commit.isEmpty()) {
            return Optional.empty();
        }
        Path folder = cache.snapshot(name.repository(), commit.get());
        Optional<Set<String>> tree = cache.tree(name.repository(), commit.get());
        Set<String> there = cache.names(folder);
        try {
            HubSelection selection = HubSelection.of(
                    name,
                    tree.orElse(there),
                    index -> ShardIndex.read(folder.resolve(index)).shards());
            List<String> missing = new ArrayList<>(selection.besides());
            missing.removeAll(there);
            if (!there.containsAll(selection.weights()) || (whole && !(tree.isPresent() && missing.isEmpty()))) {
                return Optional.empty();
            }
            String without = missing.isEmpty() ? "" : "not fetched: " + String.join(", ", missing);
            String all = note.isEmpty() || without.isEmpty() ? note + without : note + "; " + without;
            return Optional.of(new Snapshot(folder.resolve(selection.main()), commit.get(), all));
        } catch (HubException | CheckpointException incomplete) {
            return Optional.empty();
        }
    }

    private Snapshot fetch(HubClient client, HubName name, HubListing listing, Progress progress) throws IOException {
        String commit = listing.commit();
        Path folder = cache.snapshot(name.repository(), commit);
        HubSelection selection = HubSelection.of(name, listing.names(), index -> {
            try {
                fetchAll(client, name, listing, Set.of(index), progress);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            try {
                return ShardIndex.read(folder.resolve(index)).shards();
            } catch (CheckpointException e) {
                throw new HubException(e.getMessage(), e);
            }
        });
        fetchAll(client, name, listing, selection.files(), progress);
        cache.setTree(name.repository(), listing);
        cache.setCommit(name, commit);
        return new Snapshot(folder.resolve(selection.main()), commit, "");
    }

    private void fetchAll(HubClient client, HubName name, HubListing listing, Set<String> names, Progress progress)
            throws IOException {
        Path snapshot = cache.snapshot(name.repository(), listing.commit());
        Map<HubFile, Path> wanted = new LinkedHashMap<>();
        for (String file : names) {
            HubFile known = listing.files().get(file);
            Path place = snapshot.resolve(file);
            if (known == null && Files.isRegularFile(place)) {
                continue;
            }
            if (known == null) {
                known = client.metadata(name, listing.commit(), file, progress);
            }
            if (!isThere(place, known)) {
                wanted.put(known, place);
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        cache.tag();
        Files.createDirectories(cache.folder(name.repository()).resolve("blobs"));
        Files.createDirectories(snapshot);
        requireRoom(name, wanted.keySet());
        long total = 0;
        for (HubFile file : wanted.keySet()) {
            total = Math.addExact(total, file.size());
        }
        try (Progress.Task task = progress.task("fetch " + name, total, "bytes")) {
            for (Map.Entry<HubFile, Path> file : wanted.entrySet()) {
                fetch(client, name, listing.commit(), file.getKey(), file.getValue(), progress, task);
            }
        }
    }

    private static boolean isThere(Path place, HubFile file) throws IOException {
        return Files.isRegularFile(place) && Files.size(place) == file.size();
    }

    private void fetch(
            HubClient client,
            HubName name,
            String commit,
            HubFile file,
            Path place,
            Progress progress,
            Progress.Task task)
            throws IOException {
        Path blob = cache.blob(name.repository(), file);
        String what = "another process that fetches " + file.name();
        try (FileMutex _ = FileMutex.acquire(cache.lock(name.repository(), file), what, progress)) {
            if (isThere(place, file)) { // the other one has fetched it
                task.step(file.size());
                return;
            }
            boolean isNew = !isThere(blob, file);
            if (isNew) {
                Path partial = partial(blob, file, progress);
                new Download(client, name, commit, file, partial, progress, task).run();
                Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } else {
                task.step(file.size());
            }
            cache.link(blob, place, isNew);
        }
    }

    /** Where a file is collected; begun with what an older huggingface_hub left, which began the same way. */
    private static Path partial(Path blob, HubFile file, Progress progress) throws IOException {
        Path ours = blob.resolveSibling(file.hash() + ".nibble.incomplete");
        Path theirs = blob.resolveSibling(file.hash() + ".incomplete");
        if (!Files.exists(ours) && Files.isRegularFile(theirs)) {
            progress.cancelToken().check("fetch " + file.name());
            Files.copy(theirs, ours, StandardCopyOption.REPLACE_EXISTING); // it may still be written
        }
        return ours;
    }

    private void requireRoom(HubName name, Set<HubFile> files) throws IOException {
        Path blobs = cache.folder(name.repository()).resolve("blobs");
        List<Long> missing = new ArrayList<>();
        for (HubFile file : files) {
            Path partial = blobs.resolve(file.hash() + ".nibble.incomplete");
            missing.add(file.size() - (Files.exists(partial) ? Files.size(partial) : 0));
        }
        long free = Files.getFileStore(blobs).getUsableSpace();
        double needed = missing.stream().mapToDouble(Long::doubleValue).sum(); // a server may list any sizes
        if (needed + RESERVE > free) {
            throw new HubException(String.format(
                    Locale.ROOT,
                    "%s takes %,.0f MB more, but %s has %,d MB free: make room, or let HF_HUB_CACHE name another place",
                    name,
                    needed / 1e6,
                    settings.cache(),
                    free / 1_000_000));
        }
    }
}
