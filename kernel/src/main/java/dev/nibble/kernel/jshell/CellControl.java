package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.MemoryReserve;
import dev.nibble.kernel.cell.StandardStreams;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import jdk.jshell.spi.SPIResolutionException;

/**
 * Runs the code that JShell compiled, in this JVM, on the cell's {@link UserThread}. Keeps the value and the exception
 * of the last snippet as objects; JShell's own way turns every value into text, element by element.
 *
 * <p>Whoever calls JShell holds the compiler's lock. While a cell's code runs it is free, so that other cells can
 * compile and run meanwhile.
 */
final class CellControl extends DirectExecutionControl {
    private static final int MAX_CAUSES = 16;
    private static final int MAX_FRAMES = 256;

    /** JShell's names for the values of bare expressions. */
    private static final Pattern UNNAMED = Pattern.compile("\\$\\d+");

    private static final ThreadLocal<Frame> FRAMES = new ThreadLocal<>();
    private final CellLoaders loaders;
    private final Weaver weaver;
    private final ReentrantLock compiler;
    private final Map<String, byte[]> classes = new ConcurrentHashMap<>();

    /** What one snippet came to; used by the evaluating thread, and its value by the cell's. */
    static final class Frame {
        private final UserThread thread;
        private volatile Object value;
        private volatile Throwable thrown;
        private Class<?> declaring;
        private boolean stopped;

        Frame(UserThread thread) {
            this.thread = thread;
        }

        Object value() {
            return value;
        }

        Throwable thrown() {
            return thrown;
        }

        /** Whether a stop check ended it. */
        boolean stopped() {
            return stopped;
        }

        /**
         * Lets go of the value, an expression's that no variable names. JShell would keep it for ever, which a session
         * that looks at large matrices does not survive.
         */
        void forgetUnnamed() {
            if (declaring == null) {
                return;
            }
            try {
                for (Field field : declaring.getDeclaredFields()) {
                    if (UNNAMED.matcher(field.getName()).matches()
                            && !field.getType().isPrimitive()) {
                        field.setAccessible(true);
                        field.set(null, null);
                    }
                }
            } catch (IllegalAccessException | RuntimeException | LinkageError e) {
                // then it stays; a class of a jar that lacks what it extends has no values
            }
        }
    }

    private CellControl(CellLoaders loaders, ReentrantLock compiler) {
        super(loaders);
        this.loaders = loaders;
        this.weaver = new Weaver(loaders.library());
        this.compiler = compiler;
    }

    /** Hands the control to JShell. */
    static final class Provider implements ExecutionControlProvider {
        private final ReentrantLock compiler;
        CellControl control;

        Provider(ReentrantLock compiler) {
            this.compiler = compiler;
        }

        @Override
        public String name() {
            return "nibble";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            control = new CellControl(new CellLoaders(), compiler);
            return control;
        }
    }

    /** The loader of the cells' classes; another one after they were made anew. */
    ClassLoader loader() {
        return loaders.loader();
    }

    CellLoaders loaders() {
        return loaders;
    }

    /** There are classes that were not there before, or others. */
    void classPathChanged() {
        weaver.library(loaders.library());
    }

    /** Calls JShell; what its snippet comes to is in the frame afterwards. The caller holds the compiler's lock. */
    <T> T within(Frame frame, Supplier<T> jshell) {
        FRAMES.set(frame);
        try {
            return jshell.get();
        } finally {
            FRAMES.remove();
        }
    }

    @Override
    public void load(ClassBytecodes[] classes)
            throws ClassInstallException, NotImplementedException, EngineTerminationException {
        var woven = new ClassBytecodes[classes.length];
        for (ClassBytecodes one : classes) {
            VectorModule.ensureFor(one.bytecodes());
            weaver.announce(one.bytecodes());
        }
        for (int i = 0; i < classes.length; i++) {
            woven[i] = new ClassBytecodes(classes[i].name(), weave(classes[i]));
        }
        super.load(woven);
        for (ClassBytecodes one : classes) {
            this.classes.put(one.name(), one.bytecodes());
        }
    }

    /** The classes of all cells as they were compiled, by full name. */
    Map<String, byte[]> classes() {
        return classes;
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
        Frame frame = FRAMES.get();
        frame.declaring = snippet.getDeclaringClass();
        compiler.unlock();
        try {
            frame.thread.call(() -> {
                try {
                    frame.value = snippet.invoke(null);
                } catch (InvocationTargetException e) {
                    MemoryReserve.releaseAfter(e);
                    frame.thrown = e.getCause();
                    throw e;
                }
                return null;
            });
        } catch (InvocationTargetException e) {
            throw outcome(e, frame);
        } catch (VirtualMachineError e) {
            // Not even room for the wrapper in which reflection hands on what the code threw; nor for a stack.
            MemoryReserve.releaseAfter(e);
            throw new UserException(message(e), e.getClass().getName(), new StackTraceElement[0]);
        } catch (UserThread.Abandoned e) {
            // JShell translates the stack to the places of snippets.
            throw new UserException("", UserThread.Abandoned.class.getName(), frame.thread.stack());
        } finally {
            compiler.lock();
        }
        return "";
    }

    private static Exception outcome(InvocationTargetException e, Frame frame) {
        Throwable cause = e.getCause();
        if (cause instanceof CellStopped) {
            return stopped(frame);
        }
        if (cause instanceof SPIResolutionException) {
            return e;
        }
        return userException(cause, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static StoppedException stopped(Frame frame) {
        frame.stopped = true;
        return new StoppedException();
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
