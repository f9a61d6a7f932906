package dev.nibble.kernel.cell;

import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.MimeBundle;

/** Something that a cell displayed and that can be replaced later, also from another cell. Shows nothing by itself. */
public final class Display {

    private final String id;
    private volatile MimeBundle shown;

    Display(String id, MimeBundle shown) {
        this.id = id;
        this.shown = shown;
    }

    /** The display id, as front ends know it. */
    public String id() {
        return id;
    }

    /**
     * Shows {@code value} in place of what is there, wherever it is displayed. Something that is displayed already, as in
     * {@code update(html("…"))}, moves here.
     */
    public Display update(Object value) {
        Cell cell = Notebook.cell();
        if (value instanceof Display other) {
            MimeBundle taken = other.shown;
            if (other != this) {
                other.put(MimeBundle.NOTHING, cell);
            }
            return put(taken, cell);
        }
        return put(render(value, cell), cell);
    }

    private Display put(MimeBundle bundle, Cell cell) {
        shown = bundle;
        cell.update(bundle, id);
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
