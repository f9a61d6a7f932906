package dev.nibble.kernel.channel;

import io.github.spencerpark.jupyter.channels.JupyterSocket;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import io.github.spencerpark.jupyter.messages.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * One of the five sockets, used by one thread only: ZeroMQ's sockets bear neither a second thread nor an interrupt.
 * Waits without polling.
 */
abstract class Channel extends JupyterSocket implements Runnable {
    /** Larger messages are refused by the socket, which closes the sender's connection. In bytes. */
    private static final long MAX_MESSAGE = 1L << 29;
    /** How long a closed socket goes on sending what it has, in milliseconds. */
    private static final int LINGER = 500;

    private final String name;
    private final Thread thread;

    Channel(ZMQ.Context context, SocketType type, HMACGenerator signer, String name) {
        super(context, type, signer, Logger.getLogger("nibble." + name));
        this.name = name;
        // Nothing is dropped because somebody reads slowly.
        setHWM(0);
        setLinger(LINGER);
        setMaxMsgSize(MAX_MESSAGE);
        thread = Thread.ofPlatform()
                .name("nibble-" + name)
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(this);
    }

    abstract int port(KernelConnectionProperties properties);

    @Override
    public void bind(KernelConnectionProperties properties) {
        String address = properties.getTransport().equals("ipc")
                ? "ipc://" + properties.getIp() + "-" + port(properties)
                : properties.getTransport() + "://" + properties.getIp() + ":" + port(properties);
        try {
            bind(address);
        } catch (ZMQException e) {
            throw new IllegalStateException(
                    name + ": cannot listen on " + address + ": " + e.getMessage() + "; is the port in use?", e);
        }
    }

    void start() {
        thread.start();
    }

    @Override
    public final void run() {
        try {
            serve();
        } catch (ZMQException e) {
            if (e.getErrorCode() != ZMQ.Error.ETERM.getCode()) {
                throw e;
            }
        } finally {
            // On the socket's own thread: nothing else may touch it.
            super.close();
        }
    }

    /** Works until the context ends, which throws {@code ETERM} out of any call to the socket. */
    abstract void serve();

    /** The frames of the next message; waits for it. */
    final List<byte[]> receive() {
        return receive(0);
    }

    /** The frames of a message that is there already, or null. */
    final List<byte[]> receiveNow() {
        return receive(ZMQ.DONTWAIT);
    }

    private List<byte[]> receive(int flags) {
        byte[] first = recv(flags);
        if (first == null) {
            return null;
        }
        var frames = new ArrayList<byte[]>();
        frames.add(first);
        while (hasReceiveMore()) {
            frames.add(recv(0));
        }
        return frames;
    }

    final void send(List<byte[]> frames) {
        for (int i = 0; i < frames.size(); i++) {
            send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
        }
    }

    @Override
    public synchronized Message<?> readMessage() {
        throw new UnsupportedOperationException("our channels read frames");
    }

    @Override
    public synchronized void sendMessage(Message<?> message) {
        throw new UnsupportedOperationException("only the publishing channel sends basekernel's messages");
    }
}
