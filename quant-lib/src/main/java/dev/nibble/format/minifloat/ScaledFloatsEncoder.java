package dev.nibble.format.minifloat;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.Blocks;
import dev.nibble.format.Quantized;
import dev.nibble.format.minifloat.MinifloatKernels.Groups;
import dev.nibble.tensor.Matrix;
import java.util.Locale;
import java.util.Optional;

/** One run of {@link ScaledFloats#quantize}. */
final class ScaledFloatsEncoder {
    /** Weights between two looks at the next ones: so few that the next are on their way from memory meanwhile. */
    private static final int CHUNK = 512;

    private final ScaledFloats format;
    private final FloatElement element;
    private final Scaling scaling;
    private final Matrix w;
    private final int cols;
    private final int group;
    private final int groups;
    private final Progress progress;
    private final CancelToken cancel;
    private final Trace trace;
    private final String title;
    private final ScaledFloatMatrix made;
    private float tensorAbsmax;
    private float tensor = 1;

    /** @param out what may be written over, or null */
    ScaledFloatsEncoder(ScaledFloats format, Matrix w, Progress progress, Trace trace, Quantized out) {
        format.layout(w.rows(), w.cols());
        this.format = format;
        this.element = format.element();
        this.scaling = format.scaling();
        this.w = w;
        this.cols = w.cols();
        this.group = scaling.group(cols);
        this.groups = format.groups(cols);
        this.progress = progress;
        this.cancel = progress.cancelToken();
        this.trace = trace;
        this.title = "quantize " + w.name() + " to " + format.recipe();
        this.made = ScaledFloatMatrix.over(out, format, w.name(), w.rows(), cols);
    }

    Quantized run() {
        if (format.hasTensor()) {
            tensorAbsmax = format.absmax().orElseGet(() -> ScaledFloats.largest(w, cancel, title));
            tensor = scaling.tensor(tensorAbsmax);
            made.putTensor(tensor);
        }
        Parallel.ranges(w.rows(), Blocks.rowsAtATime(cols), progress, title, "rows", (from, to) -> {
            byte[] room = new byte[Math.min(cols, CHUNK)];
            // Whole groups that fit a chunk, a multiple of 8 weights; of groups that are longer, one at a time.
            int together = group > CHUNK ? 1 : CHUNK / group;
            while (together * (long) group % 8 != 0 && together > 1) {
                together--;
            }
            float[] absmax = new float[Math.min(together, groups)];
            float[] operands = new float[absmax.length];
            boolean aligned = together * (long) group % 8 == 0;
            int rowsTogether = Blocks.rowsTogether(cols);
            float[] ofRows = new float[groups == 1 && scaling.bytes() > 0 ? Math.min(to - from, rowsTogether) : 0];
            for (int row = from; row < to; row++) {
                if (scaling.bytes() == 0) {
                    encodeUnscaled(row, absmax, operands, room);
                } else if (groups == 1) {
                    int which = (row - from) % rowsTogether;
                    if (which == 0) {
                        int end = Math.min(to, row + rowsTogether);
                        Blocks.absmax(w.values(), row * cols, end * cols, cols, ofRows, cancel, title);
                    }
                    absmax[0] = ofRows[which];
                    encode(row, 0, 1, absmax, operands, room);
                } else if (aligned || groups <= together) {
                    for (int g = 0; g < groups; g += together) {
                        int end = (int) Math.min(cols, (long) (g + together) * group);
                        int start = row * cols;
                        Blocks.absmax(w.values(), start + g * group, start + end, group, absmax, cancel, title);
                        encode(row, g, Math.min(together, groups - g), absmax, operands, room);
                    }
                } else {
                    encodeRow(row);
                }
            }
        });
        if (trace.isOn()) {
            tell();
        }
        return made;
    }

    /** Some groups of a row whose first weight begins a byte, and whose largest magnitudes are known. */
    private void encode(int row, int g, int n, float[] absmax, float[] operands, byte[] room) {
        int first = g * group;
        int end = (int) Math.min(cols, (long) (g + n) * group);
        int start = row * cols;
        fit(row, g, n, start + first, start + end, absmax);
        scaling.operands(made.scales(), row * groups + g, n, tensor, operands);
        for (int at = first, count; at < end; at += count) {
            cancel.check(title);
            count = Math.min(room.length < end - at ? room.length / 8 * 8 : room.length, end - at);
            int inGroup = (at - first) % group;
            Groups these = new Groups(group - inGroup, group, operands, (at - first) / group);
            made.encode(row, at, w.values(), start + at, count, these, scaling.divides(), room);
        }
    }

    /** A row without a scale of its own, looked at and encoded while it is near. */
    private void encodeUnscaled(int row, float[] absmax, float[] operands, byte[] room) {
        scaling.operands(made.scales(), row, 1, tensor, operands);
        for (int at = 0, count; at < cols; at += count) {
            cancel.check(title);
            count = Math.min(CHUNK, cols - at);
            int start = row * cols + at;
            Blocks.absmax(w.values(), start, start + count, group, absmax, cancel, title);
            fit(row, 0, 1, start, start + count, absmax);
            Groups all = new Groups(group, group, operands, 0);
            made.encode(row, at, w.values(), start, count, all, scaling.divides(), room);
        }
    }

    /** Scales of groups whose largest magnitudes are known. */
    private void fit(int row, int g, int n, int from, int to, float[] absmax) {
        for (int k = 0; k < n; k++) {
            if (!(absmax[k] <= Float.MAX_VALUE)) {
                int at = from + k * group;
                throw Blocks.notFinite(w, at, Math.min(to, at + group));
            }
        }
        if (element.type() != null && !element.type().signed()) {
            requirePositive(from, to);
        }
        int refused = scaling.fit(absmax, n, tensor, made.scales(), row * groups + g);
        if (refused >= 0) {
            int at = from + refused * group;
            throw scaling.refusal(w, at, Math.min(group, to - at), absmax[refused], tensor, format.recipe());
        }
    }

    /** Groups whose borders lie inside bytes, such as 5 weights of 6 bits: the row's scales first, then its codes. */
    private void encodeRow(int row) {
        float[] absmax = new float[groups];
        float[] operands = new float[groups];
        Blocks.absmax(w.values(), row * cols, (row + 1) * cols, group, absmax, cancel, title);
        fit(row, 0, groups, row * cols, (row + 1) * cols, absmax);
        scaling.operands(made.scales(), row * groups, groups, tensor, operands);
        byte[] room = new byte[Math.min(cols, CHUNK)];
        for (int at = 0, count; at < cols; at += count) {
            cancel.check(title);
            count = Math.min(room.length, cols - at);
            Groups these = new Groups(group - at % group, group, operands, at / group);
            made.encode(row, at, w.values(), row * cols + at, count, these, scaling.divides(), room);
        }
    }

    private void requirePositive(int from, int to) {
        for (int i = from; i < to; i++) {
            if (!(w.values()[i] > 0)) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: the weight at row %d, column %d is %s, but %s holds only powers of two, neither zero nor negative numbers; it is a type for scales",
                        w.name(),
                        i / cols,
                        i % cols,
                        w.values()[i],
                        element.name()));
            }
        }
    }

    private void tell() {
        if (format.hasTensor()) {
            trace.add(() -> new TensorScaled(scaling.tensorName(), tensorAbsmax, tensor));
        }
        float[] absmax = new float[1];
        float[] operand = new float[1];
        float[] factor = new float[1];
        for (int row = 0; row < w.rows(); row++) {
            for (int g = 0; g < groups; g++) {
                int column = g * group;
                int count = Math.min(group, cols - column);
                int from = row * cols + column;
                Blocks.absmax(w.values(), from, from + count, count, absmax, cancel, title);
                int index = row * groups + g;
                scaling.operands(made.scales(), index, 1, tensor, operand);
                scaling.factors(made.scales(), index, 1, tensor, factor);
                float high = absmax[0];
                float wanted = scaling.wanted(high, tensor);
                BlockScaled block = new BlockScaled(row, column, count, -high, high, wanted, factor[0], 0);
                trace.add(() -> block);
                ScaleStored stored = new ScaleStored(
                        row, column, made.scaleBits(index), tensor, operand[0], scaling.divides(), factor[0]);
                trace.add(() -> stored);
                scaling.tell(w, from, count, high).forEach(step -> trace.add(() -> step));
                tellWeights(row, column, count, operand[0]);
            }
        }
    }

    private void tellWeights(int row, int column, int count, float operand) {
        for (int c = column; c < column + count; c++) {
            float weight = w.get(row, c);
            float scaled = operand == 0 ? 0 : scaling.divides() ? weight / operand : weight * operand;
            int code = made.code(row, c);
            boolean saturated = Math.abs(scaled) > element.max();
            Optional<Rounded> rounding =
                    element.type() == null || !element.type().signed()
                            ? Optional.empty()
                            : Optional.of(Rounded.of(element.type(), scaled, code, element.saturates(scaled)));
            WeightRounded step =
                    new WeightRounded(row, c, weight, scaled, code, element.value(code), saturated, rounding);
            trace.add(() -> step);
        }
    }
}
