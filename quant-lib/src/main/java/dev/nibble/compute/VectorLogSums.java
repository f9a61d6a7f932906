package dev.nibble.compute;

import static dev.nibble.compute.ScalarLogSums.LANES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link LogSums} in vectors of doubles: a vector holds some of the 16 lanes, and the row is gone through once for each
 * such part, with one accumulator, so that nothing spills at any width.
 */
final class VectorLogSums implements LogSums {
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> F =
            VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));
    private static final int WIDTH = D.length();

    private static DoubleVector exp(DoubleVector x) {
        DoubleVector magic = x.mul(ScalarLogSums.LOG2_E).add(ScalarLogSums.MAGIC);
        DoubleVector n = magic.sub(ScalarLogSums.MAGIC);
        DoubleVector r = x.sub(n.mul(ScalarLogSums.LN2_HIGH)).sub(n.mul(ScalarLogSums.LN2_LOW));
        DoubleVector p = r.mul(ScalarLogSums.C13).add(ScalarLogSums.C12);
        p = p.mul(r).add(ScalarLogSums.C11);
        p = p.mul(r).add(ScalarLogSums.C10);
        p = p.mul(r).add(ScalarLogSums.C9);
        p = p.mul(r).add(ScalarLogSums.C8);
        p = p.mul(r).add(ScalarLogSums.C7);
        p = p.mul(r).add(ScalarLogSums.C6);
        p = p.mul(r).add(ScalarLogSums.C5);
        p = p.mul(r).add(ScalarLogSums.C4);
        p = p.mul(r).add(ScalarLogSums.C3);
        p = p.mul(r).add(0.5);
        p = p.mul(r).mul(r).add(r);
        DoubleVector scale = magic.reinterpretAsLongs()
                .add(1023 - Double.doubleToRawLongBits(ScalarLogSums.MAGIC))
                .lanewise(VectorOperators.LSHL, 52)
                .reinterpretAsDoubles();
        VectorMask<Double> low = x.compare(VectorOperators.LT, LOWEST);
        return p.add(1).mul(scale).blend(0, low);
    }

    private static DoubleVector load(float[] x, int at) {
        return (DoubleVector) FloatVector.fromArray(F, x, at).convertShape(VectorOperators.F2D, D, 0);
    }

    @Override
    public void exponentials(float[] x, int from, int n, float max, double[] sums) {
        double[] plain = new double[LANES];
        double[] weighted = new double[LANES];
        int whole = n - n % LANES;
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            part(x, from + lane, from + whole, max, plain, weighted, lane);
        }
        ScalarLogSums.exponentials(x, from, whole, n, max, plain, weighted);
        sums[0] = ScalarLogSums.tree(plain);
        sums[1] = ScalarLogSums.tree(weighted);
    }

    private static void part(float[] x, int from, int to, float max, double[] plain, double[] weighted, int lane) {
        DoubleVector sum = DoubleVector.zero(D);
        DoubleVector other = DoubleVector.zero(D);
        for (int i = from; i < to; i += LANES) {
            DoubleVector t = load(x, i).sub(max);
            DoubleVector e = exp(t);
            sum = sum.add(e);
            other = other.add(e.mul(t).blend(0, e.compare(VectorOperators.EQ, 0)));
        }
        sum.intoArray(plain, lane);
        other.intoArray(weighted, lane);
    }

    @Override
    public double weightedDifference(float[] p, int pFrom, double pLogSum, float[] q, int qFrom, int n) {
        double[] sums = new double[LANES];
        int whole = n - n % LANES;
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            part(p, pFrom + lane, pFrom + whole, pLogSum, q, qFrom - pFrom, sums, lane);
        }
        ScalarLogSums.weightedDifference(p, pFrom, pLogSum, q, qFrom, whole, n, sums);
        return ScalarLogSums.tree(sums);
    }

    private static void part(
            float[] p, int from, int to, double pLogSum, float[] q, int shift, double[] sums, int lane) {
        DoubleVector sum = DoubleVector.zero(D);
        for (int i = from; i < to; i += LANES) {
            DoubleVector logit = load(p, i);
            DoubleVector e = exp(logit.sub(pLogSum));
            DoubleVector term = e.mul(logit.sub(load(q, i + shift)));
            sum = sum.add(term.blend(0, e.compare(VectorOperators.EQ, 0)));
        }
        sum.intoArray(sums, lane);
    }
}
