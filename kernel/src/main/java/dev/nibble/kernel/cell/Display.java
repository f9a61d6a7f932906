package dev.nibble.kernel.cell;

import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.MimeBundle;

/** Something that a cell displayed and that can be replaced later, also from another cell. Shows nothing by itself. */
public final class Display {
    private final String id;

    Display(String id) {
        this.id = id;
    }

    /** The display id, as front ends know it. */
    public String id() {
        return id;
    }

    /** Shows {@code value} in place of what is there, wherever it is displayed. */
    public Display update(Object value) {
        Cell cell = Notebook.cell();
        cell.update(render(value, cell), id);
        return this;
    }

    static MimeBundle render(Object value, Cell cell) {
        return value instanceof MimeBundle bundle ? bundle : Displays.render(value, cell.options());
    }

    @Override
    public String toString() {
        return "display " + id;
    }
}
