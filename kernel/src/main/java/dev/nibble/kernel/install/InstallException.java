package dev.nibble.kernel.install;

import java.io.IOException;

/** The kernel can not be installed or removed; the message says why and what to do. */
public final class InstallException extends IOException {
    /** @param message what is wrong, and what to do */
    public InstallException(String message) {
        super(message);
    }
}
