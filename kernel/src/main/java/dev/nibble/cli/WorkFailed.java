package dev.nibble.cli;

/** The work of a command failed for a reason that its message tells in full. */
final class WorkFailed extends RuntimeException {
    WorkFailed(String message) {
        super(message);
    }
}
