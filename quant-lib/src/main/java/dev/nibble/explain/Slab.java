package dev.nibble.explain;

import dev.nibble.checkpoint.AffineRows;
import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Format;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Some rows of a quantized matrix, and every value that the code of each weight could stand for. Found by writing every
 * number into the codes and decoding, so it holds for any format that has a code for each weight.
 */
final class Slab {
    /** Wider codes are not tried one by one. */
    static final int MOST_BITS = 8;

    private static final int WEIGHTS = 1 << 14;

    private final float[] values;
    private final float[][] byCode;
    private final boolean[] starts;

    private Slab(float[] values, float[][] byCode, boolean[] starts) {
        this.values = values;
        this.byCode = byCode;
        this.starts = starts;
    }

    /** Rows of one slab: some thousand weights, and whole pieces of both forms. */
    static int rows(Form a, Form b) {
        int cols = a.cols();
        int piece = lcm(a.piece(), b.piece());
        return Math.min(a.rows(), Math.max(1, WEIGHTS / Math.max(1, cols) / piece) * piece);
    }

    private static int lcm(int a, int b) {
        int x = a;
        int y = b;
        while (y != 0) {
            int rest = x % y;
            x = y;
            y = rest;
        }
        return Math.multiplyExact(a / x, b);
    }

    /** The rows from..to of {@code q}, cut out of its stored bytes; {@code from} begins a piece. */
    static Quantized cut(Quantized q, int from, int to) {
        if (from == 0 && to == q.rows()) {
            return q;
        }
        Format format = q.format();
        List<PartLayout> before = from == 0 ? List.of() : format.layout(from, q.cols());
        List<PartLayout> until = format.layout(to, q.cols());
        List<StoredPart> parts = new ArrayList<>();
        for (int p = 0; p < until.size(); p++) {
            StoredPart part = q.parts().get(p);
            if (until.get(p).whole()) {
                parts.add(part);
            } else {
                int start = from == 0 ? 0 : Math.toIntExact(before.get(p).bytes());
                int end = Math.toIntExact(Math.min(until.get(p).bytes(), part.size()));
                ByteBuffer data = part.data();
                parts.add(
                        new StoredPart(part.name(), part.encoding(), data.slice(data.position() + start, end - start)));
            }
        }
        return format.stored(q.name(), to - from, q.cols(), parts);
    }

    /** The slab, or null if a weight of the format has no code of its own, or one of more than eight bits. */
    static Slab of(Quantized q) {
        int n = q.rows() * q.cols();
        List<List<BitRun>> codes = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            codes.add(null);
        }
        boolean[] starts = new boolean[n];
        int bits = 0;
        for (int b = 0; b < q.blocks(); b++) {
            BlockView view = q.block(b);
            int first = view.row() * q.cols() + view.column();
            starts[first] = true;
            for (BitField field : view.fields()) {
                switch (field.role()) {
                    case CODE -> {
                        if (field.weights().length != 1
                                || field.bits() > MOST_BITS
                                || codes.get(first + field.weights()[0]) != null) {
                            return null;
                        }
                        codes.set(first + field.weights()[0], field.runs());
                        bits = Math.max(bits, field.bits());
                    }
                    case SCALE, MIN, ZERO -> {
                        if (field.weights().length > 0) {
                            starts[first + field.weights()[0]] = true;
                        }
                    }
                    case CODES, SIGN -> {
                        return null;
                    }
                    case TENSOR, PADDING -> {}
                }
            }
        }
        if (bits == 0 || codes.contains(null)) {
            return null;
        }
        return new Slab(q.dequantize().values(), tried(q, codes, 1 << bits), starts);
    }

    /** The rows from..to of integers in a layout of other software. */
    static Slab of(AffineRows all, int from, int to) {
        int cols = all.cols();
        int first = from * cols;
        int n = (to - from) * cols;
        float[] values = new float[n];
        float[][] byCode = new float[1 << all.bits()][n];
        boolean[] starts = new boolean[n];
        for (int i = 0; i < n; i++) {
            int column = i % cols;
            values[i] = all.value(first + i);
            starts[i] = column == 0 || all.group()[column] != all.group()[column - 1];
            for (int code = 0; code < byCode.length; code++) {
                byCode[code][i] = all.value(first + i, code);
            }
        }
        return new Slab(values, byCode, starts);
    }

    private static float[][] tried(Quantized q, List<List<BitRun>> codes, int count) {
        List<byte[]> bytes = q.parts().stream().map(StoredPart::toBytes).toList();
        List<StoredPart> parts = new ArrayList<>();
        for (int p = 0; p < bytes.size(); p++) {
            StoredPart part = q.parts().get(p);
            parts.add(new StoredPart(part.name(), part.encoding(), bytes.get(p)));
        }
        float[][] byCode = new float[count][];
        for (int code = 0; code < count; code++) {
            for (List<BitRun> runs : codes) {
                for (BitRun run : runs) {
                    write(bytes.get(run.part()), run, code);
                }
            }
            byCode[code] = q.format()
                    .stored(q.name(), q.rows(), q.cols(), parts)
                    .dequantize()
                    .values();
        }
        return byCode;
    }

    private static void write(byte[] bytes, BitRun run, int code) {
        for (int i = 0; i < run.count(); i++) {
            long bit = run.bit() + i;
            int mask = 1 << (int) (bit & 7);
            int at = (int) (bit >>> 3);
            bytes[at] = (byte) ((code >>> (run.shift() + i) & 1) == 0 ? bytes[at] & ~mask : bytes[at] | mask);
        }
    }

    int size() {
        return values.length;
    }

    /** What weight {@code i} decodes to. */
    float value(int i) {
        return values[i];
    }

    /** Whether weight {@code i} has another scale, minimum or zero point than the one before it, or may have. */
    boolean starts(int i) {
        return starts[i];
    }

    /** The different values that the code of weight {@code i} can stand for, ascending; −0 counts as 0. */
    float[] levels(int i) {
        float[] all = new float[byCode.length];
        int n = 0;
        for (float[] values : byCode) {
            float v = values[i] + 0f;
            if (Float.isFinite(v)) {
                all[n++] = v;
            }
        }
        Arrays.sort(all, 0, n);
        int different = 0;
        for (int k = 0; k < n; k++) {
            if (different == 0 || all[k] != all[different - 1]) {
                all[different++] = all[k];
            }
        }
        return Arrays.copyOf(all, different);
    }

    /** The same with the code of each. */
    Levels withCodes(int i) {
        float[] values = levels(i);
        int[] codes = new int[values.length];
        Arrays.fill(codes, -1);
        for (int code = 0; code < byCode.length; code++) {
            int at = Arrays.binarySearch(values, byCode[code][i] + 0f);
            if (at >= 0 && codes[at] < 0) {
                codes[at] = code;
            }
        }
        return new Levels(values, codes);
    }
}
