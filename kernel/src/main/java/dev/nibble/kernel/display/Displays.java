package dev.nibble.kernel.display;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;

/** Renders any value, by the renderers that {@link java.util.ServiceLoader} finds. */
public final class Displays {
    private static final CopyOnWriteArrayList<Renderer<?>> REGISTERED = new CopyOnWriteArrayList<>();
    private static final Renderer<Object> FALLBACK = new ObjectRenderer();

    /** Of jars that came later. */
    private static volatile List<Renderer<?>> added = List.of();

    private Displays() {}

    /** Found once; a provider that cannot be loaded is left out, the others work. */
    private static final class Found {
        private static final List<Renderer<?>> RENDERERS = load();

        private static List<Renderer<?>> load() {
            List<Renderer<?>> found = new ArrayList<>();
            @SuppressWarnings("rawtypes") // a class literal has no type argument
            Iterator<Renderer> providers = ServiceLoader.load(Renderer.class, Displays.class.getClassLoader())
                    .iterator();
            while (true) {
                try {
                    if (!providers.hasNext()) {
                        return List.copyOf(found);
                    }
                    found.add(providers.next());
                } catch (ServiceConfigurationError broken) {
                    System.err.println("a renderer is left out: " + broken.getMessage());
                }
            }
        }
    }

    /**
     * Adds a renderer for the rest of this process; it goes before those that were there for the same type.
     *
     * @param renderer whose {@link Renderer#type} may be of a class defined in a cell
     */
    public static void register(Renderer<?> renderer) {
        Objects.requireNonNull(renderer.type(), "type");
        REGISTERED.addFirst(renderer);
    }

    /** Forgets all renderers that were {@linkplain #register registered}. */
    public static void forgetRegistered() {
        REGISTERED.clear();
    }

    /**
     * Makes these the renderers of jars that came while the process runs; they go before the kernel's own of the same
     * type, and after those that are {@linkplain #register registered}.
     */
    public static void added(List<Renderer<?>> renderers) {
        renderers.forEach(renderer -> Objects.requireNonNull(renderer.type(), "type"));
        added = List.copyOf(renderers);
    }

    /** Never fails: a value whose renderer throws is shown as its class and the reason. */
    public static MimeBundle render(Object value, RenderOptions options) {
        if (value == null) {
            return MimeBundle.text("null");
        }
        if (value instanceof MimeBundle bundle) {
            return bundle;
        }
        Throwable reason = null;
        try {
            return render(rendererFor(value), value, options);
        } catch (Throwable t) { // whatever user code inside throws must not take the answer away
            reason = t;
        }
        String type = ValueText.typeName(value.getClass());
        String why;
        try {
            why = ValueText.clip(String.valueOf(reason), 500);
        } catch (Throwable t) {
            why = reason.getClass().getName();
        }
        return MimeBundle.text(type + " (cannot be shown: " + why + ")");
    }

    private static <T> MimeBundle render(Renderer<T> renderer, Object value, RenderOptions options) {
        MimeBundle bundle = renderer.render(renderer.type().cast(value), options);
        return bundle.data().containsKey("text/plain") ? bundle : withText(bundle, value);
    }

    private static MimeBundle withText(MimeBundle bundle, Object value) {
        var data = new java.util.LinkedHashMap<>(bundle.data());
        data.put("text/plain", ValueText.of(value));
        return new MimeBundle(data, bundle.metadata(), bundle.buffers());
    }

    /** The renderer of the most specific type; among equals the one registered last, then the order of the services. */
    private static Renderer<?> rendererFor(Object value) {
        Renderer<?> best = null;
        for (List<Renderer<?>> renderers : List.of(REGISTERED, added, Found.RENDERERS)) {
            for (Renderer<?> renderer : renderers) {
                if (renderer.type().isInstance(value)
                        && (best == null
                                || (best.type() != renderer.type()
                                        && best.type().isAssignableFrom(renderer.type())))) {
                    best = renderer;
                }
            }
        }
        return best == null ? FALLBACK : best;
    }
}
