package dev.nibble.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program itself: the list of commands. A new command is one class and one line here. */
@Command(
        name = "nibble",
        description = "A Java notebook kernel with an LLM quantization laboratory inside.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = VersionCommand.class,
        subcommands = {
            LauncherCommands.Lab.class,
            ReportCommand.class,
            RunCommand.class,
            ReplCommand.class,
            ModelCommand.class,
            TensorsCommand.class,
            ErrorsCommand.class,
            CompareCommand.class,
            PerplexityCommand.class,
            SensitivityCommand.class,
            GrowthCommand.class,
            RecallCommand.class,
            TokenViewCommand.class,
            LogprobsCommand.class,
            GenerateCommand.class,
            DiffCommand.class,
            IdentifyCommand.class,
            QuantizeCommand.class,
            DequantizeCommand.class,
            InspectCommand.class,
            TokenizeCommand.class,
            FormatsCommand.class,
            PlanCommand.class,
            KernelCommand.class,
            LauncherCommands.Test.class,
            LauncherCommands.Bench.class,
            LauncherCommands.Wheel.class,
            LauncherCommands.Jdk.class,
            LauncherCommands.Uninstall.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "nibble help COMMAND tells all about one. Commands print for people; --json prints for programs.",
            "Exit codes: 0 done, 1 the work failed, 2 wrong usage.",
            "",
            "Environment:",
            "  NIBBLE_HOME          where what was fetched is kept: models, a JDK, JupyterLab",
            "                       (default: $XDG_CACHE_HOME/nibble, else ~/.cache/nibble)",
            "  NIBBLE_HISTORY       the file of what notebooks ran, or off",
            "                       (default: $XDG_STATE_HOME/nibble/history.sqlite, else in ~/.local/state)",
            "  NIBBLE_JAVA_OPTS     options for every JVM of ours, kernels too, such as -Xmx12g",
            "  NIBBLE_PYTHON        the Python to use, and whose pip fetches models",
            "  JAVA_HOME            the JDK to use, if it is version 25 or newer",
            "  NIBBLE_JDK_FOLDERS   where else than in the usual folders to look for a JDK",
            "  NIBBLE_ORACLES_PYTHON  a Python that has the original packages, for test --oracles",
            "  NIBBLE_GGML_PORTABLE, NIBBLE_GGML_NATIVE  libggml-base.so, built for any and for this machine, for bench",
            "  NIBBLE_ADOPTIUM_URL  where to fetch a JDK if none is found",
            "                       (default: https://api.adoptium.net)"
        })
final class NibbleCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    HelpOption help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version; \"nibble version\" tells more.")
    boolean version;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
