package dev.nibble.format.gguf;

import static dev.nibble.format.gguf.RunsVector.EMPTY;
import static dev.nibble.format.gguf.RunsVector.EXPONENT;
import static dev.nibble.format.gguf.RunsVector.F;
import static dev.nibble.format.gguf.RunsVector.LANES;
import static dev.nibble.format.gguf.RunsVector.LOW_BITS;
import static dev.nibble.format.gguf.RunsVector.MAGIC;
import static dev.nibble.format.gguf.RunsVector.MAX;
import static dev.nibble.format.gguf.RunsVector.SUM_L2;
import static dev.nibble.format.gguf.RunsVector.SUM_LX;
import static dev.nibble.format.gguf.RunsVector.ZERO;
import static dev.nibble.format.gguf.RunsVector.largest;
import static dev.nibble.format.gguf.RunsVector.squares;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link ScaleSearch#descent} on the vector unit, bit for bit. */
final class DescentVector {
    private DescentVector() {}

    /**
     * Two groups of lanes at a time: each step of a group waits for the one before it, through a division, and the other
     * group's steps fill the gaps.
     */
    static void search(RunsVector a, RunsVector b, int n, int nmax, int count, float[] x, int from, float[] scales) {
        for (int k = 0; k < count; k += 2 * LANES) {
            int first = Math.min(LANES, count - k);
            int second = Math.min(LANES, count - k - first);
            begin(n, nmax, first, x, from + k * n, a);
            begin(n, nmax, second, x, from + (k + first) * n, b);
            int round = 0;
            while (round < 5 && moved(n, nmax, a, b)) {
                round++;
            }
            end(first, a, k, scales);
            end(second, b, k + first, scales);
        }
    }

    private static void begin(int n, int nmax, int runs, float[] x, int from, RunsVector group) {
        group.transpose(runs, x, from, group.xt);
        squares(n, group.xt, group.wt);
        largest(n, group.xt, group.wt, group.wxt, group.state);
        start(n, nmax, group.xt, group.wt, group.wxt, group.lt, group.state);
    }

    private static void end(int runs, RunsVector group, int k, float[] scales) {
        float[] state = group.state;
        for (int lane = 0; lane < runs; lane++) {
            boolean empty = state[EMPTY + lane] != 0;
            float sumL2 = state[SUM_L2 + lane];
            scales[k + lane] = !empty && sumL2 > 0 ? state[SUM_LX + lane] / sumL2 : 0;
        }
    }

    /** The codes of the plain grid, and the sums over them. */
    private static void start(int n, int nmax, float[] xt, float[] wt, float[] wxt, float[] lt, float[] state) {
        FloatVector inverse = FloatVector.broadcast(F, -nmax).div(FloatVector.fromArray(F, state, MAX));
        FloatVector sumLx = FloatVector.zero(F);
        FloatVector sumL2 = FloatVector.zero(F);
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector l = FloatVector.fromArray(F, xt, i)
                    .mul(inverse)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO - nmax)
                    .min(ZERO + nmax - 1)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC);
            l.intoArray(lt, i);
            sumLx = sumLx.add(FloatVector.fromArray(F, wxt, i).mul(l));
            sumL2 = sumL2.add(FloatVector.fromArray(F, wt, i).mul(l).mul(l));
        }
        sumLx.intoArray(state, SUM_LX);
        sumL2.intoArray(state, SUM_L2);
    }

    /**
     * One round of moving codes; whether any moved in any lane. A lane that is done stays as it is. Masks stay masks: held
     * as a long over the branch, the compiler of JDK 25 loses them on machines with AVX2.
     */
    private static boolean moved(int n, int nmax, RunsVector a, RunsVector b) {
        FloatVector sumLxa = FloatVector.fromArray(F, a.state, SUM_LX);
        FloatVector sumL2a = FloatVector.fromArray(F, a.state, SUM_L2);
        FloatVector sumLxb = FloatVector.fromArray(F, b.state, SUM_LX);
        FloatVector sumL2b = FloatVector.fromArray(F, b.state, SUM_L2);
        boolean moved = false;
        for (int i = 0; i < n * LANES; i += LANES) {
            FloatVector xa = FloatVector.fromArray(F, a.xt, i);
            FloatVector wa = FloatVector.fromArray(F, a.wt, i);
            FloatVector wxa = FloatVector.fromArray(F, a.wxt, i);
            FloatVector olda = FloatVector.fromArray(F, a.lt, i);
            FloatVector lxa = sumLxa.sub(wxa.mul(olda));
            FloatVector l2a = sumL2a.sub(wa.mul(olda).mul(olda));
            FloatVector la = xa.mul(l2a)
                    .div(lxa)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO - nmax)
                    .min(ZERO + nmax - 1)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC);
            VectorMask<Float> othersa = la.compare(VectorOperators.NE, olda).and(lxa.compare(VectorOperators.GT, 0));
            if (othersa.anyTrue()) { // rare after the first rounds: the next step need not wait for this one
                FloatVector newLxa = lxa.add(wxa.mul(la));
                FloatVector newL2a = l2a.add(wa.mul(la).mul(la));
                VectorMask<Float> bettera = newL2a.compare(VectorOperators.GT, 0)
                        .and(othersa)
                        .and(newLxa.mul(newLxa)
                                .mul(sumL2a)
                                .compare(VectorOperators.GT, sumLxa.mul(sumLxa).mul(newL2a)));
                sumLxa = sumLxa.blend(newLxa, bettera);
                sumL2a = sumL2a.blend(newL2a, bettera);
                olda.blend(la, bettera).intoArray(a.lt, i);
                moved |= bettera.anyTrue();
            }
            FloatVector xb = FloatVector.fromArray(F, b.xt, i);
            FloatVector wb = FloatVector.fromArray(F, b.wt, i);
            FloatVector wxb = FloatVector.fromArray(F, b.wxt, i);
            FloatVector oldb = FloatVector.fromArray(F, b.lt, i);
            FloatVector lxb = sumLxb.sub(wxb.mul(oldb));
            FloatVector l2b = sumL2b.sub(wb.mul(oldb).mul(oldb));
            FloatVector lb = xb.mul(l2b)
                    .div(lxb)
                    .add(MAGIC)
                    .reinterpretAsInts()
                    .and(LOW_BITS)
                    .max(ZERO - nmax)
                    .min(ZERO + nmax - 1)
                    .or(EXPONENT)
                    .reinterpretAsFloats()
                    .sub(MAGIC);
            VectorMask<Float> othersb = lb.compare(VectorOperators.NE, oldb).and(lxb.compare(VectorOperators.GT, 0));
            if (othersb.anyTrue()) { // rare after the first rounds: the next step need not wait for this one
                FloatVector newLxb = lxb.add(wxb.mul(lb));
                FloatVector newL2b = l2b.add(wb.mul(lb).mul(lb));
                VectorMask<Float> betterb = newL2b.compare(VectorOperators.GT, 0)
                        .and(othersb)
                        .and(newLxb.mul(newLxb)
                                .mul(sumL2b)
                                .compare(VectorOperators.GT, sumLxb.mul(sumLxb).mul(newL2b)));
                sumLxb = sumLxb.blend(newLxb, betterb);
                sumL2b = sumL2b.blend(newL2b, betterb);
                oldb.blend(lb, betterb).intoArray(b.lt, i);
                moved |= betterb.anyTrue();
            }
        }
        sumLxa.intoArray(a.state, SUM_LX);
        sumL2a.intoArray(a.state, SUM_L2);
        sumLxb.intoArray(b.state, SUM_LX);
        sumL2b.intoArray(b.state, SUM_L2);
        return moved;
    }
}
