package dev.nibble.kernel.install;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** Where Jupyter looks for kernels. */
public final class KernelFolders {
    /** What Jupyter accepts as a kernel's name, in lower case as it is matched. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]*");

    private KernelFolders() {}

    /**
     * The kernel of one person: in {@code JUPYTER_DATA_DIR}, or where Jupyter keeps a person's data on this system.
     * Their home is where {@code HOME} says, as for Jupyter, which need not be what the system's list of users says.
     */
    public static Path ofUser(String name) {
        return userData(System.getProperty("os.name"), System.getenv(), System.getProperty("user.home"))
                .toAbsolutePath()
                .normalize()
                .resolve("kernels")
                .resolve(checked(name));
    }

    /** The kernel of an environment: a Python environment's folder, or {@code /usr/local} for everyone. */
    public static Path ofPrefix(Path prefix, String name) {
        return prefix.toAbsolutePath()
                .normalize()
                .resolve("share/jupyter/kernels")
                .resolve(checked(name));
    }

    static Path userData(String system, Map<String, String> environment, String systemsHome) {
        String own = environment.get("JUPYTER_DATA_DIR");
        if (own != null && !own.isEmpty()) {
            return Path.of(own);
        }
        boolean windows = system.startsWith("Windows");
        String home = environment.get("HOME");
        String userHome = windows || home == null || home.isEmpty() ? systemsHome : home;
        if (system.startsWith("Mac")) {
            return Path.of(userHome, "Library", "Jupyter");
        }
        if (windows) {
            String roaming = environment.get("APPDATA");
            return roaming == null ? Path.of(userHome, ".jupyter", "data") : Path.of(roaming, "jupyter");
        }
        String data = environment.get("XDG_DATA_HOME");
        return data == null || data.isEmpty()
                ? Path.of(userHome, ".local", "share", "jupyter")
                : Path.of(data, "jupyter");
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a kernel can not be called \"" + name
                    + "\": small letters, digits, dots, dashes and underscores, beginning with a letter or digit");
        }
        return name;
    }
}
