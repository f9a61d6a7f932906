package dev.nibble.compute;

import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Objects;

/**
 * Which implementation of the numeric loops this process runs, chosen once, when this class is first used: the Vector
 * API where the machine and the JVM can run it fast, otherwise the scalar twins, which compute the same bits.
 *
 * <p>The system property {@code nibble.kernels} overrides the choice: {@code scalar} or {@code vector}. Nothing here
 * links a class of the Vector API before it is known to be there; see reference points in Lucene's
 * VectorizationProvider, whose checks these are.
 */
public final class Provider {
    /** Implementations. */
    public enum Kind {
        SCALAR,
        VECTOR
    }

    private record Choice(Kind kind, String why) {}

    private static final String PROPERTY = "nibble.kernels";
    private static final String MODULE = "jdk.incubator.vector";
    private static final Choice CHOICE = choose(System.getProperty(PROPERTY));

    private Provider() {}

    /** What runs in this process. */
    public static Kind kind() {
        return CHOICE.kind;
    }

    /** One sentence: what runs, why, and what to do to change it. */
    public static String why() {
        return CHOICE.why;
    }

    /**
     * The implementation to use, for a {@code static final} field, so that the JIT sees one receiver.
     *
     * @param scalar the twin that is the specification
     * @param vectorClass name of the class to use instead, with a constructor without arguments; only a name, so that it
     *     is not linked where the Vector API is missing
     */
    public static <T> T choose(Class<T> type, T scalar, String vectorClass) {
        Objects.requireNonNull(scalar, "scalar");
        return CHOICE.kind == Kind.SCALAR ? scalar : instance(type, vectorClass);
    }

    /** The vector implementation whatever was chosen, for tests that compare both; fails where there is no Vector API. */
    static <T> T instance(Class<T> type, String vectorClass) {
        try {
            Class<?> found = Class.forName(vectorClass, true, type.getClassLoader());
            var constructor = found.getDeclaredConstructor();
            constructor.setAccessible(true);
            return type.cast(constructor.newInstance());
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(vectorClass + ": " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(vectorClass + " can not be made: " + e, e);
        }
    }

    private static Choice choose(String wish) {
        String word = wish == null ? "" : wish.strip().toLowerCase(Locale.ROOT);
        if (!word.isEmpty() && !word.equals("scalar") && !word.equals("vector")) {
            throw new IllegalArgumentException("-D" + PROPERTY + "=" + wish + ": expected scalar or vector");
        }
        if (word.equals("scalar")) {
            return new Choice(Kind.SCALAR, "scalar kernels, because -D" + PROPERTY + "=scalar asks for them");
        }
        if (!vectorApiIsThere()) {
            String refusal = "no vector unit: start the JVM with --add-modules " + MODULE;
            if (word.equals("vector")) {
                throw new IllegalStateException("-D" + PROPERTY + "=vector: " + refusal);
            }
            return new Choice(Kind.SCALAR, refusal + "; using scalar kernels");
        }
        String lanes = lanes();
        if (word.equals("vector")) {
            return new Choice(
                    Kind.VECTOR, "vector kernels, " + lanes + ", because -D" + PROPERTY + "=vector asks for them");
        }
        String slow = slowCompiler();
        if (slow != null) {
            return new Choice(Kind.SCALAR, slow + "; using scalar kernels");
        }
        if (lanes.isEmpty()) {
            return new Choice(Kind.SCALAR, "the vector unit is narrower than 128 bits; using scalar kernels");
        }
        return new Choice(Kind.VECTOR, "vector kernels, " + lanes + "; -D" + PROPERTY + "=scalar turns them off");
    }

    /** Whoever starts the JVM names its module, or a program takes it in later, before it computes. */
    private static boolean vectorApiIsThere() {
        try {
            return Class.forName(MODULE + ".Vector", false, Provider.class.getClassLoader()) != null;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static String lanes() {
        return instance(VectorUnit.class, "dev.nibble.compute.VectorUnitPreferred")
                .describe();
    }

    /** Why vector code would run slower than scalar code on this JVM, or null: without C2 it is interpreted or boxed. */
    private static String slowCompiler() {
        String vm = System.getProperty("java.vm.name", "");
        String info = System.getProperty("java.vm.info", "");
        if (info.contains("interpreted mode")) {
            return "this JVM only interprets (-Xint)";
        }
        if (!vm.contains("HotSpot") && !vm.contains("OpenJDK")) {
            return "this JVM (" + vm + ") is not HotSpot";
        }
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.matches("-XX:TieredStopAtLevel=[0-3]") || argument.equals("-client")) {
                return "this JVM runs without its optimizing compiler (" + argument + ")";
            }
            if (argument.equals("-XX:+UseJVMCICompiler")) {
                return "this JVM compiles with Graal, where vector code is slow (" + argument + ")";
            }
        }
        return null;
    }
}
