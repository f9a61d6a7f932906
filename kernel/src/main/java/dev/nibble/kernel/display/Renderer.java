package dev.nibble.kernel.display;

/**
 * Turns values of one type into MIME bundles. Found by {@link java.util.ServiceLoader}; the one whose type is most
 * specific for a value is used.
 */
public interface Renderer<T> {
    /** The values that this renderer shows: instances of this class or interface. */
    Class<T> type();

    /**
     * Every representation of the value, {@code text/plain} always among them. Cost and size are bounded whatever the
     * size of the value.
     */
    MimeBundle render(T value, RenderOptions options);
}
