package dev.nibble.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A GGUF model that was cut into files {@code NAME-00001-of-0000N.gguf}, as llama-gguf-split does it: each says in {@code
 * split.no} and {@code split.count} which it is, the first carries the keys of the model and the number of all tensors.
 */
final class SplitGguf {
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(\\.gguf)", Pattern.CASE_INSENSITIVE);
    private static final String NO = "split.no";
    private static final String COUNT = "split.count";
    private static final String TENSORS = "split.tensors.count";
    private static final int MOST = 1 << 12;

    private SplitGguf() {}

    /** Whether a file is part of a cut model. */
    static boolean isPart(MappedCheckpoint file) {
        return file.metadata().get(COUNT) instanceof Long count && count > 1;
    }

    /** Whether a name stands for a model: of no set of parts, or the first that is there of one. */
    static boolean isFirstOrAlone(String name, List<String> sorted) {
        Matcher its = NAME.matcher(name);
        return !its.matches()
                || sorted.stream()
                        .map(NAME::matcher)
                        .filter(other -> other.matches()
                                && other.group(1).equals(its.group(1))
                                && other.group(3).equals(its.group(3)))
                        .findFirst()
                        .filter(other -> other.group().equals(name))
                        .isPresent();
    }

    /**
     * Opens the other parts of a file that is one.
     *
     * @param part one of them, which is closed if this fails
     * @throws CheckpointException if a part is missing, is not the one that its name says, or does not fit the others
     */
    static Checkpoint open(MappedCheckpoint part) {
        List<MappedCheckpoint> opened = new ArrayList<>(List.of(part));
        try {
            long count = (Long) part.metadata().get(COUNT);
            long number = number(part);
            Path path = part.path();
            Matcher name = NAME.matcher(path.getFileName().toString());
            boolean named = name.matches()
                    && Integer.parseInt(name.group(3)) == count
                    && Integer.parseInt(name.group(2)) == number + 1;
            if (!named || count > MOST) {
                throw new CheckpointException(String.format(
                        Locale.ROOT,
                        "%s says that it is part %,d of %,d of a model, whose name must end in -%05d-of-%05d.gguf: give"
                                + " it its name back, and keep all parts in one folder",
                        path,
                        number + 1,
                        count,
                        number + 1,
                        count));
            }
            List<MappedCheckpoint> parts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String sibling =
                        String.format(Locale.ROOT, "%s-%05d-of-%05d%s", name.group(1), i + 1, count, name.group(4));
                parts.add(i == number ? part : sibling(path.resolveSibling(sibling), i, count, opened));
            }
            requireTensors(parts);
            Map<String, Object> metadata = new LinkedHashMap<>(parts.getFirst().metadata());
            metadata.keySet().removeAll(List.of(NO, COUNT, TENSORS));
            Path first = parts.getFirst().path();
            return new FolderCheckpoint(first, first.toAbsolutePath().getParent(), parts, metadata, List.of());
        } catch (RuntimeException e) {
            opened.forEach(MappedCheckpoint::close);
            throw e;
        }
    }

    private static MappedCheckpoint sibling(Path path, int number, long count, List<MappedCheckpoint> opened) {
        if (!Files.isRegularFile(path)) {
            throw new CheckpointException(path + " is missing: the model is cut into " + count
                    + " files, which must all be in one folder; fetch it");
        }
        MappedCheckpoint part = Checkpoints.openFile(path);
        opened.add(part);
        if (!isPart(part) || (Long) part.metadata().get(COUNT) != count || number(part) != number) {
            throw new CheckpointException(path + " is not part " + (number + 1) + " of " + count
                    + " of a model, as its name says: fetch it again");
        }
        return part;
    }

    /** Counted from 0; -1 if it does not say. */
    private static long number(MappedCheckpoint part) {
        return part.metadata().get(NO) instanceof Long number ? number : -1;
    }

    private static void requireTensors(List<MappedCheckpoint> parts) {
        long found = parts.stream().mapToLong(p -> p.tensors().size()).sum();
        if (parts.getFirst().metadata().get(TENSORS) instanceof Long expected && expected != found) {
            throw new CheckpointException(String.format(
                    Locale.ROOT,
                    "%s says that its %d files hold %,d tensors, but they hold %,d: they are not of one model",
                    parts.getFirst().path(),
                    parts.size(),
                    expected,
                    found));
        }
    }
}
