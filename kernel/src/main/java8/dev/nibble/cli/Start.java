package dev.nibble.cli;

import java.lang.reflect.InvocationTargetException;

/**
 * Where nibble.jar begins: compiled for Java 8, so that an older Java says in a sentence what it lacks instead of failing
 * with an UnsupportedClassVersionError.
 */
public final class Start {
    private static final int NEEDED = 25;

    private Start() {}

    public static void main(String[] arguments) throws Throwable {
        String version = System.getProperty("java.specification.version");
        int feature = Integer.parseInt(version.startsWith("1.") ? version.substring(2) : version);
        if (feature < NEEDED) {
            System.err.println("nibble: needs Java " + NEEDED + " or newer, and this is Java " + feature + " ("
                    + System.getProperty("java.home") + "): start nibble.jar with the java of a newer JDK;"
                    + " install/nibble jdk prints one");
            System.exit(1);
        }
        try {
            Class.forName("dev.nibble.cli.Main").getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException failed) {
            throw failed.getCause();
        }
    }
}
