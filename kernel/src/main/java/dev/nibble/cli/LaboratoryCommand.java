package dev.nibble.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that computes, and therefore runs in a second JVM with the flags that the laboratory needs. */
abstract class LaboratoryCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public final Integer call() throws Exception {
        Path folder = prepare();
        if (Relaunch.isSecond() || !computes()) {
            return work();
        }
        return Relaunch.run(spec.root().commandLine().getParseResult().originalArgs(), folder, streams());
    }

    final CommandSpec spec() {
        return spec;
    }

    /**
     * Checks the arguments, in both JVMs.
     *
     * @return the folder that the second one starts in
     */
    Path prepare() throws Exception {
        return Terminal.folder();
    }

    /** Whether this call needs the second JVM. */
    boolean computes() {
        return true;
    }

    /** Whether the work is a stream of small pieces, for which a small heap is enough. */
    boolean streams() {
        return false;
    }

    /** Does the work; returns the exit code. */
    abstract int work() throws Exception;
}
