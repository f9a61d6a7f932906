package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.StandardStreams;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;

/**
 * The module of the Vector API. A JVM that is told at its start to take it in, by {@code --add-modules}, can not use a
 * class archive's modules and linked classes, for it is an incubator module; that costs a kernel a good part of the time
 * until its first result. So a kernel with an archive takes the module in when it runs, in the way in which a JVM takes
 * in those of its agents: {@code jdk.internal.module.Modules.loadModule}. The code that comes of it is the same.
 */
public final class VectorModule {
    /** Its name. */
    public static final String NAME = "jdk.incubator.vector";

    /** The package of what takes it in, as in {@code --add-exports}. */
    public static final String INSIDE = "java.base/jdk.internal.module";

    /** What classes that need it refer to: the Vector API itself, or our library, which looks for it once. */
    private static final byte[][] USERS = {
        "jdk/incubator/".getBytes(StandardCharsets.US_ASCII), "dev/nibble/".getBytes(StandardCharsets.US_ASCII)
    };

    private VectorModule() {}

    /** Made when it is first asked for; whoever asks meanwhile waits. */
    private static final class Holder {
        static final boolean THERE = load();
    }

    /** Takes the module in if it is not there; false if that can not be done, which the log says. */
    public static boolean ensure() {
        return Holder.THERE;
    }

    /** The same, if a class uses it. */
    static void ensureFor(byte[] classFile) {
        for (byte[] user : USERS) {
            if (contains(classFile, user)) {
                ensure();
                return;
            }
        }
    }

    private static boolean contains(byte[] text, byte[] word) {
        for (int i = 0; i + word.length <= text.length; i++) {
            int same = 0;
            while (same < word.length && text[i + same] == word[same]) {
                same++;
            }
            if (same == word.length) {
                return true;
            }
        }
        return false;
    }

    private static boolean load() {
        if (ModuleLayer.boot().findModule(NAME).isPresent()) {
            return true;
        }
        Object why;
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, NAME);
            return true;
        } catch (InvocationTargetException e) {
            why = e.getCause();
        } catch (ReflectiveOperationException | RuntimeException e) {
            why = e;
        }
        StandardStreams.log()
                .println("nibble: computes without the vector unit, because the module " + NAME
                        + " could not be taken in (" + why + "); NIBBLE_JAVA_OPTS=--add-modules=" + NAME
                        + " takes it in when the kernel starts");
        return false;
    }
}
