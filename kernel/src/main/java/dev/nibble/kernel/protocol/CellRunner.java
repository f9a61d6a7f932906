package dev.nibble.kernel.protocol;

import dev.nibble.kernel.display.Output;
import java.util.List;

/**
 * Runs cells, with magics, streams, display and errors, and knows no sockets: the same one stands behind the kernel's
 * execute handler and behind {@code nibble run}. Cells run one after another.
 */
public interface CellRunner extends AutoCloseable {
    /** Runs one cell to its end; all output goes to {@code output} before this returns. */
    CellResult run(CellRequest request, Output output);

    /** Stops the running cell, from another thread; no effect when none runs. */
    void interrupt();

    @Override
    void close();

    /** Answers {@code System.in} and password prompts of a cell; null where there is nobody to ask. */
    interface Input {
        String readLine(String prompt, boolean password) throws InterruptedException;
    }

    /**
     * @param code the cell's source
     * @param silent publish nothing but errors, do not count
     * @param storeHistory count the cell
     * @param input who answers {@code System.in}, or null
     */
    record CellRequest(String code, boolean silent, boolean storeHistory, Input input) {
        public static CellRequest of(String code) {
            return new CellRequest(code, false, true, null);
        }
    }

    /**
     * @param executionCount the cell's number
     * @param error null when the cell succeeded
     */
    record CellResult(int executionCount, CellError error) {
        public boolean ok() {
            return error == null;
        }
    }

    /**
     * @param name the exception's class, "CompileError" or "KeyboardInterrupt"
     * @param value its message
     * @param traceback lines with ANSI colours
     */
    record CellError(String name, String value, List<String> traceback) {}
}
