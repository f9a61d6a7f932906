package dev.nibble.checkpoint;

/** How the layouts of other software name the tensors of a weight. */
final class LayoutNames {
    static final String WEIGHT = "weight";

    private LayoutNames() {}

    /**
     * What the names of its tensors begin with: {@code layers.0.mlp.down.} of {@code layers.0.mlp.down.weight}.
     *
     * @throws IllegalArgumentException if it is not named {@code ….weight}
     */
    static String base(String name) {
        if (!name.endsWith("." + WEIGHT)) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" does not end in \".weight\", in whose place this layout puts its tensors");
        }
        return name.substring(0, name.length() - WEIGHT.length());
    }
}
