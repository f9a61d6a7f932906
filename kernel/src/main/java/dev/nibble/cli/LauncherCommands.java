package dev.nibble.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The commands that the launcher {@code install/nibble} does itself, because they begin before there is a JVM. Here are
 * their help and, for who runs nibble.jar alone, where to find them.
 */
final class LauncherCommands {
    private LauncherCommands() {}

    /** What they share. */
    abstract static class InLauncher implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        JsonOption help;

        @Override
        public Integer call() {
            throw new WorkFailed("\"" + spec.name() + "\" is a command of the launcher in Nibble's source folder:"
                    + " install/nibble " + spec.name());
        }
    }

    /** JupyterLab. */
    @Command(
            name = "lab",
            description = {
                "Open JupyterLab on the notebooks of the course, on a folder or on a notebook.",
                "Makes a private Python environment with JupyterLab the first time (in NIBBLE_HOME), with the kernel"
                        + " inside; a Jupyter of your own keeps its settings and kernels. Ctrl-C ends it."
            })
    static final class Lab extends InLauncher {
        @Option(
                names = "--jupyter",
                paramLabel = "PATH",
                description = "Use this jupyter program, or the one in this environment's folder, and install the"
                        + " kernel for it.")
        String jupyter;

        @Option(
                names = "--no-browser",
                description = "Print the address instead of opening a browser; --json means this too.")
        boolean noBrowser;

        @Option(names = "--port", paramLabel = "NUMBER", description = "Listen on this port, or fail.")
        int port;

        @Option(names = "--ip", paramLabel = "ADDRESS", description = "Listen on this address (default: localhost).")
        String address;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FOLDER",
                description =
                        "The folder to work in, or a notebook, which is opened in its folder (default: the course).")
        String folder;

        @Parameters(
                index = "1..*",
                paramLabel = "-- OPTION",
                description = "Options for JupyterLab itself, after two dashes.")
        final List<String> rest = new ArrayList<>();
    }

    /** All tests. */
    @Command(
            name = "test",
            description = {
                "Run every test.",
                "Makes the Python environment that some need by itself; where there is no Python, pip or Chromium,"
                        + " those tests are skipped and say so."
            })
    static final class Test extends InLauncher {
        @Option(names = "--no-python", description = "Skip what needs Python.")
        boolean noPython;

        @Option(
                names = "--oracles",
                description = "Instead, compare every format with the original packages (ml_dtypes, gguf, bitsandbytes,"
                        + " torchao, compressed-tensors, hqq, llama.cpp) on fresh inputs. Their environment is made once:"
                        + " 6 GB, and llama.cpp is compiled. Recipes that follow limit it: --oracles q4 nf4.")
        boolean oracles;

        @Option(names = "--seed", paramLabel = "N", description = "With --oracles: the inputs of an earlier run.")
        long seed;

        @Parameters(
                paramLabel = "-- OPTION",
                description = "Options for Maven, after two dashes: -- -pl quant-lib -Dtest=FormatTest")
        final List<String> rest = new ArrayList<>();
    }

    /** Speeds. */
    @Command(
            name = "bench",
            description = {
                "Measure how fast formats are at one thread.",
                "Shares of the memory bandwidth, beside the scalar code and beside ggml's C functions (built the first"
                        + " time), in fresh JVMs, the median of three. Without RECIPE: the formats of which a speed is"
                        + " promised, for half an hour; the figures go to tests/bench/results.json.",
                "With --models: products of float32 matrices beside OpenBLAS, and SmolLM2's prompt and tokens beside"
                        + " torch (both from the environment of test --oracles); the figures go to"
                        + " tests/bench/models.json.",
                "With --kernel: how soon the kernel answers, beside ipykernel, for some minutes; the figures go to"
                        + " tests/bench/kernel.json."
            })
    static final class Bench extends InLauncher {
        @Option(names = "--quick", description = "One JVM and short runs: a look, not a result.")
        boolean quick;

        @Option(names = "--all", description = "One of each name in the registry, not only those of a promised speed.")
        boolean all;

        @Option(names = "--widths", description = "Also at 256 and 128 bits.")
        boolean widths;

        @Option(names = "--models", description = "Products and a model instead of formats.")
        boolean models;

        @Option(names = "--kernel", description = "The kernel instead of formats.")
        boolean kernel;

        @Option(names = "--no-ggml", description = "Without ggml.")
        boolean noGgml;

        @Parameters(paramLabel = "RECIPE", description = "Only these: q4_0 nf4:b64 fp8.")
        final List<String> recipes = new ArrayList<>();
    }

    /** A package for pip. */
    @Command(
            name = "wheel",
            description = {
                "Build a wheel, with which pip installs the kernel and the command nibble.",
                "It runs on any system that has a JDK 25 and Python: pip install nibble_kernel-*.whl"
            })
    static final class Wheel extends InLauncher {
        @Option(names = "--out", paramLabel = "FOLDER", description = "Where to (default: the folder you are in).")
        String out;
    }

    /** Which JDK. */
    @Command(
            name = "jdk",
            description = "Print the JDK that is used; fetch Eclipse Temurin 25 into NIBBLE_HOME if none is found.")
    static final class Jdk extends InLauncher {}

    /** Removal. */
    @Command(
            name = "uninstall",
            description = "Remove this user's kernel and what was fetched into NIBBLE_HOME; the source folder stays.")
    static final class Uninstall extends InLauncher {
        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask.")
        boolean yes;
    }
}
