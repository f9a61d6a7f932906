package dev.nibble.model.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.JsonFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The cache folder of huggingface_hub, in its own layout, so that what either of us fetches is there for the other:
 *
 * <pre>
 *   models--org--name/blobs/HASH                  contents, by SHA-256 or git's hash
 *                     refs/main                   the commit that a branch or tag was at
 *                     snapshots/COMMIT/FILE       links to ../../blobs/HASH; files where there are no links
 *                     trees/COMMIT.json           what the hub has at this commit, fetched or not
 *   .locks/models--org--name/HASH.lock
 * </pre>
 *
 * Source: huggingface_hub 2.4, file_download.py and the guide "Understand caching".
 */
final class HubCache {
    private static final String PREFIX = "models--";
    private static final int DEEPEST = 16;
    private static final int LONGEST_REF = 100;
    private static final long LONGEST_TREE = 1 << 26;
    private static final Long TREE_VERSION = 1L;

    private final Path root;
    private final boolean links;

    HubCache(Path root, boolean links) {
        this.root = root;
        this.links = links;
    }

    Path folder(String repository) {
        return root.resolve(PREFIX + repository.replace("/", "--"));
    }

    Path blob(String repository, HubFile file) {
        return folder(repository).resolve("blobs").resolve(file.hash());
    }

    Path lock(String repository, HubFile file) {
        return root.resolve(".locks")
                .resolve(PREFIX + repository.replace("/", "--"))
                .resolve(file.hash() + ".lock");
    }

    Path snapshot(String repository, String commit) {
        return folder(repository).resolve("snapshots").resolve(commit);
    }

    /** The commit that a revision was at when it was fetched last; a commit is its own. */
    Optional<String> commit(HubName name) {
        if (HubName.isCommit(name.revision())) {
            return Optional.of(name.revision());
        }
        Path ref = folder(name.repository()).resolve("refs").resolve(name.revision());
        if (!Files.isRegularFile(ref)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(ref)) {
            String text = new String(in.readNBytes(LONGEST_REF), StandardCharsets.UTF_8).strip();
            return Optional.of(text).filter(HubName::isCommit);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Writes down where a revision is now. */
    void setCommit(HubName name, String commit) throws IOException {
        if (name.revision().equals(commit)
                || commit(name).filter(commit::equals).isPresent()) {
            return;
        }
        replace(folder(name.repository()).resolve("refs").resolve(name.revision()), commit);
    }

    /** The names of all files of a commit, if that is known here. */
    Optional<Set<String>> tree(String repository, String commit) {
        Path file = treeFile(repository, commit);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Map<String, Object> tree = JsonFile.read(file, LONGEST_TREE);
            return TREE_VERSION.equals(tree.get("format_version")) && tree.get("files") instanceof Map<?, ?> files
                    ? Optional.of(files.keySet().stream()
                            .map(String::valueOf)
                            .filter(HubName::isSafe)
                            .collect(Collectors.toCollection(TreeSet::new)))
                    : Optional.empty();
        } catch (CheckpointException damaged) {
            return Optional.empty();
        }
    }

    /** Keeps the names of all files, if the hub gives all that huggingface_hub wants to find there. */
    void setTree(String repository, HubListing listing) throws IOException {
        Path file = treeFile(repository, listing.commit());
        Map<String, Object> files = new TreeMap<>();
        listing.files().forEach((name, known) -> {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("size", known.size());
            entry.put("blob_id", listing.blobs().get(name));
            if (known.isLarge()) {
                entry.put("lfs_sha256", known.hash());
                entry.put("lfs_size", known.size());
            }
            files.put(name, entry);
        });
        if (Files.exists(file)
                || files.size() < listing.names().size()
                || listing.blobs().containsValue("")) {
            return;
        }
        var tree = new LinkedHashMap<String, Object>();
        tree.put("format_version", TREE_VERSION);
        tree.put("files", files);
        replace(file, new ObjectMapper().writeValueAsString(tree));
    }

    private Path treeFile(String repository, String commit) {
        return folder(repository).resolve("trees").resolve(commit + ".json");
    }

    /** Writes a small file so that whoever reads it at the same time sees the old or the new. */
    private static void replace(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Path temporary = file.resolveSibling(
                file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
        try {
            Files.writeString(temporary, text);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The paths of the files of a snapshot whose contents are there. */
    Set<String> names(Path snapshot) throws IOException {
        Set<String> names = new TreeSet<>();
        if (!Files.isDirectory(snapshot)) {
            return names;
        }
        try (Stream<Path> files = Files.walk(snapshot, DEEPEST)) {
            files.filter(Files::isRegularFile)
                    .forEach(file ->
                            names.add(snapshot.relativize(file).toString().replace('\\', '/')));
        }
        return names;
    }

    /** Marks the cache as one, for programs that make backups; see the Cache Directory Tagging Specification. */
    void tag() throws IOException {
        Files.createDirectories(root);
        Path tag = root.resolve("CACHEDIR.TAG");
        if (!Files.exists(tag)) {
            Files.writeString(tag, """
                    Signature: 8a477f597d28d172789f06886806bc55
                    # This folder is a cache of the Hugging Face hub.
                    # See https://bford.info/cachedir/ for what this file says to programs that make backups.
                    """);
        }
    }

    /**
     * Makes a blob a file of a snapshot: a link, or where there are none the blob itself.
     *
     * @param isNew whether nothing else can use the blob yet
     */
    void link(Path blob, Path file, boolean isNew) throws IOException {
        Files.createDirectories(file.getParent());
        Path aside = file.resolveSibling(
                "." + file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8));
        try {
            if (links && isLinked(blob, aside)) {
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } else if (isNew) {
                Files.move(blob, file, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.copy(blob, aside);
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    private static boolean isLinked(Path blob, Path link) throws IOException {
        try {
            Files.createSymbolicLink(link, link.getParent().relativize(blob));
            return true;
        } catch (FileAlreadyExistsException impossible) {
            throw impossible;
        } catch (IOException | UnsupportedOperationException | SecurityException noLinks) {
            return false;
        }
    }

    /** What is in the cache, sorted by name. */
    List<CachedModel> models() throws IOException {
        List<CachedModel> models = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return models;
        }
        List<Path> folders;
        try (Stream<Path> files = Files.list(root)) {
            folders = files.filter(f -> f.getFileName().toString().startsWith(PREFIX) && Files.isDirectory(f))
                    .sorted()
                    .toList();
        }
        for (Path folder : folders) {
            String repository =
                    folder.getFileName().toString().substring(PREFIX.length()).replace("--", "/");
            if (HubName.parse(repository).isEmpty()) {
                continue; // of older times, without an organisation, or of nobody
            }
            Map<String, String> refs = refs(folder.resolve("refs"), repository);
            models.add(new CachedModel(repository, refs, commits(folder), bytes(folder), folder));
        }
        return models;
    }

    private Map<String, String> refs(Path folder, String repository) throws IOException {
        Map<String, String> refs = new TreeMap<>();
        for (String ref : names(folder)) {
            if (HubName.isRevision(ref)) { // else a temporary file of another program
                commit(new HubName(repository, ref, "")).ifPresent(commit -> refs.put(ref, commit));
            }
        }
        return refs;
    }

    private static List<String> commits(Path folder) throws IOException {
        Path snapshots = folder.resolve("snapshots");
        if (!Files.isDirectory(snapshots)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(snapshots)) {
            return files.filter(Files::isDirectory)
                    .map(f -> f.getFileName().toString())
                    .filter(HubName::isCommit)
                    .sorted()
                    .toList();
        }
    }

    /** Bytes of blobs, and of files that are no links; what is fetched only in part counts too. */
    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder, DEEPEST)) {
            return files.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }
}
