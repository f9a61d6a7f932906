package dev.nibble.model;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.core.Progress;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One block of seeded matrices with outlier columns, under the names and in the shapes of SmolLM2-135M: what a notebook
 * shows where the real model can not be had. Generated when asked for, the same on every machine.
 */
final class SyntheticWeights implements Checkpoint {
    private static final long SEED = 42;

    private final List<TensorInfo> tensors = new ArrayList<>();

    SyntheticWeights() {
        add("token_embd.weight", 4096, 576);
        add("blk.0.attn_q.weight", 576, 576);
        add("blk.0.attn_k.weight", 192, 576);
        add("blk.0.attn_v.weight", 192, 576);
        add("blk.0.attn_output.weight", 576, 576);
        add("blk.0.ffn_gate.weight", 1536, 576);
        add("blk.0.ffn_up.weight", 1536, 576);
        add("blk.0.ffn_down.weight", 576, 1536);
    }

    private void add(String name, long out, long in) {
        tensors.add(new TensorInfo(name, DType.F32, new long[] {out, in}, 4 * out * in, 0));
    }

    @Override
    public Path path() {
        return Path.of("synthetic");
    }

    @Override
    public String kind() {
        return "seeded synthetic weights with outlier columns (no real model)";
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.copyOf(tensors);
    }

    @Override
    public Map<String, Object> metadata() {
        return Map.of("seed", SEED);
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }

    @Override
    public TensorInfo tensor(String name) {
        return tensors.get(index(name));
    }

    @Override
    public Matrix matrix(String name, Progress progress) {
        int index = index(name);
        long[] shape = tensors.get(index).shape();
        return Generators.withOutlierColumns((int) shape[0], (int) shape[1], SEED + index)
                .named("synthetic " + name); // so that tables and figures say it in their titles
    }

    private int index(String name) {
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new CheckpointException("the synthetic stand-in has no tensor \"" + name + "\": it has "
                + tensors.stream().map(TensorInfo::name).collect(Collectors.joining(", ")));
    }

    @Override
    public void close() {}
}
