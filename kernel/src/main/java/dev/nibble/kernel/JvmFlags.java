package dev.nibble.kernel;

import dev.nibble.kernel.jshell.VectorModule;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The flags that every JVM of ours needs, and the command line of the kernel. The one place where they are written. */
public final class JvmFlags {
    /** The Vector API. */
    private static final String VECTOR = "--add-modules=" + VectorModule.NAME;

    /** The same for a kernel with a class archive, which takes it in itself. */
    private static final String VECTOR_LATER = "--add-exports=" + VectorModule.INSIDE + "=ALL-UNNAMED";

    /** What the library and the command line need: native access, no window system. */
    private static final List<String> COMMON = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-XX:-UsePerfData",
            // Tablesaw scans the class path with Unsafe, and the JVM would warn about it on stderr
            "--sun-misc-unsafe-memory-access=allow",
            // a class archive that does not fit any more is not worth a line in the server's log
            "-Xlog:disable",
            "-Xlog:all=error,cds*=off,aot*=off:stderr");

    /** What the kernel likes to have besides: JShell's tables, into which it enters its imports. */
    private static final List<String> KERNEL = List.of("--add-opens=jdk.jshell/jdk.jshell=ALL-UNNAMED");

    /** The option that names a class archive. */
    public static final String ARCHIVE = "-XX:AOTCache=";

    /**
     * What the kernel sets unless {@code NIBBLE_JAVA_OPTS} says otherwise: a heap that grows when it must rather than
     * whenever it could, and gives back what it no longer needs. Forty kernels on one server are not unusual.
     */
    private static final List<String> KERNEL_DEFAULTS = List.of("-XX:GCTimeRatio=4", "-XX:G1PeriodicGCInterval=60000");

    /** The heap it begins with. A JVM that is asked for a smaller one would not start with it. */
    private static final String KERNEL_HEAP = "-Xms96m";

    /** What a smaller one is asked for with, as a shell's patterns of a word; those of start.py say the same. */
    private static final String OTHER_HEAP = "-Xmx[0-9][mM]|-Xmx[0-9][0-9][mM]|-Xmx*[kK]|*HeapSize*|*RAMPercentage*";

    /** The rest of what is larger. What matches neither counts bytes, in the nine digits of 96 MB or fewer. */
    private static final String LARGER_HEAP = "-Xmx*[!0-9]*|-Xmx??????????*";

    /**
     * What a command sets that takes a file through piece by piece: garbage is collected as soon as some pieces are, not
     * when a share of the machine's memory is full. The heap still grows for who needs more.
     */
    private static final List<String> STREAMING = List.of("-XX:+UseSerialGC", "-Xmn64m");

    private static final Pattern COLLECTOR = Pattern.compile("-XX:[+]Use\\w+GC\\b|-Xmn|-XX:(Max)?NewSize");

    private JvmFlags() {}

    /** The flags of any JVM that runs our code: the command line, headless runs and the kernel. */
    public static List<String> all() {
        return all(VECTOR);
    }

    /** The flags of a kernel with a class archive; no other flags on modules may be added to these. */
    public static List<String> archived() {
        return all(VECTOR_LATER);
    }

    private static List<String> all(String vector) {
        var flags = new ArrayList<String>();
        flags.add(vector);
        flags.addAll(COMMON);
        flags.addAll(KERNEL);
        return List.copyOf(flags);
    }

    /**
     * The flags of a JVM that takes a file through piece by piece.
     *
     * @param options of a person, which may choose a collector instead; null for none
     */
    public static List<String> streaming(String options) {
        return options != null && COLLECTOR.matcher(options).find() ? List.of() : STREAMING;
    }

    /**
     * The {@code argv} of a kernel.json that goes to other machines, where nobody knows the JDK's place: a small Python
     * program beside it looks for one, and for the class archive. Jupyter puts its own Python and the kernel's folder in.
     *
     * @param start the program's name
     * @param jar nibble.jar's name
     */
    public static List<String> portableCommand(String start, String jar) {
        var command = new ArrayList<>(List.of("python", "-I", "{resource_dir}/" + start));
        command.add(KERNEL_HEAP);
        command.addAll(KERNEL_DEFAULTS);
        command.addAll(archived());
        command.addAll(List.of("-cp", "{resource_dir}/" + jar, KernelMain.class.getName(), "{connection_file}"));
        return List.copyOf(command);
    }

    /**
     * The {@code argv} of kernel.json. The environment variable {@code NIBBLE_JAVA_OPTS} of whoever starts the kernel
     * (for instance {@code -Xmx12g}) reaches the JVM: a shell splits it into words and then becomes the JVM, so there
     * is neither a second process nor a file. Jupyter's own templates in {@code env} cannot do this, for they leave an
     * unset variable as its name. On Windows, where there is no such shell, {@code JDK_JAVA_OPTIONS} does the same.
     *
     * @param java the JVM's launcher, absolute
     * @param classPath the distribution's jars, joined by the platform's separator
     * @param archive where its class archive is or will be; null for none
     */
    public static List<String> kernelCommand(Path java, String classPath, Path archive) {
        var command = new ArrayList<String>();
        if (File.separatorChar == '/') {
            String defaults = String.join(" ", KERNEL_DEFAULTS);
            String heap = "h=" + KERNEL_HEAP + "; set -f; for w in $NIBBLE_JAVA_OPTS; do case $w in " + OTHER_HEAP
                    + ") h= ;; " + LARGER_HEAP + ") ;; -Xmx*) h= ;; esac; done; ";
            command.addAll(List.of("/bin/sh", "-c", heap + "exec \"$0\" $h " + defaults + " $NIBBLE_JAVA_OPTS \"$@\""));
        }
        command.add(java.toString());
        if (File.separatorChar != '/') {
            command.add(KERNEL_HEAP);
            command.addAll(KERNEL_DEFAULTS);
        }
        command.addAll(archive == null ? all() : archived());
        if (archive != null) {
            command.add(ARCHIVE + archive);
        }
        command.addAll(List.of("-cp", classPath, KernelMain.class.getName(), "{connection_file}"));
        return List.copyOf(command);
    }
}
