package dev.nibble.kernel.spi;

/**
 * Does something when its jar comes into a session: imports, variables, connections. Found by
 * {@link java.util.ServiceLoader}, so a jar names it in {@code META-INF/services/dev.nibble.kernel.spi.Extension}.
 *
 * <pre>{@code
 * public final class OurLab implements Extension {
 *     @Override
 *     public void start(KernelSession session) {
 *         session.evaluate("import org.example.lab.*;");
 *     }
 * }
 * }</pre>
 *
 * One that throws is reported and left out; the others, and the session, go on.
 */
public interface Extension {
    /**
     * Called once when the session begins, or when the jar is added, and again after {@code %reset} has emptied the
     * session.
     *
     * @param session lives until {@link #stop()}
     */
    void start(KernelSession session) throws Exception;

    /** Called before {@code %reset} empties the session, before the jar is loaded anew, and when the kernel ends. */
    default void stop() throws Exception {}
}
