package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A weight whose stored parts are tensors of their own: {@code NAME.codes}, {@code NAME.scales}. Read piece by piece,
 * each piece decoded by the format that wrote it.
 */
final class PartsWeight implements Weight {
    private final Checkpoint checkpoint;
    private final String name;
    private final Format format;
    private final long[] shape;
    private final int cols;
    private final List<TensorInfo> tensors;
    private final boolean ownNames;

    private PartsWeight(
            Checkpoint checkpoint,
            String name,
            Format format,
            long[] shape,
            List<TensorInfo> tensors,
            boolean ownNames) {
        this.ownNames = ownNames;
        this.checkpoint = checkpoint;
        this.name = name;
        this.format = format;
        this.shape = shape.clone();
        this.cols = (int) shape[shape.length - 1];
        this.tensors = List.copyOf(tensors);
    }

    /**
     * A weight as {@link PartsManifest} names it.
     *
     * @throws CheckpointException if its recipe is unknown, or its tensors are not there or of another size
     */
    static PartsWeight of(Checkpoint checkpoint, String name, PartsManifest.Entry entry) {
        return of(checkpoint, name, entry, List.of());
    }

    /**
     * The same whose parts have other names.
     *
     * @param suffixes what follows the name of the weight, part by part; none for our own names
     */
    static PartsWeight of(Checkpoint checkpoint, String name, PartsManifest.Entry entry, List<String> suffixes) {
        long[] shape = entry.shape();
        if (shape.length < 2 || shape.length > 3 || shape[shape.length - 1] > Integer.MAX_VALUE) {
            throw damaged(
                    checkpoint,
                    name,
                    "its shape is " + Arrays.toString(shape) + ", neither [out, in] nor [matrices, out, in]");
        }
        int cols = (int) shape[shape.length - 1];
        Format format;
        List<PartLayout> layout;
        try {
            Math.multiplyExact(rows(shape), cols);
            format = Formats.parse(entry.recipe());
            layout = format.layout(rows(shape), cols);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw damaged(checkpoint, name, e.getMessage());
        }
        List<TensorInfo> tensors = new ArrayList<>();
        for (int i = 0; i < layout.size(); i++) {
            PartLayout part = layout.get(i);
            TensorInfo tensor = checkpoint.tensor(suffixes.isEmpty() ? tensorName(name, part) : name + suffixes.get(i));
            if (tensor.bytes() != part.bytes()) {
                throw damaged(
                        checkpoint,
                        name,
                        String.format(
                                Locale.ROOT,
                                "\"%s\" has %,d bytes; %s of this shape has %,d",
                                tensor.name(),
                                tensor.bytes(),
                                entry.recipe(),
                                part.bytes()));
            }
            tensors.add(tensor);
        }
        return new PartsWeight(checkpoint, name, format, shape, tensors, suffixes.isEmpty());
    }

    private static long rows(long... shape) {
        return shape.length == 2 ? shape[0] : Math.multiplyExact(shape[0], shape[1]);
    }

    /** Whether its tensors have our own names, and the file's metadata tell of it. */
    boolean isInManifest() {
        return ownNames;
    }

    /** The tensor that holds a part. */
    static String tensorName(String weight, PartLayout part) {
        return weight + "." + part.name();
    }

    private static CheckpointException damaged(Checkpoint checkpoint, String name, String problem) {
        return new CheckpointException(
                checkpoint.path().getFileName() + ": the quantized weight \"" + name + "\": " + problem);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public String stored() {
        return format.recipe() + " in " + tensors.size() + (tensors.size() == 1 ? " tensor" : " tensors");
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public Optional<Format> format() {
        return Optional.of(format);
    }

    @Override
    public Optional<StoredBlock> block(long index) {
        return BlockReader.ofParts(checkpoint, this, index, part -> Optional.of(tensors.get(part)));
    }

    @Override
    public Matrix rows(long from, int count, Progress progress) {
        return Pieces.rows(this, from, count);
    }

    @Override
    public Optional<Quantized> quantized(long from, int count) {
        return Optional.of(piece(from, count));
    }

    private Quantized piece(long first, int count) {
        List<PartLayout> before = first == 0 ? List.of() : format.layout(first, cols);
        List<PartLayout> here = format.layout(count, cols);
        List<StoredPart> parts = new ArrayList<>();
        for (int i = 0; i < here.size(); i++) {
            long at = here.get(i).whole() || first == 0 ? 0 : before.get(i).bytes();
            byte[] bytes = checkpoint.stored(
                    tensors.get(i).name(), at, Math.toIntExact(here.get(i).bytes()));
            parts.add(new StoredPart(here.get(i).name(), here.get(i).encoding(), bytes));
        }
        try {
            return format.stored(name, count, cols, parts);
        } catch (IllegalArgumentException e) {
            throw damaged(checkpoint, name, e.getMessage());
        }
    }
}
