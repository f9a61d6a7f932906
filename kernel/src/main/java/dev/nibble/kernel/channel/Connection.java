package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.nibble.kernel.cell.MemoryReserve;
import dev.nibble.kernel.cell.StandardStreams;
import dev.nibble.kernel.comm.CommPort;
import dev.nibble.kernel.protocol.Comms;
import dev.nibble.kernel.protocol.Dispatcher;
import dev.nibble.kernel.protocol.Subshells;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.zeromq.ZMQ;

/** The five sockets of one kernel. */
public final class Connection {
    /** What each channel gets at the end to send what it has, in milliseconds. */
    private static final long CHANNEL_MILLIS = 300;

    private static final int LOST = 3;

    private final ZMQ.Context context = ZMQ.context(1);
    private final PublishChannel publisher;
    private final InputChannel input;
    private final HeartbeatChannel heartbeat;
    private final RequestChannel shell;
    private final RequestChannel control;
    private final Basekernel basekernel;

    private Connection(KernelConnectionProperties properties, Wire wire) {
        context.setUncaughtExceptionHandler(Connection::lost);
        publisher = new PublishChannel(context, wire);
        input = new InputChannel(context, wire);
        heartbeat = new HeartbeatChannel(context);
        shell = new RequestChannel(context, "shell", KernelConnectionProperties::getShellPort, wire, publisher, input);
        control = new RequestChannel(
                context, "control", KernelConnectionProperties::getControlPort, wire, publisher, input);
        basekernel = new Basekernel(publisher);
        Stream.of(heartbeat, publisher, input, control, shell).forEach(channel -> channel.bind(properties));
    }

    /**
     * A thread that moves bytes has died, which happens when the heap is full and cells keep it full. Nobody could reach
     * this process any more, so it ends: a front end notices, and starts another.
     */
    private static void lost(Thread thread, Throwable error) {
        MemoryReserve.release();
        try {
            StandardStreams.log().println("nibble: the connection is lost (" + error + "), so the kernel ends");
        } finally {
            Runtime.getRuntime().halt(LOST);
        }
    }

    /**
     * Listens on the sockets that a connection file names. What arrives waits until {@link #serve}.
     *
     * @param protocolVersion for the headers of our messages
     * @throws IOException if the file cannot be read or is no connection file
     */
    public static Connection bind(Path connectionFile, String protocolVersion) throws IOException {
        KernelConnectionProperties properties = ConnectionFile.read(connectionFile);
        var wire = new Wire(ConnectionFile.signer(properties, connectionFile), protocolVersion);
        return new Connection(properties, wire);
    }

    /** The comms of this connection, as the front end sees them. */
    public Comms comms() {
        return basekernel;
    }

    /** The way of the comms that code here opens. */
    public CommPort commPort() {
        return basekernel;
    }

    /**
     * Begins to answer.
     *
     * @param onShell answers in the main shell and in every subshell
     * @param onControl makes the answers of the control channel, which makes and ends subshells
     */
    public void serve(Dispatcher onShell, Function<Subshells, Dispatcher> onControl) {
        heartbeat.start();
        publisher.start();
        input.start();
        var starting = JsonNodeFactory.instance.objectNode().put("execution_state", "starting");
        publisher.publish("status", null, null, starting, List.of());
        var lanes = new ShellLanes(shell, onShell, basekernel);
        Dispatcher answers = onControl.apply(lanes);
        Lane one = Lane.start("control", answers);
        control.start(_ -> one, answers);
        shell.start(lanes, onShell);
    }

    /** Sends what is waiting to be sent and closes the sockets; waits for the channels, so limit it from outside. */
    public void close() throws InterruptedException {
        input.finish(CHANNEL_MILLIS);
        shell.finish(CHANNEL_MILLIS);
        control.finish(CHANNEL_MILLIS);
        publisher.finish(CHANNEL_MILLIS);
        context.term();
    }
}
