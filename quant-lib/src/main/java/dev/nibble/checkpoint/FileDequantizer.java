package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a model file again as safetensors with every weight in float32, whatever it was stored in; tensors that hold
 * no real numbers (indices, counts) are copied. All is streamed, and the new file is there when it is complete or not
 * at all.
 */
public final class FileDequantizer {
    /** Longest text of a GGUF file's keys that goes along, in characters. */
    private static final int LONGEST_TEXT = 1 << 16;

    private FileDequantizer() {}

    /**
     * What became of one weight.
     *
     * @param shape outermost first
     * @param from how it was stored
     * @param to "F32", or the type that was copied
     * @param bytes stored now
     */
    public record Line(String name, long[] shape, String from, String to, long bytes) {}

    /**
     * Does the work.
     *
     * @param out ends in .safetensors
     * @param replace whether a file that is there already may be replaced
     * @return what became of each weight, in the order of the file that was read
     * @throws CheckpointException if a file can not be read or written, or a tensor's type can not be decoded
     * @throws dev.nibble.core.Cancelled if a stop was asked for; then nothing is left behind
     */
    public static List<Line> run(Checkpoint in, Path out, boolean replace, Progress progress) {
        if (!String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
            throw new IllegalArgumentException(out + ": the name of the new file must end in .safetensors");
        }
        CheckpointWriter.check(out, replace, in.files());
        List<Weight> weights = Weights.of(in).all();
        List<NewTensor> tensors = new ArrayList<>();
        for (Weight weight : weights) {
            tensors.addAll(tensors(in, weight));
        }
        long total = weights.stream().mapToLong(Weight::count).sum();
        List<Line> lines = new ArrayList<>();
        var head = SafetensorsWriter.head(metadata(in), tensors);
        try (CheckpointWriter writer = CheckpointWriter.create(out, head, replace, in.files());
                Progress.Task task = progress.task("dequantize " + in.path().getFileName(), total, "weights")) {
            for (Weight weight : weights) {
                lines.add(write(in, weight, writer, progress));
                task.step(weight.count());
            }
            writer.finish();
        }
        return lines;
    }

    private static List<NewTensor> tensors(Checkpoint in, Weight weight) {
        if (!isCopied(weight)) {
            return List.of(new NewTensor(weight.name(), DType.F32, weight.shape()));
        }
        TensorInfo tensor = weight.tensors().getFirst();
        if (!SafetensorsWriter.has(tensor.type())) {
            throw new CheckpointException(in.path().getFileName() + ": tensor \"" + tensor.name() + "\" is stored as "
                    + tensor.type() + ", which can not be read as numbers; these can: " + Decoders.known());
        }
        return List.of(new NewTensor(tensor.name(), tensor.type(), tensor.shape()));
    }

    /** A tensor that is no weight: whole numbers, or a type without a decoder. */
    private static boolean isCopied(Weight weight) {
        return weight instanceof PlainWeight
                && !Decoders.isReal(weight.tensors().getFirst().type());
    }

    private static Line write(Checkpoint in, Weight weight, CheckpointWriter writer, Progress progress) {
        TensorSink sink = writer.tensor(weight.name());
        if (isCopied(weight)) {
            TensorCopy.copy(in, weight.tensors().getFirst(), sink, progress);
        } else {
            TensorCopy.decode(weight, sink, progress);
        }
        return new Line(
                weight.name(),
                weight.shape(),
                weight.stored(),
                sink.tensor().type().name(),
                sink.tensor().bytes());
    }

    /** What the file says about itself, as far as it is texts and single numbers. */
    private static Map<String, String> metadata(Checkpoint in) {
        Map<String, String> metadata = new LinkedHashMap<>();
        in.metadata().forEach((key, value) -> {
            String text = value instanceof List ? null : String.valueOf(value);
            if (text != null && text.length() <= LONGEST_TEXT && !key.equals(PartsManifest.KEY)) {
                metadata.put(key, text);
            }
        });
        metadata.remove("nibble.recipe"); // the weights are not in that form any more
        return metadata;
    }
}
