package dev.nibble.kernel.widget;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.RenderOptions;

/** Something with a live view in the front end. Shown like any value: at the end of a cell, or by {@code display}. */
public interface Widget {
    /** The model behind all its views. */
    AnyWidget model();

    /** What stands in its place where nothing is alive: HTML with inline styles, a text, and a picture if it has one. */
    MimeBundle still(RenderOptions options);
}
