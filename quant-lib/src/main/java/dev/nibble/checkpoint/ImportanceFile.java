package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.Importance;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.MappedFile;
import dev.nibble.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An importance matrix as llama.cpp's imatrix tool writes it: for each linear layer and input column the mean of the
 * squared activations. Both forms are read: GGUF, which holds sums and counts ({@code NAME.in_sum2}, {@code
 * NAME.counts}), and the older binary one.
 *
 * <pre>
 *   i32 entries
 *   per entry   i32 length, name, i32 calls, i32 values, values × f32: calls times the mean
 *   i32 last call, i32 length, name of the data set          both may be missing
 * </pre>
 *
 * Opening checks every size and reads no values. Thread-safe. Source: llama.cpp, common/imatrix-loader.cpp and
 * tools/quantize.
 */
public final class ImportanceFile implements AutoCloseable {
    private static final String SUMS = ".in_sum2";
    private static final String COUNTS = ".counts";
    private static final int LONGEST_NAME = 1 << 12;
    private static final int MOST_ENTRIES = 1 << 20;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final AutoCloseable source;
    private final Map<String, Entry> entries;

    /** Where one entry is, and how to read it. */
    private record Entry(int columns, int matrices, Values values) {}

    /** Reads the mean squares of all columns of all matrices of an entry. */
    @FunctionalInterface
    private interface Values {
        float[] read();
    }

    private ImportanceFile(Path path, AutoCloseable source, Map<String, Entry> entries) {
        this.path = path;
        this.source = source;
        this.entries = entries;
    }

    /**
     * Opens either form, told apart by the first bytes.
     *
     * @throws CheckpointException if it is neither, truncated or malformed
     */
    public static ImportanceFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new CheckpointException(path + (Files.exists(path) ? " is not a file" : ": there is no such file"));
        }
        MappedFile file;
        try {
            file = MappedFile.open(path);
        } catch (IOException e) {
            throw new CheckpointException(path + " can not be read: " + e.getMessage(), e);
        }
        boolean gguf = file.size() >= 4 && new Cursor("", file.bytes()).i32() == Gguf.MAGIC;
        if (!gguf) {
            return legacy(path, file);
        }
        file.close();
        return gguf(path, Checkpoint.open(path));
    }

    private static ImportanceFile gguf(Path path, Checkpoint file) {
        try {
            Map<String, Entry> entries = new LinkedHashMap<>();
            Set<String> names = file.tensors().stream().map(TensorInfo::name).collect(Collectors.toSet());
            for (TensorInfo sums : file.tensors()) {
                String name = sums.name();
                if (name.endsWith(SUMS)) {
                    String weight = name.substring(0, name.length() - SUMS.length());
                    entries.put(weight, ggufEntry(path, file, weight, sums, names));
                } else if (!name.endsWith(COUNTS) || !names.contains(swap(name, COUNTS, SUMS))) {
                    throw new CheckpointException(path.getFileName() + ": tensor \"" + name
                            + "\": expected NAME" + SUMS + " and NAME" + COUNTS
                            + " in pairs: not an importance file of llama.cpp");
                }
            }
            if (entries.isEmpty()) {
                throw new CheckpointException(path.getFileName() + " holds no importance: no tensor NAME" + SUMS);
            }
            return new ImportanceFile(path, file, entries);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Entry ggufEntry(Path path, Checkpoint file, String weight, TensorInfo sums, Set<String> names) {
        if (!names.contains(weight + COUNTS)) {
            throw new CheckpointException(
                    path.getFileName() + ": \"" + sums.name() + "\" is there, but not \"" + weight + COUNTS + "\"");
        }
        TensorInfo counts = file.tensor(weight + COUNTS);
        long matrices = counts.count();
        boolean ok = sums.type() == DType.F32
                && counts.type() == DType.F32
                && matrices > 0
                && sums.count() > 0
                && sums.count() % matrices == 0
                && sums.count() <= Integer.MAX_VALUE - 8;
        if (!ok) {
            throw new CheckpointException(path.getFileName() + ": " + sums + " and " + counts
                    + ": expected F32, and a sum per column for each" + " count");
        }
        int columns = (int) (sums.count() / matrices);
        return new Entry(columns, (int) matrices, () -> {
            float[] means = file.matrix(sums.name(), Progress.NONE).values().clone();
            float[] count = file.matrix(counts.name(), Progress.NONE).values();
            for (int m = 0; m < matrices; m++) {
                float n = Math.round((double) count[m]);
                for (int c = m * columns; c < (m + 1) * columns; c++) {
                    means[c] = n > 0 ? means[c] / n : 1; // a matrix that was never used: all columns alike
                }
            }
            return means;
        });
    }

    private static String swap(String name, String end, String other) {
        return name.substring(0, name.length() - end.length()) + other;
    }

    private static ImportanceFile legacy(Path path, MappedFile file) {
        try {
            Cursor in = new Cursor(String.valueOf(path.getFileName()), file.bytes());
            int count = in.i32();
            if (count < 1 || count > MOST_ENTRIES || count > in.remaining() / 12) {
                throw in.fail(
                        4,
                        count + " entries in " + file.size()
                                + " bytes: neither a GGUF importance file nor an older one (imatrix.dat)");
            }
            Map<String, Entry> entries = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                in.at("entry " + (i + 1) + " of " + count);
                String name = in.text("the name", in.i32(), LONGEST_NAME);
                in.at("entry \"" + name + "\"");
                int calls = in.i32();
                int columns = in.i32();
                if (calls < 0 || columns < 1) {
                    throw in.fail(8, calls + " calls and " + columns + " values: the file is damaged");
                }
                long at = in.skip(4L * columns);
                if (name.isEmpty() || entries.put(name, legacyEntry(file, at, calls, columns)) != null) {
                    throw in.fail(0, name.isEmpty() ? "the name is empty" : "the name occurs twice");
                }
            }
            return new ImportanceFile(path, file, entries);
        } catch (CheckpointException e) {
            file.close();
            throw new CheckpointException(
                    path.getFileName() + " is no importance file of llama.cpp, neither GGUF nor imatrix.dat, or it is"
                            + " damaged: " + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Entry legacyEntry(MappedFile file, long at, int calls, int columns) {
        return new Entry(columns, 1, () -> {
            float[] means = new float[columns];
            for (int c = 0; c < columns; c++) {
                float sum = file.bytes().get(FLOAT, at + 4L * c);
                means[c] = calls > 0 ? sum / calls : sum;
            }
            return means;
        });
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** Whether it knows a weight. */
    public boolean has(String weight) {
        return entries.containsKey(weight);
    }

    /**
     * Says that what it knows of a weight fits rows of so many weights.
     *
     * @throws CheckpointException if not: it was made for another model, and using none of it would go unnoticed
     */
    void requireColumns(String weight, int cols, int matrices) {
        Entry entry = entries.get(weight);
        long values = (long) entry.columns() * entry.matrices();
        if (values != (long) cols * matrices || (entry.matrices() > 1 && entry.matrices() != matrices)) {
            throw new CheckpointException(String.format(
                    Locale.ROOT,
                    "%s: \"%s\" has importance for %,d columns%s, but %,d columns%s in the model: it was made for another"
                            + " model",
                    path.getFileName(),
                    weight,
                    entry.columns(),
                    entry.matrices() == 1 ? "" : " of each of " + entry.matrices() + " matrices",
                    cols,
                    matrices == 1 ? "" : " of each of " + matrices + " matrices"));
        }
    }

    /**
     * The importance of each matrix of a stack. The older form does not say how many there are: it has one after the
     * other.
     *
     * @param cols columns of a matrix
     * @param matrices of the stack; 1 for a matrix
     * @return as many; none if the file does not know the weight
     * @throws CheckpointException if it was made for another model, or a value is not a mean square
     */
    public List<Importance> of(String weight, int cols, int matrices) {
        if (!has(weight)) {
            return List.of();
        }
        requireColumns(weight, cols, matrices);
        List<Importance> all = experts(weight);
        if (all.size() == matrices) {
            return all;
        }
        float[] together = all.getFirst().columns();
        return IntStream.range(0, matrices)
                .mapToObj(m -> new Importance(weight, Arrays.copyOfRange(together, m * cols, (m + 1) * cols)))
                .toList();
    }

    /** The weights that it knows, in its order. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    /**
     * The importance of a matrix.
     *
     * @param weight its name
     * @return empty if the file does not know it
     * @throws CheckpointException if it was collected for several experts, or a value is not a mean square
     */
    public Optional<Importance> of(String weight) {
        List<Importance> all = experts(weight);
        if (all.size() > 1) {
            throw new CheckpointException(String.format(
                    Locale.ROOT,
                    "%s: \"%s\" holds the importance of %,d matrices, not of one",
                    path.getFileName(),
                    weight,
                    all.size()));
        }
        return all.stream().findFirst();
    }

    /** The importance of each expert of a weight; one for a matrix, none if the file does not know it. */
    public List<Importance> experts(String weight) {
        Entry entry = entries.get(weight);
        if (entry == null) {
            return List.of();
        }
        float[] means;
        try {
            means = entry.values().read();
        } catch (InternalError | IllegalStateException e) { // cut short or closed meanwhile
            throw new CheckpointException(path + " can not be read any more: " + e.getMessage(), e);
        }
        List<Importance> experts = new ArrayList<>();
        for (int m = 0; m < entry.matrices(); m++) {
            float[] columns = Arrays.copyOfRange(means, m * entry.columns(), (m + 1) * entry.columns());
            try {
                experts.add(new Importance(weight, columns));
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(path.getFileName() + ": " + e.getMessage(), e);
            }
        }
        return experts;
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (Exception e) { // neither of the two throws
            throw new IllegalStateException(e);
        }
    }
}
