package dev.nibble.tests.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What one thread can read of memory: the sum of a long array, which does nothing but wait for it. */
@State(Scope.Benchmark)
public class ReadBenchmark {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    private static final int ROW = 4096;

    @Param("268435456")
    public int size;

    @Param("300")
    public int warm;

    private float[] array;
    private float sum;

    /** An array whose pages are all there. */
    @Setup
    public void prepare() {
        array = new float[size / 4];
        for (int i = 0; i < array.length; i++) {
            array[i] = i & 7;
        }
        WarmUp.run(warm, () -> sum = sum());
    }

    @Benchmark
    public float read(CpuTime time) {
        time.begin();
        sum = sum();
        time.end(size);
        return sum;
    }

    /** Row by row in a method of its own, which is compiled best and waits least. */
    private float sum() {
        float all = 0;
        for (int i = 0; i < array.length; i += ROW) {
            all += sum(array, i);
        }
        return all;
    }

    private static float sum(float[] x, int from) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = from; i < from + ROW; i += FLOATS.length()) {
            sum = sum.add(FloatVector.fromArray(FLOATS, x, i));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
