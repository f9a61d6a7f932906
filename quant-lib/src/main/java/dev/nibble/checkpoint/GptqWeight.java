package dev.nibble.checkpoint;

import dev.nibble.format.packing.GptqPacking;
import dev.nibble.format.packing.GptqPacking.Version;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A weight of a GPTQ checkpoint. Which version its zeros are of is said by the file's metadata ({@code nibble.layout},
 * {@code checkpoint_format}) or by the {@code quantization_config} of config.json; where these say nothing, by the zeros
 * if they are symmetric, else it is version 1. Some files are of another version than their config says (vLLM, pull
 * request 38966): where it also says that they are symmetric, the zeros show it, and are believed.
 */
final class GptqWeight extends LaidOutWeight {
    private static final String FORMAT = "checkpoint_format";

    private final TensorInfo weight;
    private final TensorInfo zeros;
    private final TensorInfo scales;
    private final TensorInfo index;
    private final Version version;

    private GptqWeight(Checkpoint checkpoint, String name, Shape shape, Version version, List<TensorInfo> tensors) {
        super(checkpoint, name, shape, tensors);
        this.weight = tensors.get(0);
        this.zeros = tensors.get(1);
        this.scales = tensors.get(2);
        this.index = tensors.size() > 3 ? tensors.get(3) : null;
        this.version = version;
    }

    /**
     * @param index null if there is none
     * @throws CheckpointException if the shapes make no matrix
     */
    static GptqWeight of(
            Checkpoint checkpoint,
            String base,
            TensorInfo weight,
            TensorInfo zeros,
            TensorInfo scales,
            TensorInfo index) {
        String name = base + LayoutNames.WEIGHT;
        long out = scales.shape()[1];
        long bits = out == 0 ? 0 : zeros.shape()[1] * 32 / out;
        boolean known = bits == 2 || bits == 3 || bits == 4 || bits == 8;
        long in = known ? weight.shape()[0] * 32 / bits : 0;
        long groups = scales.shape()[0];
        boolean fits = known
                && zeros.shape()[1] * 32 == out * bits
                && weight.shape()[0] * 32 == in * bits
                && groups > 0
                && groups <= in
                && out <= Integer.MAX_VALUE
                && in <= Integer.MAX_VALUE
                && (index == null || (index.type() == DType.I32 && index.count() == in));
        if (!fits) {
            throw damaged(
                    checkpoint,
                    name,
                    weight + ", " + zeros + " and " + scales + " are not the parts of one GPTQ matrix");
        }
        List<TensorInfo> tensors = new ArrayList<>(List.of(weight, zeros, scales));
        if (index != null) {
            tensors.add(index);
        }
        Said said = version(checkpoint, zeros, (int) out, (int) groups, (int) bits);
        String words = (said.version() == Version.V1 ? "GPTQ" : "GPTQ v2")
                + (said.contradicted().isEmpty() ? "" : " (config.json says " + said.contradicted() + ")");
        var shape = new Shape(words, (int) out, (int) in, (int) bits, (int) groups);
        return new GptqWeight(checkpoint, name, shape, said.version(), tensors);
    }

    /**
     * Which version it is.
     *
     * @param contradicted what config.json says, if that is wrong
     */
    private record Said(Version version, String contradicted) {}

    private static Said version(Checkpoint checkpoint, TensorInfo zeros, int out, int groups, int bits) {
        for (String key : List.of(WeightLayouts.KEY, FORMAT)) {
            if (checkpoint.metadata().get(key) instanceof String word && word.startsWith("gptq")) {
                return new Said(named(word), "");
            }
        }
        Map<?, ?> config = checkpoint.config().map(c -> c.get(LoaderConfig.KEY)).orElse(null) instanceof Map<?, ?> map
                ? map
                : Map.of();
        String word = config.get(FORMAT) instanceof String text && text.startsWith("gptq") ? text : "";
        boolean symmetric = Boolean.TRUE.equals(config.get("sym"));
        if (!word.isEmpty() && !symmetric) {
            return new Said(named(word), "");
        }
        Version told = GptqPacking.versionOfSymmetric(words(checkpoint, zeros), out, groups, bits);
        if (word.isEmpty()) {
            return new Said(told == null ? Version.V1 : told, "");
        }
        return told == null || told == named(word) ? new Said(named(word), "") : new Said(told, word);
    }

    private static Version named(String word) {
        return word.equals("gptq_v2") ? Version.V2 : Version.V1;
    }

    private static int[] words(Checkpoint checkpoint, TensorInfo zeros) {
        byte[] bytes = checkpoint.stored(zeros.name(), 0, (int) Math.min(zeros.bytes(), Integer.MAX_VALUE - 8));
        int[] words = new int[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
        return words;
    }

    Version version() {
        return version;
    }

    @Override
    byte[] codes(int from, int count) {
        return GptqPacking.unpackWeights(columns(weight, from, count), count, shape.in(), shape.bits());
    }

    @Override
    byte[] zeros(int from, int count) {
        int[] words = columns(zeros, (long) from * shape.bits() / 32, count * shape.bits() / 32);
        return GptqPacking.unpackZeros(words, count, shape.groups(), shape.bits(), version);
    }

    @Override
    float[] scales(int from, int count) {
        return turnedScales(scales, from, count);
    }

    @Override
    int[] groupOfInput() {
        return index == null ? evenGroups() : namedGroups(index);
    }

    @Override
    int rowsTogether() {
        return 32;
    }

    @Override
    List<FileRun> codeRuns(int row, int column) {
        return FileRun.inWords(weight, row, shape.out(), (long) column * shape.bits(), shape.bits());
    }

    @Override
    List<FileRun> zeroRuns(int row, int group) {
        return FileRun.inWords(zeros, group * zeros.shape()[1], 1, (long) row * shape.bits(), shape.bits());
    }

    @Override
    String zeroName() {
        return version == Version.V1 ? "zero - 1" : "zero";
    }

    @Override
    Place scalePlace(int row, int group) {
        return new Place(scales, (long) group * shape.out() + row);
    }

    @Override
    Optional<TensorInfo> groupTensor() {
        return Optional.ofNullable(index);
    }
}
