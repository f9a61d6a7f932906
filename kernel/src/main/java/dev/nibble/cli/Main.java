package dev.nibble.cli;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * The program's start. Exit codes: 0 done, 1 the work failed, 2 wrong usage, 130 stopped with Ctrl-C.
 */
public final class Main {
    private static final long SECONDS_TO_CLEAN_UP = 5;

    private Main() {}

    public static void main(String[] arguments) {
        var token = new CancelToken();
        var finished = new CountDownLatch(1);
        stopOnSignal(token, finished);
        int status;
        try {
            status = run(token, arguments);
        } finally {
            finished.countDown();
        }
        System.exit(status);
    }

    private static int run(CancelToken token, String... arguments) {
        var progress = TerminalProgress.of(token);
        Progress.setCurrent(() -> progress);
        var command = new CommandLine(new NibbleCommand())
                .setExecutionExceptionHandler(new Failures())
                .setParameterExceptionHandler(new WrongUsage())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.clamp(Terminal.columns(), 60, 120));
        return command.execute(arguments);
    }

    /** On Ctrl-C the JVM ends when its hooks have: this one asks the work to stop, and gives it time to clean up. */
    private static void stopOnSignal(CancelToken token, CountDownLatch finished) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            token.cancel();
            try {
                if (!finished.await(SECONDS_TO_CLEAN_UP, TimeUnit.SECONDS)) {
                    System.err.println("nibble: stopped without waiting any longer for the work to clean up");
                }
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
            }
        }));
    }
}
