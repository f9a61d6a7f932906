package dev.nibble.tests.bench;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;

/** A whole matrix through the public doors of a format. */
@State(Scope.Benchmark)
public class FormatBenchmark {
    @Param("int8")
    public String recipe;

    @Param("67108864")
    public long largest;

    @Param("300")
    public int warm;

    /** Whether a pass writes over the bytes of the one before, as ggml's functions write to room that is there. */
    @Param("true")
    public boolean over;

    private Format format;
    private Matrix weights;
    private Importance importance;
    private Quantized quantized;
    private long floatBytes;

    /** Weights, what they are in the format, and compiled code. */
    @Setup
    public void prepare(BenchmarkParams parameters) {
        format = Formats.parse(recipe);
        weights = Load.weights(recipe, largest);
        importance = Load.importance(recipe);
        floatBytes = 4L * weights.rows() * weights.cols();
        quantized = quantize(Trace.off());
        String method = parameters.getBenchmark();
        if (method.endsWith(".decode")) {
            WarmUp.run(warm, quantized::dequantize);
        } else {
            boolean traced = method.endsWith("Traced");
            WarmUp.run(warm, () -> quantized = quantize(traced ? Trace.record() : Trace.off()));
        }
    }

    @Benchmark
    public Quantized encode(CpuTime time) {
        time.begin();
        Quantized made = quantize(Trace.off());
        time.end(floatBytes);
        return made;
    }

    @Benchmark
    public Quantized encodeTraced(CpuTime time) {
        time.begin();
        Quantized made = quantize(Trace.record());
        time.end(floatBytes);
        return made;
    }

    @Benchmark
    public Matrix decode(CpuTime time) {
        time.begin();
        Matrix made = quantized.dequantize();
        time.end(floatBytes);
        return made;
    }

    private Quantized quantize(Trace trace) {
        return format.quantize(weights, importance, Progress.NONE, trace, over ? quantized : null);
    }
}
