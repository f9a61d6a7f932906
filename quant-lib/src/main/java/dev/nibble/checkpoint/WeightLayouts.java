package dev.nibble.checkpoint;

import dev.nibble.format.codebook.BitsandbytesTensors;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the weights of a safetensors file that lie as other software lays them, by the names and shapes of tensors. */
final class WeightLayouts {
    /** The key in the metadata of files that we wrote. */
    static final String KEY = "nibble.layout";

    private static final String QWEIGHT = ".qweight";
    private static final String PACKED = ".weight_packed";

    private WeightLayouts() {}

    /**
     * All weights that are there in a known layout; a tensor that only looks like a part of one stays a tensor.
     *
     * @throws CheckpointException if parts do not fit each other
     */
    static List<Weight> find(Checkpoint checkpoint) {
        List<Weight> found = new ArrayList<>();
        if (!checkpoint.kind().equals(Safetensors.KIND)) {
            return found;
        }
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        checkpoint.tensors().forEach(t -> tensors.put(t.name(), t));
        for (TensorInfo tensor : tensors.values()) {
            String name = tensor.name();
            boolean words = tensor.type() == DType.I32 && tensor.shape().length == 2;
            if (words && name.endsWith(QWEIGHT)) {
                String base = name.substring(0, name.length() - QWEIGHT.length() + 1);
                gptqOrAwq(checkpoint, tensors, base).ifPresent(found::add);
            } else if (words && name.endsWith(PACKED)) {
                String base = name.substring(0, name.length() - "_packed".length());
                compressed(checkpoint, tensors, base).ifPresent(found::add);
            } else if (tensor.type() == DType.U8 && name.endsWith(PACKED)) {
                String base = name.substring(0, name.length() - "_packed".length());
                nvfp4(checkpoint, tensors, base).ifPresent(found::add);
            }
            if (name.equals(HqqState.CODES) || name.endsWith("." + HqqState.CODES)) {
                String base = name.substring(0, name.length() - HqqState.CODES.length());
                if (Stream.of("scale", "zero", "shape", "packing").allMatch(key -> tensors.containsKey(base + key))) {
                    found.add(HqqWeight.of(checkpoint, base, tensors));
                }
            }
            BitsandbytesTensors.weightOfState(name)
                    .filter(tensors::containsKey)
                    .ifPresent(weight -> found.add(BitsandbytesWeight.of(checkpoint, weight, tensors)));
        }
        return found;
    }

    private static Optional<Weight> gptqOrAwq(Checkpoint checkpoint, Map<String, TensorInfo> tensors, String base) {
        TensorInfo weight = tensors.get(base + "qweight");
        TensorInfo zeros = tensors.get(base + "qzeros");
        TensorInfo scales = tensors.get(base + "scales");
        boolean complete = zeros != null
                && scales != null
                && zeros.type() == DType.I32
                && zeros.shape().length == 2
                && scales.shape().length == 2
                && Decoders.isReal(scales.type())
                && scales.shape()[0] == zeros.shape()[0];
        if (!complete) {
            return Optional.empty();
        }
        long outputs = scales.shape()[1];
        return Optional.of(
                weight.shape()[1] == outputs
                        ? GptqWeight.of(checkpoint, base, weight, zeros, scales, tensors.get(base + "g_idx"))
                        : AwqWeight.of(checkpoint, base, weight, zeros, scales));
    }

    private static Optional<Weight> nvfp4(Checkpoint checkpoint, Map<String, TensorInfo> tensors, String name) {
        long[] shape = tensors.get(name + "_packed").shape();
        boolean complete = shape.length == 2
                && shape[1] <= Integer.MAX_VALUE / 2
                && NvFp4Layout.SUFFIXES.stream().allMatch(suffix -> tensors.containsKey(name + suffix));
        if (!complete) {
            return Optional.empty();
        }
        var entry = new PartsManifest.Entry(NvFp4Layout.RECIPE, new long[] {shape[0], 2 * shape[1]});
        return Optional.of(PartsWeight.of(checkpoint, name, entry, NvFp4Layout.SUFFIXES));
    }

    private static Optional<Weight> compressed(Checkpoint checkpoint, Map<String, TensorInfo> tensors, String name) {
        TensorInfo scale = tensors.get(name + "_scale");
        TensorInfo shape = tensors.get(name + "_shape");
        if (scale == null || shape == null || scale.shape().length != 2 || !Decoders.isReal(scale.type())) {
            return Optional.empty();
        }
        return Optional.of(CompressedTensorsWeight.of(
                checkpoint,
                name,
                tensors.get(name + "_packed"),
                scale,
                shape,
                tensors.get(name + "_zero_point"),
                tensors.get(name + "_g_idx")));
    }
}
