package dev.nibble.cli;

import dev.nibble.kernel.install.KernelFolders;
import dev.nibble.kernel.install.KernelInstaller;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The kernel's place in Jupyter. */
@Command(
        name = "kernel",
        description = "Install the kernel for a Jupyter, or remove it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {KernelCommand.Install.class, KernelCommand.Uninstall.class, KernelCommand.Stage.class})
final class KernelCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    HelpOption help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "kernel: what shall be done, install or uninstall?");
    }

    /** Whose Jupyter. */
    static final class Place {
        @Option(names = "--user", description = "For this user (the default).")
        boolean user;

        @Option(
                names = "--prefix",
                paramLabel = "FOLDER",
                description = "For the environment in this folder, such as a Python environment, or /usr/local for"
                        + " everyone.")
        private String prefix;
    }

    /** What both commands share. */
    abstract static class OnePlace implements Callable<Integer> {
        @ArgGroup(exclusive = true)
        private Place place;

        @Spec
        private CommandSpec spec;

        @Mixin
        private JsonOption json;

        @Option(
                names = "--name",
                paramLabel = "NAME",
                defaultValue = KernelInstaller.DEFAULT_NAME,
                description = "The kernel's name in notebooks (default: ${DEFAULT-VALUE}).")
        private String name;

        @Option(
                names = {"-q", "--quiet"},
                description = "Say nothing when it worked.")
        private boolean quiet;

        final Path folder() {
            if (place != null && place.prefix != null && place.prefix.isBlank()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--prefix wants a folder, and got nothing: is a variable that names it not set?");
            }
            try {
                return place == null || place.prefix == null
                        ? KernelFolders.ofUser(name)
                        : KernelFolders.ofPrefix(Terminal.path(place.prefix), name);
            } catch (IllegalArgumentException wrong) {
                throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
            }
        }

        final void remark(String sentence) {
            if (!quiet) {
                System.err.println("nibble: " + sentence);
            }
        }

        final void report(String what, boolean done, Path folder) {
            if (json.asked()) {
                var facts = new LinkedHashMap<String, Object>();
                facts.put("name", name);
                facts.put(what, done);
                facts.put("folder", folder.toString());
                Json.print(facts);
            } else if (!quiet) {
                System.out.println(
                        done ? what + " the kernel \"" + name + "\": " + folder : "there was no kernel in " + folder);
            }
        }
    }

    /** Installation. */
    @Command(
            name = "install",
            description = {
                "Install the kernel, with everything it runs from.",
                "Installing again brings it up to date, also while it is in use: kernels that run go on."
            })
    static final class Install extends OnePlace {
        @Option(
                names = "--display-name",
                paramLabel = "TEXT",
                description = "The kernel's name for people (default: Nibble (Java N)).")
        private String displayName;

        @Option(
                names = "--no-archive",
                description = "Without the archive of its classes, which takes some seconds to make: the kernel starts"
                        + " in twice the time.")
        private boolean noArchive;

        @Override
        public Integer call() throws IOException {
            String shown =
                    displayName == null ? "Nibble (Java " + Runtime.version().feature() + ")" : displayName;
            KernelInstaller.ofRunning(this::remark).install(folder(), shown, !noArchive);
            report("installed", true, folder());
            return 0;
        }
    }

    /** For the launcher's "wheel". */
    @Command(
            name = "stage",
            hidden = true,
            description = "Fill a folder that a package of the kernel can be made from; prints the version.")
    static final class Stage implements Callable<Integer> {
        @Parameters(paramLabel = "FOLDER")
        private String folder;

        @Mixin
        HelpOption help;

        @Override
        public Integer call() throws IOException {
            KernelInstaller installer = KernelInstaller.ofRunning(System.err::println);
            installer.stage(Terminal.path(folder), "Nibble (Java)");
            System.out.println(installer.version());
            return 0;
        }
    }

    /** Removal. */
    @Command(name = "uninstall", description = "Remove the kernel and everything that came with it.")
    static final class Uninstall extends OnePlace {
        @Override
        public Integer call() throws IOException {
            report("removed", KernelInstaller.uninstall(folder()), folder());
            return 0;
        }
    }
}
