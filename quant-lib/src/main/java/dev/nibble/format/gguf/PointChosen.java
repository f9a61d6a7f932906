package dev.nibble.format.gguf;

import dev.nibble.core.Trace;
import java.util.List;

/**
 * A trace's step: a group of weights got its point of a grid.
 *
 * @param row row of the group's first weight
 * @param column column of its first weight
 * @param wanted the levels nearest to the weights under the scale of their sub-block, one per weight, from 0
 * @param taken the levels of the point
 * @param index the point's place in the grid, which is stored
 * @param near how many points were compared because the wanted one is not on the grid; 0 if it is
 */
public record PointChosen(int row, int column, List<Integer> wanted, List<Integer> taken, int index, int near)
        implements Trace.Step {
    public PointChosen {
        wanted = List.copyOf(wanted);
        taken = List.copyOf(taken);
    }
}
