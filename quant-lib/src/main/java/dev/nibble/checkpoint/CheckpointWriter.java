package dev.nibble.checkpoint;

import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A model file that is being written, tensor by tensor or all at once, in any order and piece by piece, with no more
 * memory than a piece takes. It appears under its name when it is complete, and not at all otherwise.
 *
 * <pre>
 *   var head = SafetensorsWriter.head(metadata, tensors);
 *   try (var out = CheckpointWriter.create(file, head, false, List.of(input))) {
 *       out.tensor("w").append(bytes);
 *       out.finish();
 *   }
 * </pre>
 */
public final class CheckpointWriter implements AutoCloseable {
    private final OutputFile file;
    private final Map<String, TensorSink> sinks = new LinkedHashMap<>();

    /**
     * The beginning of a file, and where its tensors go.
     *
     * @param bytes up to the first tensor
     * @param tensors in the order of their places, with their offsets in the file
     * @param size of the whole file
     */
    public record Head(byte[] bytes, List<TensorInfo> tensors, long size) {
        public Head {
            tensors = List.copyOf(tensors);
        }
    }

    private CheckpointWriter(OutputFile file, Head head) {
        this.file = file;
        head.tensors().forEach(tensor -> sinks.put(tensor.name(), new TensorSink(file, tensor)));
    }

    /**
     * Begins a file.
     *
     * @param head made by {@link GgufWriter} or {@link SafetensorsWriter}
     * @param replace whether a file of that name may be replaced
     * @param inputs files that must not be overwritten in any case
     * @throws CheckpointException if it can not be written: no such folder, no permission, no room, it exists already
     */
    public static CheckpointWriter create(Path path, Head head, boolean replace, Collection<Path> inputs) {
        OutputFile file = OutputFile.create(path, replace, inputs, head.size());
        try {
            file.write(ByteBuffer.wrap(head.bytes()), 0);
            return new CheckpointWriter(file, head);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Says what would go wrong for a reason that is known before the work.
     *
     * @throws CheckpointException as {@link #create}
     */
    public static void check(Path path, boolean replace, Collection<Path> inputs) {
        OutputFile.check(path, replace, inputs);
    }

    /**
     * Where the bytes of a tensor go.
     *
     * @throws IllegalArgumentException if the file has no such tensor
     */
    public TensorSink tensor(String name) {
        TensorSink sink = sinks.get(name);
        if (sink == null) {
            throw new IllegalArgumentException("the file has no tensor \"" + name + "\"");
        }
        return sink;
    }

    /**
     * Completes the file: from now on it is there.
     *
     * @throws IllegalStateException if bytes of a tensor are missing
     * @throws CheckpointException if the disk fails
     */
    public void finish() {
        for (TensorSink sink : sinks.values()) {
            if (sink.missing() > 0) {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "%,d bytes of tensor \"%s\" are missing",
                        sink.missing(),
                        sink.tensor().name()));
            }
        }
        file.finish();
    }

    /** Takes away what is not finished. */
    @Override
    public void close() {
        file.close();
    }
}
