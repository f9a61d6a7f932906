package dev.nibble.kernel.protocol;

import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.Output;
import java.util.List;

/** The output of a silent cell: its error, and nothing else. */
final class ErrorsOnly extends NoOutput {
    private final Output output;

    ErrorsOnly(Output output) {
        this.output = output;
    }

    @Override
    public void error(String name, String value, List<String> traceback) {
        output.error(name, value, traceback);
    }
}
