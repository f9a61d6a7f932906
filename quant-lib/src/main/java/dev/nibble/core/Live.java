package dev.nibble.core;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * Where a result that grows is shown while it grows: replaced in place in a notebook's cell, nowhere in a plain program.
 * Like {@link Progress}, whoever runs the library draws it.
 */
public interface Live {
    /** Shows nothing. */
    Live NONE = new Live() {
        @Override
        public void show(Object state) {}

        @Override
        public void end() {}
    };

    /** Shows the state in place of the one before; it must not change afterwards. */
    void show(Object state);

    /** Takes away what is shown: the result is there now, for whoever asked for it to show. */
    void end();

    /** A new place, where whoever runs the calling thread shows things. */
    static Live begin() {
        return Ambient.supplier.get();
    }

    /** Sets where {@link #begin()} comes from, for the whole process; called once by the kernel. */
    static void setBegin(Supplier<Live> supplier) {
        Ambient.supplier = Objects.requireNonNull(supplier);
    }

    /** Holder of the process-wide supplier. */
    final class Ambient {
        private static volatile Supplier<Live> supplier = () -> NONE;

        private Ambient() {}
    }
}
