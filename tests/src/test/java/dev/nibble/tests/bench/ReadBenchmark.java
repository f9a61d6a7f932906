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

    /** Four sums, because the latency of one addition is longer than the wait for a cache line. */
    private float sum() {
        int width = FLOATS.length();
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i <= array.length - 4 * width; i += 4 * width) {
            a = a.add(FloatVector.fromArray(FLOATS, array, i));
            b = b.add(FloatVector.fromArray(FLOATS, array, i + width));
            c = c.add(FloatVector.fromArray(FLOATS, array, i + 2 * width));
            d = d.add(FloatVector.fromArray(FLOATS, array, i + 3 * width));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}
