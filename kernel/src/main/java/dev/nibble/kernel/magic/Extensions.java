package dev.nibble.kernel.magic;

import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.Renderer;
import dev.nibble.kernel.jshell.VectorModule;
import dev.nibble.kernel.spi.Extension;
import dev.nibble.kernel.spi.KernelSession;
import dev.nibble.kernel.spi.MagicCommand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What others add to a session: the magics, renderers and extensions that {@link ServiceLoader} finds on its class path
 * at the moment. One that can not be loaded, or throws, is reported and left out.
 */
final class Extensions {
    private final Magics magics;
    // Guarded by this.
    private final Map<Class<?>, Extension> started = new LinkedHashMap<>();
    /** Those that threw: they are not tried again. */
    private final Set<Class<?>> failed = Collections.newSetFromMap(new WeakHashMap<>());
    /** What was reported: each complaint once. */
    private final Set<String> reported = new HashSet<>();
    /** The classes of renderers that were told of. */
    private final Set<Class<?>> shown = Collections.newSetFromMap(new WeakHashMap<>());

    Extensions(Magics magics) {
        this.magics = magics;
    }

    /**
     * Looks again: takes what is new, and lets go of what is no longer found.
     *
     * @param everything told what is wrong, for people, each thing once
     * @param again whether what was told before is told again, because somebody asked for a second try
     * @return what came, for people; empty if nothing did
     */
    synchronized List<String> refresh(KernelSession session, Consumer<String> everything, boolean again) {
        if (again) {
            reported.clear();
        }
        Consumer<String> report = complaint -> {
            if (reported.add(complaint)) {
                everything.accept(complaint);
            }
        };
        var said = new ArrayList<String>();
        ClassLoader loader = session.loader();
        List<ServiceLoader.Provider<MagicCommand>> commands = found(MagicCommand.class, loader, report);
        var external = new ArrayList<ExternalMagic>();
        for (ServiceLoader.Provider<MagicCommand> command : commands) {
            attempt("the magic " + command.type().getName(), report, () -> external.add(ExternalMagic.of(command)));
        }
        List<String> before = external.isEmpty()
                ? List.of()
                : magics.all().stream().map(Magic::name).toList();
        for (ExternalMagic taken : magics.others(external)) {
            report.accept("the magic %" + taken.name() + " is left out: there is another one of that name");
        }
        String fresh = external.stream()
                .map(Magic::name)
                .filter(name -> !before.contains(name))
                .map(name -> "%" + name)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!fresh.isEmpty()) {
            said.add("magics: " + fresh);
        }
        List<String> drawn = renderers(loader, report);
        if (!drawn.isEmpty()) {
            said.add("renderers for " + String.join(", ", drawn));
        }
        extensions(found(Extension.class, loader, report), session, report, said);
        return said;
    }

    private List<String> renderers(ClassLoader loader, Consumer<String> report) {
        var renderers = new ArrayList<Renderer<?>>();
        @SuppressWarnings("rawtypes") // a class literal has no type argument
        List<ServiceLoader.Provider<Renderer>> providers = found(Renderer.class, loader, report);
        for (ServiceLoader.Provider<?> provider : providers) {
            if (!Displays.class.getClassLoader().equals(provider.type().getClassLoader())) {
                attempt("the renderer " + provider.type().getName(), report, () -> {
                    var renderer = (Renderer<?>) provider.get();
                    var _ = renderer.type().getName(); // one without a type says so now
                    renderers.add(renderer);
                });
            }
        }
        Displays.added(renderers);
        return renderers.stream()
                .filter(renderer -> shown.add(renderer.getClass()))
                .map(renderer -> renderer.type().getSimpleName())
                .toList();
    }

    private void extensions(
            List<ServiceLoader.Provider<Extension>> found,
            KernelSession session,
            Consumer<String> report,
            List<String> said) {
        var classes = found.stream().map(ServiceLoader.Provider::type).collect(Collectors.toSet());
        stop(type -> !classes.contains(type), report);
        for (ServiceLoader.Provider<Extension> provider : found) {
            if (!started.containsKey(provider.type()) && failed.add(provider.type())) {
                attempt("the extension " + provider.type().getName(), report, () -> {
                    VectorModule.ensure();
                    Extension extension = provider.get();
                    extension.start(session);
                    failed.remove(provider.type());
                    started.put(provider.type(), extension);
                    said.add("started " + provider.type().getSimpleName());
                });
            }
        }
    }

    /** Stops all extensions that run. */
    synchronized void stop(Consumer<String> report) {
        stop(type -> true, report);
    }

    private void stop(Predicate<Class<?>> which, Consumer<String> report) {
        List.copyOf(started.entrySet()).reversed().forEach(entry -> {
            if (which.test(entry.getKey())) {
                started.remove(entry.getKey());
                attempt(
                        "the end of " + entry.getKey().getName(),
                        report,
                        () -> entry.getValue().stop());
            }
        });
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void attempt(String what, Consumer<String> report, Work work) {
        try {
            work.run();
        } catch (Throwable e) { // whatever strangers' code throws must not take the session along
            if (e instanceof VirtualMachineError fatal && !(e instanceof StackOverflowError)) {
                throw fatal;
            }
            Throwable reason = e instanceof ServiceConfigurationError && e.getCause() != null ? e.getCause() : e;
            report.accept(what + " is left out: " + reason);
        }
    }

    private static <T> List<ServiceLoader.Provider<T>> found(
            Class<T> service, ClassLoader loader, Consumer<String> report) {
        var found = new ArrayList<ServiceLoader.Provider<T>>();
        var providers = ServiceLoader.load(service, loader).stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    return found;
                }
                found.add(providers.next());
            } catch (ServiceConfigurationError | LinkageError broken) {
                report.accept(broken.getMessage());
            }
        }
    }
}
