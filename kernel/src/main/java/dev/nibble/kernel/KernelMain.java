package dev.nibble.kernel;

import dev.nibble.kernel.cell.StandardStreams;
import dev.nibble.kernel.channel.Connection;
import dev.nibble.kernel.comm.Comm;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.history.History;
import dev.nibble.kernel.history.HistoryFile;
import dev.nibble.kernel.install.ClassArchive;
import dev.nibble.kernel.protocol.Cells;
import dev.nibble.kernel.protocol.Handlers;
import dev.nibble.kernel.protocol.KernelInfoHandler;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** The kernel's process. Its one argument is the connection file that Jupyter wrote. */
public final class KernelMain {
    /** The process is gone at the latest this long after it was asked to go, whatever its cells do. */
    private static final long LAST_MILLIS = 1_200;
    /** What an interrupted cell gets to end by itself. */
    private static final long PATIENCE_MILLIS = 400;
    /** How often we look whether whoever started us is still there. */
    private static final long PARENT_MILLIS = 2_000;
    /** A kernel whose class archive has to be made anew does that when its first cells have run. */
    private static final long ARCHIVE_MILLIS = 20_000;

    private final Connection connection;
    private final Cells cells;
    private final History history = new History(HistoryFile.path());
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Thread archive = thread("nibble-archive", () -> {
        Thread.sleep(Long.getLong("nibble.archive.wait", ARCHIVE_MILLIS));
        ClassArchive.refresh();
    });

    private KernelMain(Connection connection) {
        this.connection = connection;
        this.cells = Cells.create(RenderOptions.DEFAULT);
    }

    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("usage: KernelMain CONNECTION_FILE (Jupyter starts this; people use install/nibble)");
            System.exit(2);
        }
        try {
            // The sockets first: a front end connects while Java warms up.
            new KernelMain(Connection.bind(Path.of(arguments[0]), KernelInfoHandler.PROTOCOL_VERSION)).run();
        } catch (IOException | RuntimeException e) {
            System.err.println("nibble: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() {
        Comm.connect(connection.commPort());
        connection.serve(
                Handlers.shell(cells, history, connection.comms(), _ -> end()),
                subshells -> Handlers.control(cells, subshells, _ -> end()));
        watchParent();
        archive.start();
        try {
            Thread.currentThread().join();
        } catch (InterruptedException e) {
            end();
        }
    }

    /** Ends the process: the cell first, then the sockets with what they still have to send. Returns at once. */
    private void end() {
        if (!ending.compareAndSet(false, true)) {
            return;
        }
        archive.interrupt(); // at once: it has processes and files to clean away
        background("nibble-halt", () -> {
            Thread.sleep(LAST_MILLIS);
            Runtime.getRuntime().halt(0);
        });
        background("nibble-end", () -> {
            cells.interrupt();
            boolean _ = cells.awaitIdle(PATIENCE_MILLIS);
            cells.close();
            history.close();
            connection.close();
            System.exit(0);
        });
    }

    /** Jupyter tells us its process; when that is killed, nobody else would end us. */
    private void watchParent() {
        String parent = System.getenv("JPY_PARENT_PID");
        if (parent == null || !parent.matches("\\d{1,18}")) {
            return;
        }
        var handle = ProcessHandle.of(Long.parseLong(parent));
        background("nibble-parent", () -> {
            while (handle.isPresent() && handle.get().isAlive()) {
                Thread.sleep(PARENT_MILLIS);
            }
            if (handle.isPresent()) {
                StandardStreams.log().println("nibble: the Jupyter that started this kernel is gone, so it ends too");
                end();
            }
        });
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void background(String name, Work work) {
        thread(name, work).start();
    }

    private static Thread thread(String name, Work work) {
        return Thread.ofPlatform().name(name).daemon().unstarted(() -> {
            try {
                work.run();
            } catch (InterruptedException | ClosedByInterruptException e) {
                Thread.currentThread().interrupt(); // the kernel ends
            } catch (Exception e) {
                e.printStackTrace(StandardStreams.log());
            }
        });
    }
}
