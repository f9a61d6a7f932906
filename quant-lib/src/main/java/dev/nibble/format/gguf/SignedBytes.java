package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import java.util.List;

/** Q8_0 and Q8_1: an fp16 scale, absmax / 127, and a signed byte per weight. */
abstract class SignedBytes extends ChoosingCodec {
    private static final int SIZE = LegacyKernels.SIZE;

    private final int header;
    private final LegacyKernels kernels;

    /** @param header bytes before the codes */
    SignedBytes(int header, LegacyKernels kernels) {
        this.header = header;
        this.kernels = kernels;
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        encodeUnseen(x, from, blocks, out, at);
    }

    @Override
    public float encodeUnseen(float[] x, int from, int blocks, byte[] out, int at) {
        float[] d = new float[blocks];
        float largest = kernels.bytes(x, from, blocks, header, d, out, at);
        finish(d, blocks, out, at);
        return largest;
    }

    /** Writes what else stands before the codes of blocks, which are there already; {@code d} before its rounding. */
    void finish(float[] d, int blocks, byte[] out, int at) {}

    @Override
    public int[] halves() {
        return new int[] {0};
    }

    @Override
    Choice newChoice() {
        return new Choice(SIZE);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        float d = ScaleSearch.absmax(x, from, SIZE) / 127;
        float inverse = d != 0 ? 1 / d : 0;
        for (int j = 0; j < SIZE; j++) {
            choice.codes[j] = (byte) CRounding.round(x[from + j] * inverse);
        }
        choice.wanted = d;
        choice.d = Halves.round(d);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int j = 0; j < SIZE; j++) {
            out[at + header + j] = (byte) choice.codes[j];
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(SIZE, -128, 127);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, SIZE), 0);
        for (int i = 0; i < SIZE; i++) {
            fields.code(i, BlockFields.run(header + i, 0, 8, 0));
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of(ScaledRun.of(
                first, SIZE, ScaledRun.integers(-127, 127), Halves.get(in, at), ScaleSet.of(ScaleType.F16, 1)));
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return in[at + header + i];
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += header + SIZE, to += SIZE) {
            float d = Halves.get(in, at);
            for (int j = 0; j < SIZE; j++) {
                out[to + j] = in[at + header + j] * d;
            }
        }
    }

    /** Half a step of the scale as computed, and what rounding it to fp16 moves the grid point. */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        float d = Halves.get(in, at);
        return (0.5 * Halves.before(d) + Math.abs(code(in, at, i)) * Halves.slack(d)) * (1 + 0x1p-16);
    }
}
