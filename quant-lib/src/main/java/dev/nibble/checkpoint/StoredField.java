package dev.nibble.checkpoint;

import dev.nibble.format.BitField;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One number of a block, and where its bits are in the file.
 *
 * @param role what it is
 * @param name as a person would call it: "q[17]", "scale"
 * @param weights which weights decode differently, or may, when it changes: places in the block, ascending; read only
 * @param runs its bits, lowest first; none where the file has it as text
 * @param text where it is, if there are no runs; else empty
 * @param value its bits as an unsigned number; empty if they are more than 64
 * @param real the number that the bits mean by themselves; empty where they mean none
 */
public record StoredField(
        BitField.Role role,
        String name,
        int[] weights,
        List<FileRun> runs,
        String text,
        Optional<Long> value,
        Optional<Float> real) {
    public StoredField {
        runs = List.copyOf(runs);
    }

    /** Number of bits; 0 of what is written as text. */
    public int bits() {
        return runs.stream().mapToInt(FileRun::count).sum();
    }

    /** Where it is, in words: "qweight[5, 17] bits 30..31, qweight[6, 17] bit 0". */
    public String place() {
        return runs.isEmpty() ? text : runs.stream().map(FileRun::place).collect(Collectors.joining(", "));
    }
}
