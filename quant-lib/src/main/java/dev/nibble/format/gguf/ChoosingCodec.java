package dev.nibble.format.gguf;

import dev.nibble.core.Trace;
import dev.nibble.format.BitField;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.BlockWeights;
import java.util.Arrays;
import java.util.List;

/** A codec that first decides all numbers of a block and then packs them: traced or not, the same two steps. */
abstract class ChoosingCodec implements BlockCodec {
    private List<BitField> fields;

    /** A choice with room for one block. */
    abstract Choice newChoice();

    /** Decides about one block; {@code log} is null unless someone listens. */
    abstract void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log);

    /** Writes every byte of one block. */
    abstract void pack(Choice choice, byte[] out, int at);

    /** Says that a trace's numbers fit; see {@link BlockChosen#codes}. */
    abstract void check(BlockChosen chosen);

    /** Names the bits, for {@link #fields}. */
    abstract void name(BlockFields fields);

    /** The code of the value 0 where codes have an offset. */
    int zero() {
        return 0;
    }

    @Override
    public final List<BitField> fields() {
        if (fields == null) { // made twice at worst
            BlockFields names = new BlockFields();
            name(names);
            fields = names.done();
        }
        return fields;
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        Choice choice = newChoice();
        int size = type().blockSize();
        int bytes = type().blockBytes();
        for (int b = 0; b < blocks; b++) {
            choose(x, from + b * size, row, column + b * size, choice, null);
            pack(choice, out, at + b * bytes);
        }
    }

    @Override
    public final void encodeTraced(
            float[] x, int from, RowContext row, int rowIndex, int column, Trace trace, byte[] out, int at) {
        Choice choice = newChoice();
        choose(x, from, row, column, choice, trace.isOn() ? new SearchLog(trace, rowIndex, column) : null);
        pack(choice, out, at);
        trace.add(() -> choice.chosen(rowIndex, column, type().blockSize()));
        trace.add(() -> {
            int size = type().blockSize();
            float low = x[from];
            float high = x[from];
            for (int i = from; i < from + size; i++) {
                low = Math.min(low, x[i]);
                high = Math.max(high, x[i]);
            }
            return new BlockScaled(rowIndex, column, size, low, high, choice.wanted, choice.d, zero());
        });
        trace.add(() -> {
            float[] decoded = new float[type().blockSize()];
            decode(out, at, 1, decoded, 0);
            return new BlockWeights(rowIndex, column, Arrays.copyOfRange(x, from, from + decoded.length), decoded);
        });
    }

    @Override
    public final void assemble(BlockChosen chosen, byte[] out, int at) {
        check(chosen);
        pack(newChoice().set(chosen), out, at);
    }
}
