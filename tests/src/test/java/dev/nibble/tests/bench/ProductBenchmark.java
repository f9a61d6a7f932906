package dev.nibble.tests.bench;

import dev.nibble.compute.Gemm;
import dev.nibble.compute.Panels;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Activations times weights that are packed already, by ours and by OpenBLAS, which packs them in each call. */
@State(Scope.Benchmark)
public class ProductBenchmark {
    /** Rows of activations, outputs, inputs. */
    @Param("512x576x576")
    public String shape;

    @Param("300")
    public int warm;

    private int rows;
    private int outputs;
    private int inputs;
    private Matrix x;
    private Matrix w;
    private Panels panels;
    private float[] y;
    private OpenBlas blas;
    private MemorySegment nativeX;
    private MemorySegment nativeW;
    private MemorySegment nativeY;
    private final Gemm gemm = Gemm.alone();
    private final CancelToken never = Progress.NONE.cancelToken();

    /** The shapes that {@code "rows x outputs x inputs"} names. */
    static long operations(String shape) {
        long all = 2;
        for (String size : shape.split("x", -1)) {
            all *= Integer.parseInt(size);
        }
        return all;
    }

    /** Random numbers, both sides on the heap. */
    @Setup
    public void prepare() throws Throwable {
        String[] sizes = shape.split("x", -1);
        rows = Integer.parseInt(sizes[0]);
        outputs = Integer.parseInt(sizes[1]);
        inputs = Integer.parseInt(sizes[2]);
        x = Generators.gaussian(rows, inputs, 1);
        w = Generators.gaussian(outputs, inputs, 2);
        panels = Panels.of(w, Progress.NONE);
        y = new float[rows * outputs];
        nativeX = MemorySegment.ofArray(x.values());
        nativeW = MemorySegment.ofArray(w.values());
        nativeY = MemorySegment.ofArray(y);
        String library = System.getProperty("nibble.openblas", "");
        if (!library.isBlank()) {
            blas = new OpenBlas(Path.of(library));
        }
        WarmUp.run(warm, this::product);
    }

    private void product() {
        gemm.multiply(x.values(), 0, inputs, rows, panels, y, 0, outputs, never);
    }

    @Benchmark
    public float[] ours(CpuTime time) {
        time.begin();
        product();
        time.end(operations(shape));
        return y;
    }

    @Benchmark
    public float[] openblas(CpuTime time) throws Throwable {
        time.begin();
        blas.multiply(nativeX, nativeW, nativeY, rows, outputs, inputs);
        time.end(operations(shape));
        return y;
    }
}
