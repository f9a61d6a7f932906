package dev.nibble.format.codebook;

import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.format.PartLayout;
import dev.nibble.format.StoredPart;
import java.util.List;

/** What the formats of this family share about parts that are handed in, and about steps that are played again. */
final class StoredParts {
    private StoredParts() {}

    /**
     * Says that parts are those of a layout.
     *
     * @throws IllegalArgumentException if not; the message names the tensor, the part, and what was expected
     */
    static void requireLayout(String name, Recipe recipe, List<PartLayout> layout, List<StoredPart> parts) {
        if (parts.size() != layout.size()) {
            throw new IllegalArgumentException(name + ": " + recipe + " has " + layout.size() + " parts ("
                    + String.join(", ", layout.stream().map(PartLayout::name).toList()) + "), not "
                    + parts.size());
        }
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).size() != layout.get(i).bytes()) {
                throw new IllegalArgumentException(
                        name + ": the part \"" + layout.get(i).name() + "\" has "
                                + parts.get(i).size() + " bytes, but " + recipe + " needs "
                                + layout.get(i).bytes()
                                + " for this shape");
            }
        }
    }

    static <S extends Trace.Step> List<S> steps(List<Trace.Step> steps, Class<S> kind) {
        return steps.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /**
     * The packed codes that a trace tells of.
     *
     * @throws IllegalArgumentException if its blocks do not follow one another from the first weight to the last
     */
    static byte[] codes(String name, int rows, int cols, int bits, List<Trace.Step> steps) {
        int count = Math.multiplyExact(rows, cols);
        byte[] codes = new byte[count];
        int at = 0;
        for (CodesChosen step : steps(steps, CodesChosen.class)) {
            if ((long) step.row() * cols + step.column() != at || step.codes().length > count - at) {
                throw new IllegalArgumentException(name + ": the trace goes on at row " + step.row() + ", column "
                        + step.column() + ", but it has told of " + at + " weights of [" + rows + ", " + cols + "]");
            }
            System.arraycopy(step.codes(), 0, codes, at, step.codes().length);
            at += step.codes().length;
        }
        if (at != count) {
            throw new IllegalArgumentException(
                    name + ": the trace tells of " + at + " weights, but [" + rows + ", " + cols + "] has " + count);
        }
        byte[] packed = new byte[(int) CodeStream.bytes(count, bits)];
        CodeStream.pack(codes, count, bits, packed, 0);
        return packed;
    }
}
