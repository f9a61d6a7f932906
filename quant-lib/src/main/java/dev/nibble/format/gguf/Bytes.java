package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;

/** Q8_0 and Q8_1: an fp16 scale, absmax / 127, and a signed byte per weight. */
abstract class Bytes extends ChoosingCodec {
    private final int size;
    private final int header;

    /**
     * @param size weights of a block
     * @param header bytes before the codes
     */
    Bytes(int size, int header) {
        this.size = size;
        this.header = header;
    }

    @Override
    public int[] halves() {
        return new int[] {0};
    }

    @Override
    Choice newChoice() {
        return new Choice(size);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        float d = Math.abs(ScaleSearch.firstLargest(x, from, size)) / 127;
        float inverse = d != 0 ? 1 / d : 0;
        for (int j = 0; j < size; j++) {
            choice.codes[j] = (byte) C.round(x[from + j] * inverse);
        }
        choice.wanted = d;
        choice.d = Halves.round(d);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int j = 0; j < size; j++) {
            out[at + header + j] = (byte) choice.codes[j];
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(size, -128, 127);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, size), 0);
        for (int i = 0; i < size; i++) {
            fields.code(i, BlockFields.run(header + i, 0, 8, 0));
        }
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return in[at + header + i];
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += header + size, to += size) {
            float d = Halves.get(in, at);
            for (int j = 0; j < size; j++) {
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
