package dev.nibble.kernel.spi;

/** Code that was {@linkplain KernelSession#evaluate evaluated} did not compile, or threw; the message says which. */
public abstract class CodeFailed extends RuntimeException {
    /** @param message the kind of error, and what it says */
    protected CodeFailed(String message) {
        super(message, null, false, false);
    }
}
