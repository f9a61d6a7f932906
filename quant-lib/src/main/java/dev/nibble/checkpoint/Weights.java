package dev.nibble.checkpoint;

import dev.nibble.core.Recipe;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights of a model file as a model has them: what a quantized file spreads over several tensors is one weight
 * here. Opening reads no weights.
 */
public final class Weights {
    private final Checkpoint checkpoint;
    private final Map<String, Weight> byName;

    private Weights(Checkpoint checkpoint, Map<String, Weight> byName) {
        this.checkpoint = checkpoint;
        this.byName = Collections.unmodifiableMap(byName);
    }

    /**
     * The weights of a file, in its order.
     *
     * @throws CheckpointException if it says that it holds quantized weights, and they are not there
     */
    public static Weights of(Checkpoint checkpoint) {
        List<Weight> quantized = new ArrayList<>();
        if (checkpoint.metadata().get(PartsManifest.KEY) instanceof String manifest
                && checkpoint.kind().equals(Safetensors.KIND)) {
            PartsManifest.read(String.valueOf(checkpoint.path().getFileName()), manifest)
                    .forEach((name, entry) -> quantized.add(PartsWeight.of(checkpoint, name, entry)));
        }
        quantized.addAll(WeightLayouts.find(checkpoint));
        Map<String, Weight> owners = new HashMap<>();
        for (Weight weight : quantized) {
            weight.tensors().forEach(tensor -> owners.put(tensor.name(), weight));
        }
        Map<String, Weight> byName = new LinkedHashMap<>();
        for (TensorInfo tensor : checkpoint.tensors()) {
            Weight weight = owners.getOrDefault(tensor.name(), new PlainWeight(checkpoint, tensor));
            Weight other = byName.put(weight.name(), weight);
            if (other != null && !other.equals(weight)) {
                throw new CheckpointException(checkpoint.path().getFileName() + ": \"" + weight.name()
                        + "\" is there twice: as a tensor, and in parts");
            }
        }
        return new Weights(checkpoint, byName);
    }

    /** The file. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** All of them, in the order of the file. */
    public List<Weight> all() {
        return List.copyOf(byName.values());
    }

    /** The weight of that name; empty if there is none. */
    public Optional<Weight> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The weight of that name; {@link CheckpointException} with the nearest name if there is none. */
    public Weight get(String name) {
        Weight weight = byName.get(name);
        if (weight == null) {
            String nearest = Recipe.nearest(name, byName.keySet());
            throw new CheckpointException(checkpoint.path().getFileName() + ": there is no weight \"" + name
                    + "\" among its " + byName.size()
                    + (nearest.isEmpty() ? "" : "; did you mean \"" + nearest + "\"?"));
        }
        return weight;
    }
}
