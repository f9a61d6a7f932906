package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.StandardStreams;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import jdk.jshell.spi.SPIResolutionException;

/**
 * Runs the code that JShell compiled, in this JVM, on the cell's {@link UserThread}. Keeps the value and the exception
 * of the last snippet as objects; JShell's own way turns every value into text, element by element.
 */
final class CellControl extends DirectExecutionControl {
    private static final int MAX_CAUSES = 16;
    private static final int MAX_FRAMES = 256;

    /** JShell's names for the values of bare expressions. */
    private static final Pattern UNNAMED = Pattern.compile("\\$\\d+");

    private final Weaver weaver = new Weaver(CellControl.class.getClassLoader());
    private ClassLoader loader;
    // Set by the engine before, read after each snippet, all on the evaluating thread.
    private UserThread thread;
    private Object value;
    private Throwable thrown;
    private Class<?> last;

    /** Hands the control to JShell. */
    static final class Provider implements ExecutionControlProvider {
        CellControl control;

        @Override
        public String name() {
            return "nibble";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            Thread creator = Thread.currentThread();
            ClassLoader before = creator.getContextClassLoader();
            try {
                control = new CellControl();
                // The JDK's loader makes itself known in this way only.
                control.loader = creator.getContextClassLoader();
                return control;
            } finally {
                creator.setContextClassLoader(before);
            }
        }
    }

    ClassLoader loader() {
        return loader;
    }

    void begin(UserThread user) {
        thread = user;
        value = null;
        thrown = null;
    }

    Object takeValue() {
        Object taken = value;
        value = null;
        return taken;
    }

    /**
     * Lets go of the value of the last snippet, an expression that no variable names. JShell would keep it for ever,
     * which a session that looks at large matrices does not survive.
     */
    void forgetUnnamed() {
        if (last == null) {
            return;
        }
        for (Field field : last.getDeclaredFields()) {
            if (UNNAMED.matcher(field.getName()).matches() && !field.getType().isPrimitive()) {
                try {
                    field.setAccessible(true);
                    field.set(null, null);
                } catch (IllegalAccessException | RuntimeException e) {
                    // then it stays
                }
            }
        }
        last = null;
    }

    Throwable takeThrown() {
        Throwable taken = thrown;
        thrown = null;
        return taken;
    }

    @Override
    public void load(ClassBytecodes[] classes)
            throws ClassInstallException, NotImplementedException, EngineTerminationException {
        var woven = new ClassBytecodes[classes.length];
        for (ClassBytecodes one : classes) {
            weaver.announce(one.bytecodes());
        }
        for (int i = 0; i < classes.length; i++) {
            woven[i] = new ClassBytecodes(classes[i].name(), weave(classes[i]));
        }
        super.load(woven);
    }

    private byte[] weave(ClassBytecodes one) {
        try {
            return weaver.weave(one.bytecodes());
        } catch (RuntimeException e) {
            // Code that cannot be interrupted is better than code that does not run.
            StandardStreams.log().println("nibble: no stop checks in " + one.name() + ": " + e);
            return one.bytecodes();
        }
    }

    @Override
    protected String invoke(Method snippet) throws Exception {
        value = null;
        thrown = null;
        last = snippet.getDeclaringClass();
        thread.call(() -> {
            try {
                value = snippet.invoke(null);
            } catch (InvocationTargetException e) {
                thrown = e.getCause();
                throw outcome(e);
            }
            return null;
        });
        return "";
    }

    private static Exception outcome(InvocationTargetException e) {
        Throwable cause = e.getCause();
        if (cause instanceof CellStopped) {
            return new StoppedException();
        }
        if (cause instanceof SPIResolutionException) {
            return e;
        }
        return userException(cause, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static UserException userException(Throwable error, Set<Throwable> seen) {
        StackTraceElement[] frames = error.getStackTrace();
        if (frames.length > MAX_FRAMES) {
            frames = java.util.Arrays.copyOf(frames, MAX_FRAMES);
        }
        var result = new UserException(message(error), error.getClass().getName(), frames);
        seen.add(error);
        Throwable cause = error.getCause();
        if (cause != null && seen.size() < MAX_CAUSES && !seen.contains(cause)) {
            result.initCause(userException(cause, seen));
        }
        return result;
    }

    /** The message, for a class of the user's whose {@code getMessage} may itself fail. */
    static String message(Throwable error) {
        try {
            return error.getMessage();
        } catch (Throwable e) {
            return "(its getMessage() threw " + e.getClass().getName() + ")";
        }
    }

    @Override
    public String varValue(String className, String name) {
        return "";
    }
}
