package dev.nibble.kernel.cell;

import dev.nibble.core.Live;
import dev.nibble.kernel.display.MimeBundle;

/** A result of the library that grows, in one cell. */
final class CellLive implements Live {
    private Display display;

    @Override
    public void show(Object state) {
        if (display == null) {
            display = Notebook.display(state);
        } else {
            display.update(state);
        }
    }

    @Override
    public void end() {
        if (display != null) {
            display.update(MimeBundle.NOTHING);
        }
    }
}
