package dev.nibble.kernel.display;

/** Everything that no other renderer knows: text, walked and cut by {@link ValueText}. */
final class ObjectRenderer implements Renderer<Object> {
    @Override
    public Class<Object> type() {
        return Object.class;
    }

    @Override
    public MimeBundle render(Object value, RenderOptions options) {
        return MimeBundle.text(ValueText.of(value));
    }
}
