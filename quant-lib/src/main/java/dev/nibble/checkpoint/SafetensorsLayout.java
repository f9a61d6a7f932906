package dev.nibble.checkpoint;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How quantized weights lie in a safetensors file. */
public enum SafetensorsLayout {
    /** Our own: {@code NAME.codes}, {@code NAME.scales}, {@code NAME.zeros}, the recipe in the metadata. */
    PARTS("parts");

    private final String word;

    SafetensorsLayout(String word) {
        this.word = word;
    }

    /** The word for it on the command line. */
    public String word() {
        return word;
    }

    TensorLayout layout() {
        return switch (this) {
            case PARTS -> new PartsLayout();
        };
    }

    /**
     * The layout of that name.
     *
     * @throws IllegalArgumentException if there is none; the message names all
     */
    public static SafetensorsLayout of(String word) {
        return Arrays.stream(values())
                .filter(l -> l.word.equals(word.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no layout \"" + word + "\"; there are "
                        + Arrays.stream(values()).map(SafetensorsLayout::word).collect(Collectors.joining(", "))));
    }
}
