package dev.nibble.kernel.jshell;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Notices cells whose vector operations run as ordinary calls. Compiled to instructions, the methods of the Vector API
 * leave no frames; where they are found on the stack again and again, they were not, which costs a factor of ten and more.
 */
final class SlowVectors {
    private static final long FIRST_MILLIS = 3_000;
    private static final long STEP_MILLIS = 250;
    /** Looks in a row that find such calls. */
    private static final int ENOUGH = 4;

    private static final int MOST_LOOKS = 40;

    private static final ScheduledExecutorService LOOKS = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform()
            .name("nibble-looks")
            .daemon()
            .inheritInheritableThreadLocals(false)
            .factory());

    private boolean told;

    /**
     * Looks at a cell's thread now and then, until the result is closed.
     *
     * @param note told once in a session
     */
    Watch watch(UserThread thread, Consumer<String> note) {
        synchronized (this) {
            if (told) {
                return () -> {};
            }
        }
        var look = new Look(thread, note);
        look.future = LOOKS.scheduleWithFixedDelay(look, FIRST_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
        return () -> look.future.cancel(false);
    }

    /** Ends when it is closed. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    private final class Look implements Runnable {
        private final UserThread thread;
        private final Consumer<String> note;
        private volatile ScheduledFuture<?> future;
        private int found;
        private int looks;

        Look(UserThread thread, Consumer<String> note) {
            this.thread = thread;
            this.note = note;
        }

        @Override
        public void run() {
            Where where = where(thread.stack());
            found = where == Where.ELSEWHERE ? 0 : found + 1;
            if (found == ENOUGH) {
                tell(where);
            }
            if (found >= ENOUGH || ++looks == MOST_LOOKS) {
                future.cancel(false);
            }
        }

        private void tell(Where where) {
            synchronized (SlowVectors.this) {
                if (told) {
                    return;
                }
                told = true;
            }
            note.accept(
                    where == Where.TOP_LEVEL
                            ? "note: vector operations in a loop at the top level of a cell are not compiled to vector"
                                    + " instructions; the same loop in a method is, and runs many times faster"
                            : "note: these vector operations are not compiled to vector instructions: take the species as a"
                                    + " local variable of the method, or as a static final field of a class, not as a"
                                    + " variable of a cell");
        }
    }

    /** Where a call of the Vector API comes from. */
    enum Where {
        TOP_LEVEL,
        METHOD,
        ELSEWHERE
    }

    /** What a stack shows, the innermost call first. */
    static Where where(StackTraceElement[] stack) {
        int at = 0;
        while (at < stack.length
                && (stack[at].getClassName().startsWith("jdk.incubator.vector.")
                        || stack[at].getClassName().startsWith("jdk.internal.vm.vector."))) {
            at++;
        }
        if (at == 0 || at == stack.length || !stack[at].getClassName().startsWith("REPL.")) {
            return Where.ELSEWHERE;
        }
        return stack[at].getMethodName().startsWith("do_it$") ? Where.TOP_LEVEL : Where.METHOD;
    }
}
