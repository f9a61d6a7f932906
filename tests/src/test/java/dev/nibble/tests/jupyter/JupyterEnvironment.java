package dev.nibble.tests.jupyter;

import dev.nibble.tests.cli.Program;
import dev.nibble.tests.launcher.Shell;
import java.nio.file.Path;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/** The Python environment of the tests, with the kernel installed beside it. */
final class JupyterEnvironment {
    static final Path SCRIPTS = Path.of("src/test/python").toAbsolutePath();

    private final String python;
    private final Shell shell;

    /** @param folder a scratch folder, where the kernel is installed */
    JupyterEnvironment(Path folder) {
        this(folder, true);
    }

    /** The environment alone, without a kernel in it. */
    static JupyterEnvironment python(Path folder) {
        return new JupyterEnvironment(folder, false);
    }

    private JupyterEnvironment(Path folder, boolean kernel) {
        python = Optional.ofNullable(System.getenv("NIBBLE_TEST_PYTHON"))
                .filter(path -> !path.isBlank())
                .orElseThrow(() -> skipped("no Python environment: install/nibble test makes one where pip works"));
        String home = Optional.ofNullable(System.getenv("NIBBLE_HOME"))
                .orElse(folder.resolve("home").toString());
        if (kernel) {
            new Program(folder, Path.of(home))
                    .json("kernel", "install", "--no-archive", "--prefix", "jupyter", "--json");
        }
        shell = new Shell(SCRIPTS)
                .with("NIBBLE_HOME", home)
                .with("PYTHONDONTWRITEBYTECODE", "1")
                .with("JUPYTER_PATH", folder.resolve("jupyter/share/jupyter").toString())
                .with("JUPYTER_PREFER_ENV_PATH", "0")
                .with("NIBBLE_HISTORY", folder.resolve("history.sqlite").toString())
                .with("JUPYTER_RUNTIME_DIR", folder.resolve("runtime").toString());
    }

    JupyterEnvironment with(String name, String value) {
        shell.with(name, value);
        return this;
    }

    Shell.Result run(String... arguments) {
        var command = new String[arguments.length + 1];
        command[0] = python;
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return shell.run(command);
    }

    /** A skip that is seen on the console too, where Surefire tells only the number of skips. */
    static TestAbortedException skipped(String reason) {
        System.out.println("SKIPPED: " + reason);
        return new TestAbortedException(reason);
    }
}
