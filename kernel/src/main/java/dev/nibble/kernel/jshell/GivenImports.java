package dev.nibble.kernel.jshell;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;

/**
 * Imports that are known to be right. JShell compiles each import twice, which for ours takes a quarter of the time until
 * a session can be used; these are entered into its tables as if it had done so. Where its insides are not as they are
 * known here, or closed, they are evaluated like any other.
 */
final class GivenImports {
    private final JShell shell;
    private final Inside inside;

    GivenImports(JShell shell) {
        this.shell = shell;
        Inside found = null;
        try {
            found = new Inside(shell);
        } catch (ReflectiveOperationException | RuntimeException otherVersion) {
            // the usual way then
        }
        this.inside = found;
    }

    /** Whether JShell's tables can be written. */
    boolean entersTables() {
        return inside != null;
    }

    /** Imports into the session. */
    void add(String line) {
        if (inside != null) {
            try {
                inside.add(line);
                return;
            } catch (ReflectiveOperationException otherVersion) {
                // the usual way overwrites what of it may be there
            }
        }
        shell.eval(line);
    }

    /** What {@code jdk.jshell.Eval} does with an import that compiles. */
    private static final class Inside {
        private final Object eval;
        private final Object maps;
        private final Object outerMap;
        private final Method processImport;
        private final Method wrapImport;
        private final Method guts;
        private final Method setOuterWrap;
        private final Method setCompilationStatus;
        private final Method installSnippet;
        private final Constructor<?> noDiagnostics;

        Inside(JShell shell) throws ReflectiveOperationException {
            eval = value(shell, "eval");
            maps = value(shell, "maps");
            outerMap = value(shell, "outerMap");
            Class<?> wrap = type("Wrap");
            Class<?> diagnostics = type("DiagList");
            processImport = method(eval.getClass(), "processImport", String.class, String.class);
            wrapImport = method(outerMap.getClass(), "wrapImport", wrap, Snippet.class);
            guts = method(Snippet.class, "guts");
            setOuterWrap = method(Snippet.class, "setOuterWrap", type("OuterWrap"));
            setCompilationStatus =
                    method(Snippet.class, "setCompilationStatus", Snippet.Status.class, List.class, diagnostics);
            installSnippet = method(maps.getClass(), "installSnippet", Snippet.class);
            noDiagnostics = diagnostics.getDeclaredConstructor();
            noDiagnostics.setAccessible(true);
        }

        void add(String line) throws ReflectiveOperationException {
            for (Object snippet : (List<?>) processImport.invoke(eval, line, line)) {
                setOuterWrap.invoke(snippet, wrapImport.invoke(outerMap, guts.invoke(snippet), snippet));
                setCompilationStatus.invoke(snippet, Snippet.Status.VALID, List.of(), noDiagnostics.newInstance());
                installSnippet.invoke(maps, snippet);
            }
        }

        private static Class<?> type(String name) throws ClassNotFoundException {
            return Class.forName("jdk.jshell." + name);
        }

        private static Object value(JShell shell, String name) throws ReflectiveOperationException {
            Field field = JShell.class.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(shell);
        }

        private static Method method(Class<?> type, String name, Class<?>... parameters)
                throws ReflectiveOperationException {
            Method method = type.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        }
    }
}
