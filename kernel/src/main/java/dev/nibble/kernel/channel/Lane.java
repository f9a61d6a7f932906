package dev.nibble.kernel.channel;

import dev.nibble.kernel.cell.MemoryReserve;
import dev.nibble.kernel.protocol.Dispatcher;
import dev.nibble.kernel.protocol.Reply;
import dev.nibble.kernel.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/** Requests that are answered one after another, on a thread of their own: the main shell, a subshell, or control. */
final class Lane implements Runnable {
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Dispatcher dispatcher;

    /** A request with the way back to its sender; null and null end the lane. */
    private record Waiting(Request request, Reply reply) {}

    private Lane(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** A lane that works already. */
    static Lane start(String name, Dispatcher dispatcher) {
        var lane = new Lane(dispatcher);
        Thread.ofPlatform()
                .name("nibble-" + name)
                .daemon()
                .inheritInheritableThreadLocals(false)
                .start(lane);
        return lane;
    }

    void add(Request request, Reply reply) {
        queue.add(new Waiting(request, reply));
    }

    /** Marks all that waits as abandoned. Nothing may be added meanwhile. */
    void abandonWaiting() {
        List<Waiting> all = new ArrayList<>();
        queue.drainTo(all);
        for (Waiting one : all) {
            queue.add(one.request == null ? one : new Waiting(one.request.abandon(), one.reply));
        }
    }

    /** Answers what waits already as abandoned, and then ends. Nothing may be added meanwhile or later. */
    void close() {
        abandonWaiting();
        queue.add(new Waiting(null, null));
    }

    @Override
    public void run() {
        while (true) {
            try {
                Waiting next = queue.take();
                if (next.request == null) {
                    return;
                }
                dispatcher.handle(next.request, next.reply);
            } catch (InterruptedException e) {
                // Meant for a cell's code and come too late: the lane goes on.
            } catch (OutOfMemoryError e) {
                MemoryReserve.release(); // the answer is lost, the lane is not
            }
        }
    }
}
