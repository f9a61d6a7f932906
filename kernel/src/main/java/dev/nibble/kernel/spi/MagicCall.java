package dev.nibble.kernel.spi;

import dev.nibble.core.Progress;

/** One call of a {@link MagicCommand}: what was written besides the options, and what it can do in its cell. */
public interface MagicCall {
    /** The session of the notebook. */
    KernelSession session();

    /** The lines of the cell below {@code %%name}; empty after {@code %name}. */
    String body();

    /** Prints a line. */
    void say(String line);

    /** Prints a line as a remark, on the error stream. */
    void note(String line);

    /** Shows a value now, as a cell's last value is shown. */
    void display(Object value);

    /** Bars for long work, and the request to stop: ask its token at least every 50 ms. */
    Progress progress();

    /**
     * Offers code to run next.
     *
     * @param replace in place of this cell's code, instead of in a new cell below
     */
    void nextInput(String code, boolean replace);
}
