package dev.nibble.kernel.protocol;

/** Answers the requests of one type. */
@FunctionalInterface
public interface Handler {
    /** What it throws becomes an error reply. */
    void handle(Request request, Reply reply) throws Exception;
}
