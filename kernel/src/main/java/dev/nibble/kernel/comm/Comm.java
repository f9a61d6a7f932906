package dev.nibble.kernel.comm;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One two-way connection to an object of the front end. Either side may open and close it. Messages arrive one after
 * another, on a thread like a cell's: what a handler prints or displays appears where the front end shows it, an
 * interrupt ends it, and an exception is shown as an error. Safe to use from any thread.
 */
public final class Comm {
    private static final Map<String, BiConsumer<Comm, CommMessage>> TARGETS = new ConcurrentHashMap<>();
    private static volatile CommPort port = CommPort.NOWHERE;

    private final String id;
    private final String target;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile Consumer<CommMessage> onMessage = message -> {};
    private volatile Consumer<CommMessage> onClose = message -> {};

    /**
     * For the port: a comm that the front end opens.
     *
     * @param id chosen by the front end
     */
    public Comm(String id, String target) {
        this.id = id;
        this.target = target;
    }

    /** Connects comms with the front end, once, when the kernel starts. */
    public static void connect(CommPort way) {
        port = way;
    }

    /**
     * Opens a comm.
     *
     * @param target what the front end should make at its end, such as {@code jupyter.widget}
     * @param message what it gets with it
     */
    public static Comm open(String target, CommMessage message) {
        var comm = new Comm(UUID.randomUUID().toString(), target);
        port.open(comm, message);
        return comm;
    }

    /**
     * Takes comms that the front end opens from now on.
     *
     * @param target under which the front end asks for them; a later call for the same one replaces this
     * @param opened gets each new comm and what came with it; sets the comm's handlers
     */
    public static void accept(String target, BiConsumer<Comm, CommMessage> opened) {
        TARGETS.put(target, opened);
    }

    /** For the port: who takes comms of that target; null if nobody does. */
    public static BiConsumer<Comm, CommMessage> taker(String target) {
        return TARGETS.get(target);
    }

    /** Whether there is a front end at all; a headless run has none. */
    public static boolean isConnected() {
        return !port.equals(CommPort.NOWHERE);
    }

    /** What both sides call it. */
    public String id() {
        return id;
    }

    /** What it was opened for. */
    public String target() {
        return target;
    }

    /** Whether either side has closed it. */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Whether more messages of the front end have arrived and wait behind the one that is being handled: work that only
     * the newest needs may be left to it.
     */
    public boolean hasMore() {
        return waiting.get() > 0;
    }

    /**
     * Sends a message to the front end.
     *
     * @throws IllegalStateException if it is closed
     */
    public void send(CommMessage message) {
        if (closed.get()) {
            throw new IllegalStateException("this comm (" + target + ") is closed");
        }
        port.send(this, message);
    }

    /** Sets who gets what the front end sends. */
    public void onMessage(Consumer<CommMessage> handler) {
        onMessage = handler;
    }

    /** Sets who is told when the front end closes it, with what the front end sends last. */
    public void onClose(Consumer<CommMessage> handler) {
        onClose = handler;
    }

    /** Closes it; nothing happens if it is closed already. */
    public void close() {
        if (closed.compareAndSet(false, true)) {
            port.close(this);
        }
    }

    /** For the port: a message has come in and waits. */
    public void arrived() {
        waiting.incrementAndGet();
    }

    /** For the port: one that waited is taken out. */
    public void taken() {
        // One that came before its comm was open was not counted.
        waiting.updateAndGet(count -> Math.max(0, count - 1));
    }

    /** For the port: it is this message's turn. */
    public void received(CommMessage message) {
        onMessage.accept(message);
    }

    /** For the port: the front end has closed it. */
    public void closedByFrontEnd(CommMessage message) {
        if (closed.compareAndSet(false, true)) {
            onClose.accept(message);
        }
    }
}
