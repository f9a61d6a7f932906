package dev.nibble.tests.bench;

import dev.nibble.format.Importance;
import dev.nibble.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The same matrix through ggml's C functions, from native memory to native memory that is there already. */
@State(Scope.Benchmark)
public class GgmlBenchmark {
    @Param("q4_0")
    public String recipe;

    @Param("67108864")
    public long largest;

    @Param("PORTABLE")
    public Ggml.Build build;

    private Ggml ggml;
    private MemorySegment weights;
    private MemorySegment blocks;
    private MemorySegment values;
    private MemorySegment importance;
    private long rows;
    private long floatBytes;

    /** Weights and room for what becomes of them, off the heap. */
    @Setup
    public void prepare() throws Throwable {
        Matrix w = Load.weights(recipe, largest);
        rows = w.rows();
        floatBytes = 4L * w.rows() * w.cols();
        ggml = new Ggml(build, recipe, w.cols());
        Arena arena = Arena.global();
        weights = arena.allocate(floatBytes, 64);
        MemorySegment.copy(MemorySegment.ofArray(w.values()), 0, weights, 0, floatBytes);
        blocks = arena.allocate(ggml.bytes(rows), 64);
        values = arena.allocate(floatBytes, 64);
        Importance given = Load.importance(recipe);
        importance = given == null ? MemorySegment.NULL : arena.allocateFrom(ValueLayout.JAVA_FLOAT, given.columns());
        ggml.encode(weights, blocks, rows, importance);
    }

    @Benchmark
    public MemorySegment encode(CpuTime time) throws Throwable {
        time.begin();
        ggml.encode(weights, blocks, rows, importance);
        time.end(floatBytes);
        return blocks;
    }

    @Benchmark
    public MemorySegment decode(CpuTime time) throws Throwable {
        time.begin();
        ggml.decode(blocks, values, floatBytes / 4);
        time.end(floatBytes);
        return values;
    }
}
