package dev.nibble.kernel.channel;

import dev.nibble.kernel.cell.MemoryReserve;
import io.github.spencerpark.jupyter.channels.JupyterSocket;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import io.github.spencerpark.jupyter.messages.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Logger;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * One of the five sockets, used by one thread only: ZeroMQ's sockets bear neither a second thread nor an interrupt.
 * Other threads {@linkplain #post post} what is to be done with it. Waits without polling.
 */
abstract class Channel extends JupyterSocket implements Runnable {
    /** Larger messages are refused by the socket, which closes the sender's connection. In bytes. */
    private static final long MAX_MESSAGE = 1L << 29;
    /** How long a closed socket goes on sending what it has, in milliseconds. */
    private static final int LINGER = 500;

    /** Messages that are taken in before what was posted has its turn: neither side can starve the other. */
    static final int MAX_ROUND = 64;

    /** Writes to the pipes. A cell's thread must not: if it is interrupted meanwhile, Java closes the pipe for good. */
    private static final Executor WAKER = Executors.newSingleThreadExecutor(Thread.ofPlatform()
            .name("nibble-wake")
            .daemon()
            .inheritInheritableThreadLocals(false)
            .factory());

    private final ZMQ.Context context;
    private final String name;
    private final Thread thread;
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final Pipe wake;
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean finished;

    Channel(ZMQ.Context context, SocketType type, String name) {
        super(context, type, HMACGenerator.NO_AUTH_INSTANCE, Logger.getLogger("nibble." + name));
        this.context = context;
        this.name = name;
        try {
            wake = Pipe.open();
            wake.source().configureBlocking(false);
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": no pipe to wake the channel by: " + e.getMessage(), e);
        }
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
            closePipe();
        }
    }

    private void closePipe() {
        try {
            wake.sink().close();
            wake.source().close();
        } catch (IOException e) {
            // nobody is left to wake
        }
    }

    /** Has work done on the socket's own thread, soon and in the order of the calls; never waits. */
    final void post(Runnable work) {
        if (thread.equals(Thread.currentThread())) {
            work.run();
            return;
        }
        posted.add(work);
        if (awake.compareAndSet(false, true)) {
            WAKER.execute(this::wakeUp);
        }
    }

    private void wakeUp() {
        try {
            wake.sink().write(ByteBuffer.allocate(1));
        } catch (IOException e) {
            // The channel has ended: there is nobody left to wake.
        }
    }

    /** As {@link #post}, and waits for it at most {@code millis}; false if it was not done by then. */
    final boolean postAndWait(Runnable work, long millis) throws InterruptedException {
        var done = new CountDownLatch(1);
        post(() -> {
            work.run();
            done.countDown();
        });
        return done.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Ends {@link #listen} when everything posted so far is done; waits for that at most {@code millis}. */
    final void finish(long millis) throws InterruptedException {
        boolean _ = postAndWait(() -> finished = true, millis);
    }

    /** Takes in messages and does what is posted, until {@link #finish} or the end of the context. */
    final void listen(Consumer<List<byte[]>> receiver) {
        try (ZMQ.Poller poller = context.poller(2)) {
            poller.register(this, ZMQ.Poller.POLLIN);
            poller.register(wake.source(), ZMQ.Poller.POLLIN);
            while (!finished) {
                try {
                    round(poller, receiver);
                } catch (OutOfMemoryError e) {
                    // A cell has filled the heap. What was being sent or taken in is lost, the channel is not.
                    MemoryReserve.release();
                }
            }
        }
    }

    private void round(ZMQ.Poller poller, Consumer<List<byte[]>> receiver) {
        poller.poll(-1);
        if (poller.pollin(1)) {
            emptyPipe();
        }
        // Before the work is taken: what is posted from here on wakes us again.
        awake.set(false);
        for (Runnable work = posted.poll(); work != null; work = posted.poll()) {
            work.run();
        }
        for (int i = 0; i < MAX_ROUND && !finished; i++) {
            List<byte[]> frames = receiveNow();
            if (frames == null) {
                break;
            }
            receiver.accept(frames);
        }
    }

    private void emptyPipe() {
        try {
            wake.source().read(ByteBuffer.allocate(16));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Works until the channel is finished, or the context ends, which throws {@code ETERM} out of any call. */
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
