package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.format.codebook.BitsandbytesTensors;
import dev.nibble.format.codebook.BitsandbytesTensors.Description;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A weight of a bitsandbytes checkpoint. Its format and shape are in small tensors, which are read at once; codes and
 * scales are read piece by piece.
 */
final class BitsandbytesWeight implements Weight {
    /** Bytes of the largest tensor that only describes: a table of 256 numbers is 1 KB, the state less. */
    private static final int LARGEST_SMALL = 1 << 16;

    private final Checkpoint checkpoint;
    private final String name;
    private final List<TensorInfo> tensors;
    private final Description is;

    private BitsandbytesWeight(Checkpoint checkpoint, String name, List<TensorInfo> tensors, Description is) {
        this.checkpoint = checkpoint;
        this.name = name;
        this.tensors = tensors;
        this.is = is;
    }

    /** @throws CheckpointException if its tensors do not fit each other */
    static BitsandbytesWeight of(Checkpoint checkpoint, String name, Map<String, TensorInfo> all) {
        Map<String, ByteBuffer> small = new HashMap<>();
        List<TensorInfo> tensors = new ArrayList<>();
        for (TensorInfo t : all.values()) {
            boolean itself = t.name().equals(name);
            String suffix =
                    itself || !t.name().startsWith(name + ".") ? "" : t.name().substring(name.length() + 1);
            boolean part = suffix.equals("absmax") || suffix.equals("nested_absmax");
            boolean describes = BitsandbytesTensors.describes(suffix);
            if (itself || part || describes) {
                tensors.add(t);
            }
            if (describes && t.bytes() <= LARGEST_SMALL) {
                byte[] content = checkpoint.stored(t.name(), 0, (int) t.bytes());
                small.put(suffix, ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
            } else if (describes) {
                throw LaidOutWeight.damaged(checkpoint, name, t + " is larger than any that bitsandbytes writes");
            }
        }
        try {
            Description is = BitsandbytesTensors.describe(name, small);
            requireParts(checkpoint, name, all, is);
            return new BitsandbytesWeight(checkpoint, name, List.copyOf(tensors), is);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(checkpoint.path().getFileName() + ": " + e.getMessage(), e);
        }
    }

    private static void requireParts(Checkpoint checkpoint, String name, Map<String, TensorInfo> all, Description is) {
        List<PartLayout> layout = is.format().layout(is.rows(), is.cols());
        for (int i = 0; i < layout.size(); i++) {
            if (is.constants().containsKey(i)) {
                continue;
            }
            String tensor = tensorName(name, i);
            TensorInfo stored = all.get(tensor);
            if (stored == null) {
                throw LaidOutWeight.damaged(checkpoint, name, "the tensor \"" + tensor + "\" is missing");
            }
            if (stored.bytes() != layout.get(i).bytes()) {
                throw LaidOutWeight.damaged(
                        checkpoint,
                        name,
                        String.format(
                                Locale.ROOT,
                                "the tensor \"%s\" has %,d bytes, but its shape and block size need %,d",
                                tensor,
                                stored.bytes(),
                                layout.get(i).bytes()));
            }
        }
    }

    private static String tensorName(String name, int part) {
        String suffix = BitsandbytesTensors.suffixOfPart(part);
        return suffix.isEmpty() ? name : name + "." + suffix;
    }

    @Override
    public boolean rowsAreOutputs() {
        return true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long[] shape() {
        return new long[] {is.rows(), is.cols()};
    }

    @Override
    public String stored() {
        return "bitsandbytes " + is.format().recipe();
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public Optional<Format> format() {
        return Optional.of(is.format());
    }

    @Override
    public Optional<Quantized> quantized(long from, int count) {
        List<PartLayout> here = is.format().layout(count, is.cols());
        List<StoredPart> parts = new ArrayList<>();
        for (int i = 0; i < here.size(); i++) {
            StoredPart constant = is.constants().get(i);
            if (constant == null) {
                long at = from == 0
                        ? 0
                        : is.format().layout(from, is.cols()).get(i).bytes();
                byte[] bytes = checkpoint.stored(
                        tensorName(name, i), at, Math.toIntExact(here.get(i).bytes()));
                constant = new StoredPart(here.get(i).name(), here.get(i).encoding(), bytes);
            }
            parts.add(constant);
        }
        try {
            return Optional.of(is.format().stored(name, count, is.cols(), parts));
        } catch (IllegalArgumentException e) {
            throw LaidOutWeight.damaged(checkpoint, name, e.getMessage());
        }
    }

    @Override
    public Optional<StoredBlock> block(long index) {
        return BlockReader.ofParts(checkpoint, this, index, new BlockReader.Places() {
            @Override
            public Optional<TensorInfo> tensor(int part) {
                return is.constants().containsKey(part)
                        ? Optional.empty()
                        : Optional.of(checkpoint.tensor(tensorName(name, part)));
            }

            @Override
            public String text(int part) {
                return "nested_offset in the text of " + BitsandbytesTensors.STATE + "…";
            }
        });
    }

    @Override
    public Matrix rows(long from, int count, Progress progress) {
        return Pieces.rows(this, from, count);
    }
}
